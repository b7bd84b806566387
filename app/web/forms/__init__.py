"""Forms: what was typed, what is wrong with it, and what is made of it."""
