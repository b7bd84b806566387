"""How people and machines stay in: sessions, tokens, and signed clients of vendors."""
