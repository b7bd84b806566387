"""Objectives: kept, evaluated, told of when they burn."""
