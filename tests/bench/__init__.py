"""Benches: what CloudEye costs, measured."""
