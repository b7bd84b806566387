"""Samples over time: packed, gathered, sketched, and what is left of an error budget. Pure."""
