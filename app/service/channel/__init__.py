"""Channels: where messages go, what was sent, and what came of it."""
