"""How audit entries are linked, in the transaction of the change they tell of, just before its commit.

1. An entry that is added waits until the transaction is about to commit: it cannot be changed afterwards, and
   the end of its chain is locked no longer than a commit takes.
2. The chain's head is locked (`audit_head`), so that entries of one organization follow one another.
3. Each entry gets its number, the hash of the entry before it, and its own.

The hash is SHA-256 over the previous hash and the entry as JSON in one possible form.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, event, insert, select
from sqlalchemy.orm import Session, SessionTransaction

from app.core.clock import now
from app.core.snowflake import next_id
from app.models.audit import AuditEntry, AuditHead

NOBODYS = 0
"""The chain of what belongs to no organization."""
TOLD = (
    "id",
    "organization_id",
    "number",
    "user_id",
    "user_email",
    "way",
    "ip",
    "request_id",
    "action",
    "object_type",
    "object_id",
    "before",
    "after",
    "at",
)
"""What the hash is made of."""
_WAITING = "audit_waiting"
Waiting = list[tuple[AuditEntry, SessionTransaction | None]]


def facts_of(entry: AuditEntry | Row[Any]) -> dict[str, Any]:
    """What an entry says, as JSON knows it; the moment in ISO 8601, UTC, with microseconds."""
    facts = {name: getattr(entry, name) for name in TOLD}
    at: datetime = facts["at"]
    return {**facts, "at": at.isoformat(timespec="microseconds")}


def hash_of(previous_hash: str, facts: dict[str, Any]) -> str:
    """The entry's hash: 64 hex digits."""
    written = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{previous_hash}\n{written}".encode()).hexdigest()


@event.listens_for(Session, "before_flush")
def _let_wait(session: Session, _context: Any, _instances: Any) -> None:
    for row in list(session.new):
        if isinstance(row, AuditEntry) and not row.hash:
            session.expunge(row)
            waiting: Waiting = session.info.setdefault(_WAITING, [])
            waiting.append((row, session.get_nested_transaction()))


@event.listens_for(Session, "before_commit")
def _link(session: Session) -> None:
    if session.in_nested_transaction() or not (session.new or session.info.get(_WAITING)):
        return
    session.flush()
    waiting: Waiting = session.info.pop(_WAITING, [])
    chains: dict[int, list[AuditEntry]] = defaultdict(list)
    for entry, _ in waiting:
        chains[entry.organization_id or NOBODYS].append(entry)
    for chain in sorted(chains):
        _append(session, _locked_head(session, chain), chains[chain])


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, ended: SessionTransaction) -> None:
    if waiting := session.info.get(_WAITING):
        session.info[_WAITING] = [each for each in waiting if ended.nested and each[1] is not ended]


def _locked_head(session: Session, chain: int) -> AuditHead:
    wanted = select(AuditHead).where(AuditHead.chain == chain).with_for_update()
    wanted = wanted.execution_options(populate_existing=True)
    head = session.scalar(wanted)
    if head is None:
        first = insert(AuditHead).values(chain=chain, number=0, hash="")
        for dialect, word in (("sqlite", "OR IGNORE"), ("mysql", "IGNORE"), ("mariadb", "IGNORE")):
            first = first.prefix_with(word, dialect=dialect)
        session.execute(first)  # Somebody else may have been first.
        head = session.scalars(wanted).one()
    return head


def _append(session: Session, head: AuditHead, entries: list[AuditEntry]) -> None:
    for entry in entries:
        _complete(entry)
        entry.number, entry.previous_hash = head.number + 1, head.hash
        entry.hash = hash_of(head.hash, facts_of(entry))
        head.number, head.hash = entry.number, entry.hash
        session.add(entry)
    session.flush()


def _complete(entry: AuditEntry) -> None:
    """Fill in what the database's defaults would, before it is hashed; say values as JSON gives them back."""
    entry.id, entry.at = entry.id or next_id(), entry.at or now()
    for name in ("user_email", "ip", "request_id"):
        setattr(entry, name, getattr(entry, name) or "")
    for name in ("before", "after"):
        setattr(entry, name, json.loads(json.dumps(getattr(entry, name))))
