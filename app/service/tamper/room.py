"""Making room: snapshots that may go are forgotten, oldest first, and what only they used is deleted."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select

from app.core.clock import now
from app.core.redis import TtlCache
from app.models import Content, Snapshot, db, write
from app.service.scope.current import everything
from app.service.tamper.content import NeededError
from app.service.tamper.holding import COLUMNS, count_bytes, is_referred, referred
from app.service.tamper.protect import removable
from app.service.tamper.store import Store, get_store
from app.service.tamper.sweep import GRACE_SECONDS

log = logging.getLogger("cloudeye.tamper.room")

BATCH = 100
QUOTA_BATCH = 20
"""So many snapshots are forgotten at once for the quota, lest more go than have to."""
VAIN_BATCHES = 5
"""After so many batches in a row that freed nothing, the rest is left alone."""
ROOM_AFTER = 0.95
"""So much of the quota is used at most after room was made, lest every snapshot have to make it anew."""
SECONDS_IN_VAIN = 300
_in_vain: TtlCache[int] = TtlCache(SECONDS_IN_VAIN, 10_000)


@everything()
def make_room(organization_id: int, quota: int) -> int:
    """Delete what the organization uses no more, then forget its oldest snapshots, until the quota holds.

    Gives the bytes still used. When nothing more may go, it is not tried again for some minutes.
    """
    used = count_bytes(organization_id)
    if used < quota or _in_vain.get(organization_id) == quota:
        return used
    most = int(quota * ROOM_AFTER)
    for names in _unreferred(organization_id):
        if used <= most:
            break
        release(organization_id, names)
        used = count_bytes(organization_id)
    used = _forget_until(organization_id, most, used)
    if used >= quota:
        _in_vain.put(organization_id, quota)
    log.info("tamper.room_made", extra={"organization_id": organization_id, "used_bytes": used})
    return used


def _forget_until(organization_id: int, most: int, used: int) -> int:
    """Forget the oldest snapshots until so many bytes are used, or nothing comes of it; gives the bytes."""
    # Younger ones would be forgotten for nothing: what they use is not deleted yet.
    old = Snapshot.at < now() - timedelta(seconds=GRACE_SECONDS)
    vain = 0
    while used > most and vain < VAIN_BATCHES:
        forgotten = forget_snapshots(organization_id, old, limit=QUOTA_BATCH)
        if not forgotten:
            break
        vain = 0 if release(organization_id, forgotten) else vain + 1
        used = count_bytes(organization_id)
    return used


def forget_vain() -> None:
    """Let room be made again at once."""
    _in_vain.clear()


def forget_snapshots(organization_id: int, *which: ColumnElement[bool], limit: int = BATCH) -> set[str]:
    """Delete the oldest snapshots that meet the conditions and may go, a batch at most.

    Gives the objects they used: none when there was nothing to delete.
    """
    found = removable(db.session(), organization_id, *which, limit=limit)
    if not found:
        return set()
    with write() as session:
        # Looked for again, since one of them may have been approved meanwhile.
        these = Snapshot.id.in_([each.id for each in found])
        gone = removable(session, organization_id, these, limit=limit)
        session.execute(delete(Snapshot).where(Snapshot.id.in_([each.id for each in gone])))
    return {name for each in gone for name in _objects(each)}


def _objects(snapshot: Snapshot) -> list[str]:
    names = (getattr(snapshot, column.key) for column in COLUMNS)
    return [name for name in names if name]


@everything()
def release_unreferred(organization_id: int) -> int:
    """Release everything that the organization holds and refers to no more; gives how many objects went."""
    return sum(release(organization_id, names) for names in _unreferred(organization_id))


@everything()
def release(organization_id: int, names: Collection[str]) -> int:
    """Take objects that the organization no longer refers to off its account; nobody's are deleted.

    What others are built on stays, and stays on the account; what was put within the last hour stays too.
    Gives how many went.
    """
    content = get_store()
    young = now().timestamp() - GRACE_SECONDS
    unused = set(names) - referred(db.session(), names, organization_id=organization_id)
    gone = 0
    # Again as long as something goes: what others are built on comes free after them.
    while free := {name for name in unused if _is_free(content, name, young)}:
        with write() as session:
            own = Content.organization_id == organization_id
            session.execute(delete(Content).where(own, Content.sha256.in_(free)))
        for name in free - referred(db.session(), free):
            with suppress(NeededError):
                content.delete(name, unless_used_after=young)
        unused -= free
        gone += len(free)
    return gone


def _unreferred(organization_id: int) -> Iterator[list[str]]:
    """What an organization holds and refers to no more, oldest first, a batch at a time."""
    after: ColumnElement[bool] | None = None
    old = now() - timedelta(seconds=GRACE_SECONDS)
    while True:
        rows = select(Content.created_at, Content.sha256).where(
            Content.organization_id == organization_id, Content.created_at < old
        )
        rows = rows.where(~is_referred(organization_id, Content.sha256.expression))
        if after is not None:
            rows = rows.where(after)
        batch = db.session.execute(rows.order_by(Content.created_at, Content.sha256).limit(BATCH)).all()
        if not batch:
            return
        after = _behind(*batch[-1])
        yield [name for _, name in batch]


def _behind(moment: datetime, name: str) -> ColumnElement[bool]:
    same = (Content.created_at == moment) & (Content.sha256 > name)
    return or_(Content.created_at > moment, same)


def _is_free(content: Store, name: str, young: float) -> bool:
    """Is it old enough, and is nothing built on it?"""
    try:
        is_young = content.path(name).stat().st_mtime > young
    except FileNotFoundError:
        return True
    return not is_young and not any(content.is_needed_by(name, other) for other in content.marks(name))
