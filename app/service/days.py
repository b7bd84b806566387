"""The day tables' comings and goings."""

from __future__ import annotations

import logging
from datetime import timedelta

from app.core.clock import now
from app.models import db
from app.models.result import drop_days_before, ensure_day_table
from app.service.setting import get_setting

log = logging.getLogger("cloudeye.days")


def tend() -> None:
    """Make the tables of today and tomorrow; drop those older than the retention."""
    today = now().date()
    for day in (today, today + timedelta(days=1)):
        ensure_day_table(db.engine, day)
    kept_days: int = get_setting("result_days")
    for day in drop_days_before(db.engine, today - timedelta(days=kept_days)):
        log.info("days.dropped", extra={"day": day.isoformat()})
