"""Scans nobody has asked for: by schedule, after a deployment, and when something relevant has changed.

A site that has a scan waiting or running gets no second one: that one will see the change too. While planned
work covers a site, its scans wait: what they would find is half of something.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, select, update

from app.core.clock import now, to_ms
from app.engine.bug.types import ProfileName
from app.models import Organization, Scan, ScanSettings, Site, db, write
from app.models.errors import DATABASE_CLASH
from app.service.bug.changes import facts_seen
from app.service.bug.scan import is_verified, nudge, put_scan
from app.service.bug.settings import budget_of, due_after
from app.service.maintenance.active import is_site_maintained

log = logging.getLogger("cloudeye.bug")
AFTER_CHANGE = timedelta(hours=6)
"""A site that changes all day is scanned so often at most."""
_PAGE = 500


def start_due(at: datetime) -> int:
    """Put scans for every site whose schedule says so; returns how many. Any number of callers: the schedule
    is moved on by a conditional UPDATE, and who changed the row has won it."""
    due = db.session.execute(
        select(ScanSettings, Site)
        .join(Site, Site.id == ScanSettings.site_id)
        .where(ScanSettings.next_due_at <= at, Site.archived_at.is_(None))
        .order_by(ScanSettings.next_due_at)
        .limit(_PAGE)
        .execution_options(populate_existing=True)
    ).all()
    free = [(settings, site) for settings, site in due if not _is_worked_on(site, at)]
    db.session.commit()
    return sum(_start_scheduled(settings, site, at) for settings, site in free)


def _is_worked_on(site: Site, at: datetime) -> bool:
    return is_site_maintained(site.organization_id, site.id, to_ms(at))


def _start_scheduled(settings: ScanSettings, site: Site, at: datetime) -> bool:
    organization = db.session.get_one(Organization, site.organization_id)
    following = due_after(settings, organization, at)
    with write() as session:
        moved = session.execute(
            update(ScanSettings)
            .where(ScanSettings.site_id == site.id, ScanSettings.next_due_at == settings.next_due_at)
            .values(next_due_at=following)
            .execution_options(synchronize_session=False)
        )
    return isinstance(moved, CursorResult) and moved.rowcount == 1 and _put(settings, site, "schedule")


def after_deployment(site: Site) -> None:
    """A release is out: scan the site where its settings say so."""
    settings = db.session.get(ScanSettings, site.id, populate_existing=True)
    db.session.commit()
    if settings is not None and settings.after_deployment and _put(settings, site, "deployment"):
        nudge()


def start_changed(at: datetime) -> int:
    """Look at what the other jobs last saw of the sites that want it, and scan those where it is another."""
    started = after = 0
    while True:
        rows = db.session.execute(
            select(ScanSettings, Site)
            .join(Site, Site.id == ScanSettings.site_id)
            .where(ScanSettings.on_change.is_(True), Site.archived_at.is_(None), ScanSettings.site_id > after)
            .order_by(ScanSettings.site_id)
            .limit(_PAGE)
            .execution_options(populate_existing=True)
        ).all()
        db.session.commit()
        started += sum(_start_if_changed(settings, site, at) for settings, site in rows)
        if len(rows) < _PAGE:
            return started
        after = rows[-1][1].id


def _start_if_changed(settings: ScanSettings, site: Site, at: datetime) -> bool:
    if _is_worked_on(site, at):
        return False
    seen = facts_seen(site)
    known = dict(settings.facts)
    changed = sorted(name for name, value in seen.items() if name in known and known[name] != value)
    if {**known, **seen} != known:
        with write() as session:
            session.execute(
                update(ScanSettings)
                .where(ScanSettings.site_id == site.id)
                .values(facts={**known, **seen})
                .execution_options(synchronize_session=False)
            )
    if not changed or _was_scanned_since(site, at - AFTER_CHANGE):
        return False
    log.info("bug.changed", extra={"site_id": site.id, "what": changed})
    return _put(settings, site, "change", {"changed": changed})


def _was_scanned_since(site: Site, at: datetime) -> bool:
    own = (Scan.site_id == site.id, Scan.trigger == "change", Scan.created_at > at)
    return db.session.scalar(select(Scan.id).where(*own).limit(1)) is not None


def _put(settings: ScanSettings, site: Site, trigger: str, detail: dict[str, Any] | None = None) -> bool:
    organization = db.session.get_one(Organization, site.organization_id)
    profile: ProfileName = "passive"
    for each in ("standard", "full"):
        if settings.profile == each and is_verified(db.session(), site):
            profile = each  # Without a proof the site is still looked at, passively.
    db.session.commit()
    try:
        with write() as session:
            put_scan(
                session,
                site,
                settings,
                organization,
                trigger,
                profile=profile,
                budget=budget_of(settings, profile),
                rate=settings.rate,
                reason_detail=detail,
            )
    except DATABASE_CLASH:
        return False
    return True


def has_waiting(at: datetime | None = None) -> bool:
    """Whether a scan may begin now."""
    waiting = (Scan.state == "queued", Scan.starts_at <= (at or now()))
    return db.session.scalar(select(Scan.id).where(*waiting).limit(1)) is not None
