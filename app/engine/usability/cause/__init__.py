"""Whose fault an incident is: rules over phases, locations, control targets and history. Pure."""
