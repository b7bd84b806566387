"""Queues `tamper` and `browser`: check watched pages, find pages to watch, and tend what is kept of them.

The same code works on both; in a browser go only the watches that ask for it, in a process of its own.
"""

from __future__ import annotations

import logging

from redis import RedisError

from app.core.clock import now
from app.core.snowflake import ClockWentBackError, NoWorkerNumberError
from app.models.errors import DATABASE_AWAY
from tasks.application import celery, database
from tasks.record import nudge_delivery

log = logging.getLogger("cloudeye.tamper")
AWAY = (*DATABASE_AWAY, RedisError, NoWorkerNumberError, ClockWentBackError)


@celery.task(name="tamper.check")
def check(slots: list[tuple[str, int]]) -> None:
    """Watches to check: [[watch id, slot in unix ms], …]. What cannot be written waits for its next slot."""
    from app.service.live import publish
    from app.service.tamper.check import check_watches
    from app.service.tamper.timing import again_soon

    try:
        with database():
            done = check_watches([(int(watch_id), due_ms) for watch_id, due_ms in slots])
    except AWAY as error:
        log.warning("tamper.cannot_record", extra={"watches": len(slots), "error": type(error).__name__})
        return
    for watch_id in done.again:
        again_soon(watch_id)
    publish(done.live)
    if done.deliveries:
        nudge_delivery()


@celery.task(name="tamper.discover")
def discover(organization_id: str, job_id: str) -> None:
    """Look for a site's key pages."""
    from app.service.tamper.discover import run_discovery

    with database():
        run_discovery(int(organization_id), int(job_id))


@celery.task(name="tamper.tend")
def tend() -> None:
    """Once a day: what is too old or too much of what was kept goes."""
    from app.service.tamper.retention import tend

    with database():
        tend(now())
