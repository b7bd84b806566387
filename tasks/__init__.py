"""The Celery application: `python -m tasks -n NAME -Q QUEUES`. Each module holds the tasks of one queue."""

from tasks.application import app, celery

__all__ = ["app", "celery"]
