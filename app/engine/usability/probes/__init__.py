"""The monitor types, one module each."""
