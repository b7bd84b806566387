"""The sums of one day of one monitor. A past day does not change any more: it is read once and kept."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, inspect, select

from app.core.clock import now
from app.core.redis import cached_by_day, delete_matching
from app.models import db
from app.models.result import STATUS_NAME, result_table

CACHE = "uptime"


@cached_by_day(CACHE, present=lambda: now())
def count_day(monitor_id: int, *, day: date) -> dict[str, int]:
    """How many checks of a UTC day were good, failed, or could not be judged."""
    counts = dict.fromkeys(("up", "down", "unknown"), 0)
    table = result_table(day)
    if inspect(db.session.connection()).has_table(table.name):
        statement = (
            select(table.c.status, func.count())
            .where(table.c.monitor_id == monitor_id)
            .group_by(table.c.status)
        )
        for status, count in db.session.execute(statement):
            counts[STATUS_NAME[status]] = count
    return counts


def forget_days_of(monitor_id: int) -> int:
    """Drop what is kept of a monitor that is gone; returns how many days."""
    return delete_matching(f"cache:{CACHE}:{monitor_id}:*")
