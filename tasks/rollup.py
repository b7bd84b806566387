"""Queue `report`: rolling up, packing closed days, and deleting what is kept no longer.

The process that reads this queue is not the one that probes: a thread that computes would hold up the probes'
loop by a few milliseconds each time it wakes.
"""

from __future__ import annotations

import logging

from app.core.redis import lock
from app.models.errors import DATABASE_AWAY
from tasks.application import Told, celery, database

log = logging.getLogger("cloudeye.rollup")


@celery.task(name="rollup.turn")
def roll_up() -> Told:
    """Make the roll-ups that are due; the scheduler asks every ten seconds."""
    from app.service.rollup.roller import roll

    with lock("rollup", 300) as alone:
        if not alone:
            return None
        try:
            with database():
                made = roll()
        except DATABASE_AWAY as error:
            log.warning("rollup.database_away", extra={"error": type(error).__name__})
            return {"problem": type(error).__name__}
    if made["late"]:
        log.info("rollup.made_anew", extra={"rows": made["late"]})
    return dict(made)


@celery.task(name="rollup.pack")
def pack() -> Told:
    """Pack what is closed, for the better part of a minute; the scheduler asks every minute."""
    from app.service.results.packing import pack_closed

    with lock("rollup.pack", 600) as alone:
        if not alone:
            return None
        try:
            with database():
                pack_closed()
        except DATABASE_AWAY as error:
            log.warning("rollup.database_away", extra={"error": type(error).__name__})
            return {"problem": type(error).__name__}
    return None


@celery.task(name="rollup.trim")
def trim() -> Told:
    """Drop the days that nobody keeps any longer, and delete what organizations do not, once a day."""
    from app.service.results import days

    with lock("rollup.trim", 3600) as alone:
        if not alone:
            return None
        try:
            with database():
                days.drop_old()
                deleted = days.trim()
        except DATABASE_AWAY as error:
            log.warning("rollup.database_away", extra={"error": type(error).__name__})
            return {"problem": type(error).__name__}
    log.info("days.trimmed", extra={"rows": deleted})
    return {"rows": deleted}
