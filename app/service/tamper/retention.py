"""The daily work on what was kept of pages: what is too old or too much goes, and what nobody uses."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.models import Content, Organization, Snapshot, Watch, db
from app.service.tamper.holding import forget_used, quota_bytes, referred
from app.service.tamper.room import forget_snapshots, forget_vain, make_room, release, release_unreferred
from app.service.tamper.store import get_store
from app.service.tamper.sweep import sweep

log = logging.getLogger("cloudeye.tamper.retention")

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Tended:
    """`released` objects went off an organization's account, `swept` ones were nobody's."""

    released: int
    swept: int
    swept_bytes: int
    damaged: tuple[str, ...]


def tend(at: datetime) -> Tended:
    """Once a day, by any number of processes: retention, then quotas, then orphans.

    Baselines, the snapshots of open and confirmed alerts, those that evidence was handed out of and the
    newest of each view stay, however old.
    """
    released = sum(_expire(*each, at) for each in _watches())
    quota = quota_bytes()
    forget_vain()
    for organization_id in db.session.scalars(select(Organization.id)).all():
        released += release_unreferred(organization_id)
        make_room(organization_id, quota)
    swept = sweep(get_store(), _anybodys, now=at.timestamp())
    forget_used()
    tended = Tended(released, swept.removed, swept.removed_bytes, swept.damaged)
    log.info("tamper.tended", extra={"released": released, "swept": swept.removed})
    for name in swept.damaged:
        log.error("tamper.content_damaged", extra={"sha256": name})
    return tended


def _expire(watch_id: int, organization_id: int, days: int, at: datetime) -> int:
    """Forget a watch's snapshots that are older than its days; gives how many objects went."""
    old = (Snapshot.watch_id == watch_id, Snapshot.at < at - timedelta(days=days))
    released = 0
    while names := forget_snapshots(organization_id, *old):
        released += release(organization_id, names)
    return released


def _watches() -> Iterator[tuple[int, int, int]]:
    """(watch, organization, days) of every watch."""
    after = 0
    while True:
        rows = select(Watch.id, Watch.organization_id, Watch.snapshot_days).where(Watch.id > after)
        page = db.session.execute(rows.order_by(Watch.id).limit(_PAGE)).all()
        yield from ((each[0], each[1], each[2]) for each in page)
        if len(page) < _PAGE:
            return
        after = page[-1][0]


def _anybodys(names: Collection[str]) -> set[str]:
    """Of these objects, those a row refers to, and those on somebody's account, whose release comes first."""
    held = db.session.scalars(select(Content.sha256).where(Content.sha256.in_(names)))
    return referred(db.session(), names) | set(held)
