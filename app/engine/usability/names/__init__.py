"""Questions to name servers inside the engine's loop, and their answers in one form that can be compared."""
