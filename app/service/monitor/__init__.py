"""Monitors: making and changing them, one by one and many at once, and what they hang on."""
