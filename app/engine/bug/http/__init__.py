"""How the weakness engine asks a site: guarded, counted, paced, and stopped at once."""
