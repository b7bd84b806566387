"""What can be a job, a module a kind or a family of them, found by themselves."""
