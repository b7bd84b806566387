"""Is it the target, or is it us?"""
