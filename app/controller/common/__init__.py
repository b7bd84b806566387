"""What every controller shares: who asks, what was sent, and the one shape of an answer."""
