"""Notifications: what is said (`message`), and the kinds of channels it goes through (`kinds`)."""
