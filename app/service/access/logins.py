"""Everywhere somebody is logged in: sessions of browsers and log-ins by tokens, in one list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.core.errors import NotFoundError
from app.models import write
from app.service.access import sessions, tokens
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.paging import Page, cut, decode_cursor


@dataclass(frozen=True, slots=True)
class Login:
    """`kind` is session or jwt; `key` names it and opens nothing."""

    key: str
    kind: str
    how: str
    ip: str
    agent: str
    began_at: datetime
    last_seen_at: datetime
    is_current: bool


def list_logins(actor: Actor, current: str, *, cursor: str | None = None, limit: int = 50) -> Page[Login]:
    """Where one is logged in, the last used first. They are few: the cursor is a place in the list."""
    found = [
        Login(
            each.key,
            "session",
            each.how,
            each.ip,
            each.agent,
            each.began_at,
            each.last_seen_at,
            each.is_current,
        )
        for each in sessions.list_sessions(actor, current)
    ]
    for family in tokens.list_families(actor):
        key = str(family.id)
        found.append(
            Login(
                key,
                "jwt",
                "token",
                family.ip,
                family.agent,
                family.created_at,
                family.last_used_at,
                key == current,
            )
        )
    found.sort(key=lambda each: each.last_seen_at, reverse=True)
    begin = max(0, decode_cursor(cursor, [int])[0]) if cursor else 0
    return cut(found[begin : begin + limit + 1], limit, lambda _last: [begin + limit])


def end_login(actor: Actor, key: str) -> None:
    """End one of one's own log-ins. Keys of sessions are 16 hex digits, those of tokens are longer ids."""
    if key.isascii() and key.isdecimal() and len(key) in (17, 18, 19) and int(key) < 1 << 63:
        tokens.end_family(actor, int(key))
    elif len(key) == 16:
        sessions.end_one(actor, key)
    else:
        raise NotFoundError("there is no such session")


def end_other_logins(actor: Actor, current: str) -> int:
    """End all of one's own log-ins but this one; gives how many."""
    but = int(current) if current.isdecimal() and len(current) > 16 else None
    return sessions.end_others(actor, current) + tokens.end_families(actor, but=but)


def note_logout(actor: Actor) -> None:
    with write() as session:
        record_change(session, actor, "logout", "user", actor.user.id)
