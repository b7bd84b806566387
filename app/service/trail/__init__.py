"""The audit log as a whole: looking through it, showing that its chain holds, letting go what is old."""
