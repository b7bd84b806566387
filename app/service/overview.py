"""The state of many sites at once: one query a page of a list, however many monitors the sites have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import case, func, select

from app.models import Monitor, MonitorState, Site, db
from app.service.actor import Actor
from app.service.site import SiteLine

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


def site_states(actor: Actor, sites: Sequence[Site | SiteLine]) -> dict[int, SiteState]:
    """The state of each of these sites, by site id."""
    found: dict[int, SiteState] = {site.id: SiteState() for site in sites}
    heard = case((MonitorState.state != "PAUSED", MonitorState.last_total_ms))
    rows = db.session.execute(
        select(
            Monitor.site_id,
            MonitorState.state,
            func.count(),
            func.min(MonitorState.since_ms),
            func.max(heard),
        )
        .join(MonitorState, MonitorState.monitor_id == Monitor.id)
        .where(Monitor.organization_id == actor.organization_id, Monitor.site_id.in_(list(found)))
        .group_by(Monitor.site_id, MonitorState.state)
    ).all()
    for site_id, state, count, _since, slowest in rows:
        each = found[site_id]
        each.counts[state] = count
        if slowest is not None:
            each.slowest_ms = max(each.slowest_ms or 0.0, slowest)
    for each in found.values():
        each.state = worst(each.counts)
    for site_id, state, _count, since, _slowest in rows:
        if state == found[site_id].state:
            found[site_id].since_ms = since
    return found
