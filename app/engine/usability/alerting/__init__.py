"""Quiet where it should be: whom an incident is told, when, or why not. Pure rules; time comes in."""
