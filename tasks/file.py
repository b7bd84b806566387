"""Queue `report`: the daily work on files."""

from __future__ import annotations

from app.core.clock import now
from tasks.application import celery, database


@celery.task(name="file.tend")
def tend() -> None:
    """Once a day: results of jobs that have expired go, and bytes that are nobody's."""
    from app.service.file.tend import tend

    with database():
        tend(now())
