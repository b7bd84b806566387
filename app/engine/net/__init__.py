"""Names, addresses and which of them may be spoken to."""
