"""A monitor's days, as its owner asks for them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from app.core.clock import now
from app.service.actor import Actor
from app.service.day_counts import count_day
from app.service.monitor import get_monitor

MAX_DAYS = 90


def list_days(actor: Actor, monitor_id: int, *, days: int = 30) -> list[dict[str, Any]]:
    """The last `days` UTC days, oldest first: {day, up, down, unknown, uptime}.

    `uptime` is the share of good checks among those that were judged, in percent; null when none was.
    """
    get_monitor(actor, monitor_id)
    today = now().date()
    return [
        _told(monitor_id, today - timedelta(days=back)) for back in range(min(days, MAX_DAYS) - 1, -1, -1)
    ]


def _told(monitor_id: int, day: date) -> dict[str, Any]:
    counts = count_day(monitor_id, day=day)
    judged = counts["up"] + counts["down"]
    return {"day": day.isoformat(), **counts, "uptime": 100 * counts["up"] / judged if judged else None}
