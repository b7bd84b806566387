"""Availability: probes, their loop, and the rules that turn samples into states."""
