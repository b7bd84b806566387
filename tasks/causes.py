"""Queue `report`: whose fault the incidents of the last hour are."""

from __future__ import annotations

import logging

from redis import RedisError

from app.core.redis import once_every
from app.models.errors import DATABASE_AWAY
from tasks.application import celery, database

log = logging.getLogger("cloudeye.cause")


@celery.task(name="cause.turn")
def turn() -> int:
    """Judge what has opened, or has become clearer; the scheduler asks every few seconds."""
    from app.service.cause.compute import turn as judge_due

    try:
        if not once_every("cause.turn.done", 2):
            return 0
        with database():
            return judge_due()
    except (*DATABASE_AWAY, RedisError) as error:
        log.warning("cause.cannot_judge", extra={"error": type(error).__name__})
        return 0
