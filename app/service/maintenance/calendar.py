"""Planned work as a calendar shows it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.core.clock import now_ms
from app.core.errors import InvalidError
from app.engine.usability.alerting.recurrence import Span
from app.models import MaintenanceWindow, db
from app.service.actor import Actor
from app.service.maintenance.active import covered_monitors
from app.service.maintenance.plan import next_of, spans_of
from app.service.maintenance.seen import seen

MOST_DAYS = 400
MOST_ENTRIES = 2_000
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One time of one window."""

    window: MaintenanceWindow
    span: Span


def entries(actor: Actor, from_ms: int, to_ms: int) -> list[Entry]:
    """What the organization has planned in [from_ms, to_ms), in order, at most 2,000 entries."""
    if not 0 <= from_ms < to_ms or to_ms - from_ms > MOST_DAYS * _DAY_MS:
        raise InvalidError({"to": f"must be later than from, by at most {MOST_DAYS} days"})
    found = [
        Entry(window, span)
        for window in _windows(actor)
        for span in spans_of(window, from_ms, to_ms)[:MOST_ENTRIES]
    ]
    return sorted(found, key=lambda each: (each.span.start_ms, each.window.id))[:MOST_ENTRIES]


def _windows(actor: Actor) -> list[MaintenanceWindow]:
    statement = select(MaintenanceWindow).where(
        MaintenanceWindow.organization_id == actor.organization_id, MaintenanceWindow.is_enabled.is_(True)
    )
    return seen(actor, db.session.scalars(statement).all())


def upcoming(organization_id: int, from_ms: int, to_ms: int, monitor_ids: set[int]) -> list[Entry]:
    """What is planned in [from_ms, to_ms) for any of these monitors, in order."""
    windows = db.session.scalars(
        select(MaintenanceWindow).where(
            MaintenanceWindow.organization_id == organization_id, MaintenanceWindow.is_enabled.is_(True)
        )
    ).all()
    found = [
        Entry(window, span)
        for window in windows
        if (spans := spans_of(window, from_ms, to_ms)) and monitor_ids & set(covered_monitors(window))
        for span in spans
    ]
    return sorted(found, key=lambda each: (each.span.start_ms, each.window.id))


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a window is now (`running`), and what comes next; both None when it is over."""

    running: Span | None
    coming: Span | None

    @property
    def state(self) -> str:
        return "running" if self.running else "planned" if self.coming else "over"


def standing(window: MaintenanceWindow, at_ms: int | None = None) -> Standing:
    at_ms = now_ms() if at_ms is None else at_ms
    running = spans_of(window, at_ms, at_ms + 1)
    coming = next_of(window, at_ms + 1)
    return Standing(running[0] if running else None, coming[0] if coming else None)
