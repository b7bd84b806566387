"""The Celery application: `celery -A tasks worker -Q …`. Each module holds the tasks of one queue."""

from tasks.application import app, celery

__all__ = ["app", "celery"]
