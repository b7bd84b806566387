"""Long work: a row a job, run by a process of its own, told as it goes, its result kept as a file."""
