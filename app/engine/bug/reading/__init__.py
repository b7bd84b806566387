"""What several checks read out of answers alike: cookies, prose beside code, entropy, excerpts."""
