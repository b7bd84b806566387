"""Looking through an organization's audit entries, and taking them away."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from app.core.errors import InvalidError
from app.engine.sheet.csv_text import write_csv
from app.models import AuditEntry, db
from app.models.audit_chain import facts_of
from app.service.actor import Actor
from app.service.paging import Page, page_by_id

WAYS = ("session", "jwt", "token", "signed", "deployment", "cli", "system")
PART = 500
MOST_AT_ONCE = 20_000
"""So many entries are given at once; a longer log is exported as a job."""
HEAD = (
    "number",
    "at",
    "who",
    "way",
    "address",
    "request",
    "action",
    "object",
    "object id",
    "before",
    "after",
    "hash",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries. `action` may be a family (`site` or `site.`); `since` is in, `until` is out."""

    who: str | None = None
    action: str | None = None
    object_type: str | None = None
    object_id: int | None = None
    way: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def list_entries(
    actor: Actor, wanted: Wanted | None = None, *, cursor: str | None = None, limit: int = 50
) -> Page[AuditEntry]:
    """The organization's audit entries, newest first."""
    return page_by_id(statement_of(actor, wanted or Wanted()), AuditEntry.id, cursor, limit)


def check_order(since: datetime | None, until: datetime | None) -> None:
    """Raise `InvalidError` naming `to` where a span ends before it begins."""
    if since and until and since >= until:
        raise InvalidError({"to": "must be later than from"})


def statement_of(actor: Actor, wanted: Wanted) -> Select[Any]:
    """The organization's entries that are wanted, in no order yet."""
    check_order(wanted.since, wanted.until)
    statement = select(AuditEntry).where(AuditEntry.organization_id == actor.organization_id)
    for column, value in (
        (AuditEntry.object_type, wanted.object_type),
        (AuditEntry.object_id, wanted.object_id),
        (AuditEntry.way, wanted.way),
    ):
        if value:
            statement = statement.where(column == value)
    if wanted.who:
        statement = statement.where(AuditEntry.user_email.contains(wanted.who.strip(), autoescape=True))
    if wanted.since:
        statement = statement.where(AuditEntry.at >= wanted.since)
    if wanted.until:
        statement = statement.where(AuditEntry.at < wanted.until)
    return _of_action(statement, wanted.action)


def _of_action(statement: Select[Any], action: str | None) -> Select[Any]:
    if not action:
        return statement
    family = action.rstrip(".")
    either = (AuditEntry.action == family) | AuditEntry.action.startswith(f"{family}.", autoescape=True)
    return statement.where(either)


def actions_of(actor: Actor) -> list[str]:
    """Every action that the organization's log knows, in order."""
    own = AuditEntry.organization_id == actor.organization_id
    return list(
        db.session.scalars(select(AuditEntry.action).where(own).distinct().order_by(AuditEntry.action))
    )


def as_csv(actor: Actor, wanted: Wanted) -> bytes:
    """The newest 20,000 of them, oldest first, for a spreadsheet."""
    out = io.BytesIO()
    write_csv(out, HEAD, (_cells(entry) for entry in _oldest_first(actor, wanted)))
    return out.getvalue()


def as_lines(actor: Actor, wanted: Wanted) -> bytes:
    """The same as one JSON object a line, with the hashes: without filters `flask audit check` reads it."""
    written = [
        json.dumps({**facts_of(entry), "previous_hash": entry.previous_hash, "hash": entry.hash})
        for entry in _oldest_first(actor, wanted)
    ]
    return "".join(f"{line}\n" for line in written).encode()


def _oldest_first(actor: Actor, wanted: Wanted) -> Iterator[AuditEntry]:
    statement = statement_of(actor, wanted)
    newest = statement.with_only_columns(AuditEntry.id).order_by(AuditEntry.id.desc()).limit(MOST_AT_ONCE)
    after = min(db.session.scalars(newest), default=0) - 1
    while part := list(
        db.session.scalars(statement.where(AuditEntry.id > after).order_by(AuditEntry.id).limit(PART))
    ):
        yield from part
        after = part[-1].id
        db.session.expunge_all()


def _cells(entry: AuditEntry) -> list[Any]:
    return [
        entry.number,
        entry.at.isoformat(),
        entry.user_email,
        entry.way,
        entry.ip,
        entry.request_id,
        entry.action,
        entry.object_type,
        str(entry.object_id or ""),
        _json(entry.before),
        _json(entry.after),
        entry.hash,
    ]


def _json(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)
