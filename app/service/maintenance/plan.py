"""A window's row as the plan that the engine expands."""

from __future__ import annotations

from datetime import datetime

from app.engine.usability.alerting.recurrence import Plan, Span, but_for, following, occurrences
from app.models import MaintenanceWindow


def plan_of(window: MaintenanceWindow) -> Plan:
    return Plan(datetime.fromisoformat(window.starts), window.minutes, window.timezone, window.rule)


def spans_of(window: MaintenanceWindow, from_ms: int, to_ms: int) -> list[Span]:
    """What of a window overlaps [from_ms, to_ms): nothing while it is switched off, less what was skipped."""
    if not window.is_enabled:
        return []
    planned = but_for(occurrences(plan_of(window), from_ms, to_ms), window.exceptions)
    return [span for span in planned if span.end_ms > from_ms]


def next_of(window: MaintenanceWindow, after_ms: int, count: int = 1) -> list[Span]:
    """The next spans that begin at or after a moment; those that were skipped are left out."""
    if not window.is_enabled:
        return []
    reserve = count + len(window.exceptions)
    return but_for(following(plan_of(window), after_ms, reserve), window.exceptions)[:count]
