"""Channel kinds, one file each, found by themselves."""
