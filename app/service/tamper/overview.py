"""Where many watches and sites stand at once: one query a page of a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from app.models import Alert, Site, Watch, WatchState, db
from app.service.actor import Actor
from app.service.site import SiteLine

# What a site is when its pages disagree: the first of these that any of them is in.
WORST_FIRST = ("ALERT", "NOTICE", "ERROR", "LEARNING", "OK", "PAUSED")


@dataclass(slots=True)
class SiteTamper:
    """`state` is None for a site without watches; `since` is when its newest state began."""

    state: str | None = None
    since: datetime | None = None
    counts: Counter[str] = field(default_factory=Counter)


def site_tamper(actor: Actor, sites: Sequence[Site | SiteLine]) -> dict[int, SiteTamper]:
    """What the watched pages of each of these sites say, by site id."""
    found: dict[int, SiteTamper] = {site.id: SiteTamper() for site in sites}
    rows = db.session.execute(
        select(Watch.site_id, WatchState.state, func.count(), func.min(WatchState.since))
        .join(WatchState, WatchState.watch_id == Watch.id)
        .where(Watch.organization_id == actor.organization_id, Watch.site_id.in_(list(found)))
        .group_by(Watch.site_id, WatchState.state)
    ).all()
    since = {(site_id, state): moment for site_id, state, _count, moment in rows}
    for site_id, state, count, _moment in rows:
        found[site_id].counts[state] += count
    for site_id, each in found.items():
        each.state = next((state for state in WORST_FIRST if each.counts[state]), None)
        each.since = since.get((site_id, each.state or ""))
    return found


def open_alert_counts(actor: Actor, watch_ids: Sequence[int]) -> dict[int, int]:
    """How many alerts wait for somebody's word, by watch id."""
    rows = db.session.execute(
        select(Alert.watch_id, func.count())
        .where(
            Alert.organization_id == actor.organization_id,
            Alert.watch_id.in_(list(watch_ids)),
            Alert.state == "open",
        )
        .group_by(Alert.watch_id)
    )
    return {watch_id: int(count) for watch_id, count in rows}


def open_alerts(actor: Actor) -> int:
    """Alerts of the organization that wait for somebody's word, at most 100: more are as bad."""
    ids = (
        select(Alert.id)
        .where(
            Alert.organization_id == actor.organization_id,
            Alert.state == "open",
            Alert.level == "alert",
            Alert.parent_id.is_(None),
        )
        .limit(100)
    )
    return db.session.scalar(select(func.count()).select_from(ids.subquery())) or 0
