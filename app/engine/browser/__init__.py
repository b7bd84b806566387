"""A real Chromium, each page in a process tree of its own, with a guarded proxy as its only way out."""
