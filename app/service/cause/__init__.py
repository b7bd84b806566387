"""Whose fault an incident is: what is known about it, gathered and judged after it has opened."""
