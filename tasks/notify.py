"""Queue `notify`: decide who is told, and deliver. Rows are the queue; a message only says to look."""

from __future__ import annotations

import logging
import threading
import time

from app.models.errors import DATABASE_AWAY
from tasks.application import celery, database

log = logging.getLogger("cloudeye.notify")
# Receivers that hang must leave most of the worker's threads to the probes.
AT_ONCE = 16
# After this the task ends, so that a worker told to stop does; the scheduler nudges every few seconds.
TURN_SECONDS = 60.0

_places = threading.BoundedSemaphore(AT_ONCE)


@celery.task(name="notify.deliver_due")
def deliver_due() -> int:
    """Claim and deliver one row after the other until nothing is due; returns how many.

    Several may run at once; each row is claimed by one of them. When enough of them run, those will come by.
    """
    if not _places.acquire(blocking=False):
        return 0
    try:
        return _deliver_all(time.monotonic() + TURN_SECONDS)
    except DATABASE_AWAY as error:
        log.warning("notify.database_away", extra={"error": type(error).__name__})
        return 0
    finally:
        _places.release()


@celery.task(name="notify.decide")
def decide() -> int:
    """Decide about incidents, and deliver what comes of it in the same breath; returns how many were sent."""
    from app.service.alerting.decide import decide_pending

    try:
        with database():
            put = decide_pending()
    except DATABASE_AWAY as error:
        log.warning("notify.database_away", extra={"error": type(error).__name__})
        return 0
    return deliver_due() if put else 0


def _deliver_all(end: float) -> int:
    """A row is claimed only when it is sent next, so that its claim covers just that.

    Whoever finds work calls one more to look, so no row waits behind a receiver that hangs.
    """
    from app.service.channel.delivery import claim_due, deliver

    count = 0
    while time.monotonic() < end:
        with database():
            claimed = claim_due(1)
            if not claimed:
                break
            if count == 0:
                _call_another()
            deliver(claimed[0])
            count += 1
    return count


def _call_another() -> None:
    """Without Redis nobody comes; the row that is claimed already is sent all the same."""
    from app.service.queue import send

    try:
        send("notify.deliver_due", "notify", [])
    except Exception:
        log.warning("notify.nudge_failed", exc_info=True)
