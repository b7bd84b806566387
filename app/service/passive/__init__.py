"""Monitors that nobody asks: targets that call by themselves, and groups that sum others up."""
