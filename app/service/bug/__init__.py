"""Weakness scans: whose hosts are, how and when they are scanned, and what becomes of the findings."""
