"""What each organization holds in the content store, and how much it may."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.core.clock import now
from app.core.redis import TtlCache
from app.models import Content, Organization, Snapshot, Watch, WatchView, db
from app.service.setting import get_setting
from app.service.tamper.content import Kind

COLUMNS = (
    Snapshot.body_sha256,
    Snapshot.screenshot_sha256,
    Snapshot.assets_sha256,
    Snapshot.chain_sha256,
)
"""What a snapshot names in the store."""
SECONDS_CACHED = 60
PICTURE: Kind = "picture"
"""What a browser showed when a check failed. Nothing but an incident names it, so its time alone keeps it."""
PICTURE_DAYS = 90
_used: TtlCache[int] = TtlCache(SECONDS_CACHED, 10_000)


@dataclass(frozen=True, slots=True)
class Held:
    """Objects and bytes of one organization, and the bytes it may have."""

    organization_id: int
    name: str
    objects: int
    stored_bytes: int
    quota_bytes: int


def quota_bytes() -> int:
    megabytes: int = get_setting("tamper_quota_mb")
    return megabytes * 2**20


def used_bytes(organization_id: int) -> int:
    """What the organization holds, as counted within the last minute and added to by this process."""
    return _used.get_or_make(organization_id, lambda: count_bytes(organization_id))


def count_bytes(organization_id: int) -> int:
    """What the organization holds, counted now."""
    total = select(func.coalesce(func.sum(Content.stored_bytes), 0))
    counted = int(db.session.scalar(total.where(Content.organization_id == organization_id)) or 0)
    return _used.put(organization_id, counted)


def add_used(organization_id: int, stored_bytes: int) -> None:
    known = _used.get(organization_id)
    if known is not None:
        _used.put(organization_id, known + stored_bytes)


def forget_used() -> None:
    _used.clear()


def usage_by_organization() -> list[Held]:
    """What every organization holds, the largest first."""
    stored = func.coalesce(func.sum(Content.stored_bytes), 0)
    rows = db.session.execute(
        select(Organization.id, Organization.name, func.count(Content.sha256), stored)
        .outerjoin(Content, Content.organization_id == Organization.id)
        .group_by(Organization.id, Organization.name)
        .order_by(stored.desc(), Organization.id)
    )
    quota = quota_bytes()
    return [Held(identifier, name, objects, int(used), quota) for identifier, name, objects, used in rows]


def referred(session: Session, names: Collection[str], *, organization_id: int | None = None) -> set[str]:
    """Of these objects, those that a row refers to: anybody's, or one organization's."""
    found: set[str] = set()
    for column in COLUMNS:
        rows = select(column).where(column.in_(names)).distinct()
        if organization_id is not None:
            rows = rows.where(Snapshot.organization_id == organization_id)
        found.update(name for name in session.scalars(rows) if name)
    profiles = select(WatchView.profile_sha256).where(WatchView.profile_sha256.in_(names)).distinct()
    if organization_id is not None:
        profiles = profiles.join(Watch, Watch.id == WatchView.watch_id)
        profiles = profiles.where(Watch.organization_id == organization_id)
    found.update(name for name in session.scalars(profiles) if name)
    pictures = select(Content.sha256).where(Content.sha256.in_(names), *_is_young_picture()).distinct()
    if organization_id is not None:
        pictures = pictures.where(Content.organization_id == organization_id)
    found.update(session.scalars(pictures))
    return found


def _is_young_picture() -> tuple[ColumnElement[bool], ...]:
    return Content.kind == PICTURE, Content.created_at > now() - timedelta(days=PICTURE_DAYS)


def is_referred(organization_id: int, name: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition that one of the organization's rows refers to an object."""
    snapshots = select(Snapshot.id).where(Snapshot.organization_id == organization_id)
    profiles = select(WatchView.view).join(Watch, Watch.id == WatchView.watch_id)
    profiles = profiles.where(Watch.organization_id == organization_id, WatchView.profile_sha256 == name)
    other = aliased(Content)
    pictures = select(other.sha256).where(
        other.organization_id == organization_id,
        other.sha256 == name,
        other.kind == PICTURE,
        other.created_at > now() - timedelta(days=PICTURE_DAYS),
    )
    in_snapshots = (snapshots.where(column == name).exists() for column in COLUMNS)
    return or_(*in_snapshots, profiles.exists(), pictures.exists())
