"""Which check runs when, at which location."""
