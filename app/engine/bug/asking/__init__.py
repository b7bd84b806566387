"""What probes share: asking each address once, knowing what is missing, and where to look."""
