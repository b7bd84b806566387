"""Where probes run: what is known of each place, its key, and what its probes say of themselves."""
