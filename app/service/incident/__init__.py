"""Incidents: listing, taking, closing them, and their story."""
