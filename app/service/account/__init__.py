"""Accounts: who has one, how somebody gets one, where they belong, and what proves that it is theirs."""
