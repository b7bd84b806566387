"""What templates are given: plain dictionaries made from rows, already worded and linked."""
