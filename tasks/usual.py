"""Queue `report`: learning once a day how long each monitor's answers usually take."""

from __future__ import annotations

import logging

from app.core.redis import once_every
from app.models.errors import DATABASE_AWAY
from tasks.application import Told, celery, database

log = logging.getLogger("cloudeye.slow")
REST_SECONDS = 0.05


@celery.task(name="usability.learn")
def learn() -> Told:
    """Learn of every monitor that was not learned of within a day; those it does not reach wait an hour."""
    from app.service.recording.slow import learn_all

    if not once_every("usability.learn.turn", 600):
        return None
    try:
        with database():
            learn_all(pause_seconds=REST_SECONDS)
    except DATABASE_AWAY as error:
        log.warning("slow.database_away", extra={"error": type(error).__name__})
        return {"problem": type(error).__name__}
    return None
