"""Certificates: what they say, whether they are good, and who has been seen before."""
