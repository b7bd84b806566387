"""Queue `report`: how objectives stand."""

from __future__ import annotations

import logging

from app.core.redis import lock
from app.models.errors import DATABASE_AWAY
from tasks.application import Told, celery, database
from tasks.record import nudge_delivery

log = logging.getLogger("cloudeye.objective")


@celery.task(name="objective.turn")
def evaluate() -> Told:
    """Look at every objective; the scheduler asks every minute."""
    from app.service.objective.turn import evaluate_all

    with lock("objective", 300) as alone:
        if not alone:
            return None
        try:
            with database():
                deliveries = evaluate_all()
        except DATABASE_AWAY as error:
            log.warning("objective.database_away", extra={"error": type(error).__name__})
            return {"problem": type(error).__name__}
    if deliveries:
        nudge_delivery()
    return {"deliveries": deliveries}
