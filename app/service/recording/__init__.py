"""What the recorder does with samples: judging, states, incidents, pictures; and doing it again."""
