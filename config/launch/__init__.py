"""What starts CloudEye: the commands behind `make run` and supervisor.conf."""
