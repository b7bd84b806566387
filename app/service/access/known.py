"""Whom sessions stand for, kept at hand, so that looking at something costs no query for who looks.

What is kept counts until the next change to any user, organization or membership, whichever process makes
it: the mark that it sets is read along with the session (`models.people_mark`). So other rights, a closed
account or a lost place count from the next request on, and where the mark could not be set, within a second.
An ended session is not found in the first place. What changes something asks the database anew.
"""

from __future__ import annotations

from app.core.redis import TtlCache
from app.models import db
from app.service.actor import Actor
from app.service.auth import load_actor

SECONDS = 1.0
_kept: TtlCache[tuple[bytes, Actor]] = TtlCache(SECONDS, 1000)


def known_actor(
    user_id: int, organization_id: int, version: int, mark: bytes, *, ip: str, began_ms: int | None = None
) -> Actor | None:
    """What `load_actor` gives for a session, to be looked at only: its rows are in no database session."""
    key = (user_id, organization_id, version, began_ms, ip)
    kept = _kept.get(key)
    if kept is not None and kept[0] == mark:
        return kept[1]
    actor = load_actor(user_id, organization_id, version, way="session", ip=ip, began_ms=began_ms)
    if actor is not None:
        db.session.expunge(actor.user)
        db.session.expunge(actor.organization)
        _kept.put(key, (mark, actor))
    return actor


def forget_known() -> None:
    _kept.clear()
