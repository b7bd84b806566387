"""Status pages: what visitors may see, and what they are told."""
