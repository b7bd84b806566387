"""From samples to a state: the machine, its policy and memory, votes, what is usual, replay. Pure."""
