"""Storey 3: transactions and permissions; engines and models brought together. Knows no HTTP."""
