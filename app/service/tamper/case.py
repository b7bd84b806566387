"""The watches of one message, with all that judging them needs."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.clock import now_ms
from app.engine.tamper.inventory import Inventory
from app.engine.tamper.types import Asset, Observation, Options, Scope
from app.models import Alert, Organization, OrganizationWords, Site, Snapshot, Watch, WatchView, db

STALE_LEAST_MS = 120_000


@dataclass(slots=True)
class Look:
    """One view of a page as it was fetched just now."""

    view: str
    observation: Observation
    screenshot: bytes | None = None
    inventory: Inventory | None = None
    assets: tuple[Asset, ...] = ()
    has_new_assets: bool = False
    sha256: str = ""

    def __post_init__(self) -> None:
        self.sha256 = hashlib.sha256(self.observation.body).hexdigest()

    @property
    def error(self) -> tuple[str, dict[str, Any]] | None:
        """What stands in the way of judging it: a code and its values."""
        if self.observation.error:
            return self.observation.error, {}
        if self.observation.status >= 400 or self.observation.status < 200:
            return "http_status", {"status": self.observation.status}
        return None


@dataclass(slots=True)
class Case:
    """One watch in one message. `alert` is its open alert; `newest` are the kept snapshots by view."""

    watch: Watch
    organization: Organization
    due_ms: int
    revision: int
    words: OrganizationWords | None = None
    alert: Alert | None = None
    confirmed: Alert | None = None
    newest: dict[str, Snapshot] = field(default_factory=dict)
    looks: list[Look] = field(default_factory=list)

    @property
    def main(self) -> Look:
        return self.looks[0]

    @property
    def others(self) -> list[Look]:
        """The further views that could be fetched. (A crawler that is refused is no fault of the page.)"""
        return [look for look in self.looks[1:] if look.error is None]

    def row(self, view: str) -> WatchView | None:
        return next((row for row in self.watch.view_rows if row.view == view), None)

    @property
    def scope(self) -> Scope:
        return Scope(tuple(self.watch.watch_selectors), tuple(self.watch.ignore_selectors))

    @property
    def options(self) -> Options:
        common, own = self.words, self.watch
        return Options(
            allowed=frozenset(own.allowed_keys),
            words=(*(common.words if common else ()), *own.words),
            allowed_words=frozenset((*(common.allowed_words if common else ()), *own.allowed_words)),
            exempt=frozenset(own.exempt_regions),
            strict=frozenset(own.strict_regions),
        )

    @property
    def known_keys(self) -> set[str]:
        """Keys of what has been said already: by the open alert, and by the one that became an incident."""
        return {
            str(reason["key"])
            for alert in (self.alert, self.confirmed)
            if alert is not None
            for reason in alert.reasons
        }


def load_cases(slots: Sequence[tuple[int, int]], at_ms: int | None = None) -> list[Case]:
    """The watches of these (id, due in unix ms) that are to be checked: alive, due, and not checked since.

    A slot that waited for longer than an interval (at least two minutes) speaks of another time.
    """
    at_ms = now_ms() if at_ms is None else at_ms
    due: dict[int, int] = {}
    for watch_id, due_ms in slots:
        due[watch_id] = max(due_ms, due.get(watch_id, 0))
    rows = db.session.execute(
        select(Watch, Organization, OrganizationWords)
        .join(Organization, Organization.id == Watch.organization_id)
        .outerjoin(OrganizationWords, OrganizationWords.organization_id == Watch.organization_id)
        .join(Site, Site.id == Watch.site_id)
        .where(Watch.id.in_(due), Watch.is_paused.is_(False), Site.archived_at.is_(None))
        .options(joinedload(Watch.site))
        .execution_options(populate_existing=True)
    ).all()
    cases = [
        Case(watch, organization, due[watch.id], watch.revision, words)
        for watch, organization, words in rows
        if watch.state.last_due_ms < due[watch.id] and not _is_stale(watch, due[watch.id], at_ms)
    ]
    _add_alerts(cases)
    _add_snapshots(cases)
    db.session.commit()
    return cases


def _is_stale(watch: Watch, due_ms: int, at_ms: int) -> bool:
    return at_ms - due_ms > max(watch.interval_seconds * 1000, STALE_LEAST_MS)


def _add_alerts(cases: list[Case]) -> None:
    ids = [case.watch.state.alert_id for case in cases if case.watch.state.alert_id]
    incidents = [case.watch.state.incident_id for case in cases if case.watch.state.incident_id]
    if not ids and not incidents:
        return
    found = db.session.scalars(
        select(Alert)
        .where(Alert.id.in_(ids) | Alert.incident_id.in_(incidents))
        .execution_options(populate_existing=True)
    ).all()
    by_id = {alert.id: alert for alert in found}
    by_incident = {(alert.incident_id, alert.watch_id): alert for alert in found if alert.incident_id}
    for case in cases:
        state = case.watch.state
        case.alert = by_id.get(state.alert_id) if state.alert_id else None
        case.confirmed = by_incident.get((state.incident_id, case.watch.id)) if state.incident_id else None


def _add_snapshots(cases: list[Case]) -> None:
    wanted = {row.snapshot_id: case for case in cases for row in case.watch.view_rows if row.snapshot_id}
    found: dict[int, dict[str, Snapshot]] = defaultdict(dict)
    if wanted:
        for snapshot in db.session.scalars(select(Snapshot).where(Snapshot.id.in_(wanted))):
            found[snapshot.watch_id][snapshot.view] = snapshot
    for case in cases:
        case.newest = found[case.watch.id]
