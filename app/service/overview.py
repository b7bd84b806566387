"""The state of many sites at once: one query a page of a list, however many monitors the sites have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from app.models import Monitor, MonitorState, Site, db
from app.service.actor import Actor

# What a site is when its monitors disagree: the first of these that any of them is in.
WORST_FIRST = ("DOWN", "REGIONAL", "DEGRADED", "UNKNOWN", "PENDING", "UP", "MAINTENANCE", "PAUSED")


@dataclass(slots=True)
class SiteState:
    """`state` is None for a site without monitors; `since_ms` is when its newest state began (unix ms)."""

    state: str | None = None
    since_ms: int | None = None
    counts: Counter[str] = field(default_factory=Counter)
    slowest_ms: float | None = None


def worst(states: Iterable[str]) -> str | None:
    """The state that speaks for all of them."""
    present = set(states)
    return next((state for state in WORST_FIRST if state in present), None)


def site_states(actor: Actor, sites: Sequence[Site]) -> dict[int, SiteState]:
    """The state of each of these sites, by site id."""
    found: dict[int, SiteState] = {site.id: SiteState() for site in sites}
    rows = db.session.execute(
        select(Monitor.site_id, MonitorState.state, MonitorState.since_ms, MonitorState.last_total_ms)
        .join(MonitorState, MonitorState.monitor_id == Monitor.id)
        .where(Monitor.organization_id == actor.organization_id, Monitor.site_id.in_(list(found)))
    ).all()
    for site_id, state, _since, total_ms in rows:
        each = found[site_id]
        each.counts[state] += 1
        if total_ms is not None and state != "PAUSED":
            each.slowest_ms = max(each.slowest_ms or 0.0, total_ms)
    for each in found.values():
        each.state = worst(each.counts)
    for site_id, state, since, _total in rows:
        each = found[site_id]
        if state == each.state:
            each.since_ms = min(since, each.since_ms) if each.since_ms else since
    return found
