"""Tamper watching: watches, checks, alerts, what is kept of pages, and what proves a finding."""
