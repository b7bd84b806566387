"""Planned work: what is planned, what it covers, and what of it is now."""
