"""A page as a visitor's browser loads it: what it comes to, and how long each part takes."""
