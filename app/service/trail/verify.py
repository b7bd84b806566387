"""Does the chain hold? Whatever was taken out, put in, changed or cut without a signature shows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, inspect, select, text

from app.models import AuditCut, AuditEntry, AuditHead, db
from app.models.audit_chain import NOBODYS, TOLD, facts_of, hash_of
from app.service.trail.cut import is_signed

PART = 1_000
COLUMNS = [getattr(AuditEntry, name) for name in (*TOLD, "previous_hash", "hash")]
TRIGGERS = frozenset(
    {"audit_entry_no_update", "audit_entry_no_delete", "audit_cut_no_update", "audit_cut_no_delete"}
)


@dataclass(slots=True)
class Verdict:
    """What was found of a chain. `problem` is None when it holds, else what is wrong at entry `at_number`:

    `missing` (a number is left out), `broken` (it does not name the entry before it), `changed` (it says
    something else than what was hashed), `end` (the last one is not the one the head knows), `cut` (a cut
    that was not signed by this installation).
    """

    chain: int
    entries: int = 0
    first: int = 0
    last: int = 0
    head: str = ""
    problem: str | None = None
    at_number: int | None = None

    @property
    def is_whole(self) -> bool:
        return self.problem is None

    def fail(self, problem: str, number: int) -> Verdict:
        self.problem, self.at_number = problem, number
        return self


def verify_chain(chain: int, *, newest: int | None = None) -> Verdict:
    """Look at a whole chain, or at its `newest` entries alone. Costs about 50 µs an entry."""
    verdict = Verdict(chain)
    head = db.session.get(AuditHead, chain, populate_existing=True)
    cut = db.session.scalar(
        select(AuditCut).where(AuditCut.chain == chain).order_by(AuditCut.number.desc()).limit(1)
    )
    if cut is not None and not is_signed(cut):
        return verdict.fail("cut", cut.number)
    number, last = (cut.number, cut.hash) if cut is not None else (0, "")
    if newest is not None and head is not None and head.number - newest > number:
        number = head.number - newest
        last = _hash_at(chain, number)
    verdict.first = number + 1
    return _walk(verdict, number, last, head)


def _walk(verdict: Verdict, number: int, last: str, head: AuditHead | None) -> Verdict:
    end = head.number if head is not None else 0
    while part := _part(verdict.chain, number):
        for entry in part:
            problem = _wrong(entry, number, last)
            if problem:
                return verdict.fail(problem, number + 1 if problem == "missing" else entry.number)
            number, last = entry.number, entry.hash
            verdict.entries += 1
    verdict.last, verdict.head = number, last
    if number < end:
        # What was written while this looked is behind the end it knew, never before it.
        return verdict.fail("missing", number + 1)
    if number == end and head is not None and head.hash != last:
        return verdict.fail("end", number)
    if head is None and number:
        return verdict.fail("end", number)
    return verdict


def _wrong(entry: Row[Any], number: int, last: str) -> str | None:
    if entry.number != number + 1:
        return "missing"
    if entry.previous_hash != last:
        return "broken"
    return None if hash_of(last, facts_of(entry)) == entry.hash else "changed"


def _part(chain: int, after: int) -> Sequence[Row[Any]]:
    rows = select(*COLUMNS).where(_own(chain), AuditEntry.number > after)
    return db.session.execute(rows.order_by(AuditEntry.number).limit(PART)).all()


def _hash_at(chain: int, number: int) -> str:
    return db.session.scalar(select(AuditEntry.hash).where(_own(chain), AuditEntry.number == number)) or ""


def _own(chain: int) -> Any:
    if chain == NOBODYS:
        return AuditEntry.organization_id.is_(None)
    return AuditEntry.organization_id == chain


def chains() -> list[int]:
    """Every chain there is, the installation's first."""
    return list(db.session.scalars(select(AuditHead.chain).order_by(AuditHead.chain)))


def head_of(chain: int) -> tuple[int, str]:
    """The number and the hash a chain ends with."""
    head = db.session.get_one(AuditHead, chain, populate_existing=True)
    return head.number, head.hash


def verify_lines(lines: Iterable[str]) -> Verdict:
    """The same of an export without filters, one JSON object a line; what begins it is taken on trust."""
    verdict, number, last = Verdict(NOBODYS), None, ""
    for line in lines:
        told: dict[str, Any] = json.loads(line)
        claimed, previous = told.pop("hash"), told.pop("previous_hash")
        if number is None:
            number, last = told["number"] - 1, previous
            verdict.chain, verdict.first = told["organization_id"] or NOBODYS, told["number"]
        if told["number"] != number + 1:
            return verdict.fail("missing", number + 1)
        if previous != last:
            return verdict.fail("broken", told["number"])
        if hash_of(last, told) != claimed:
            return verdict.fail("changed", told["number"])
        number, last = told["number"], claimed
        verdict.entries += 1
    verdict.last, verdict.head = number or 0, last
    return verdict


def is_guarded() -> bool:
    """Whether the database itself refuses to change or delete entries: the migration's triggers stand."""
    if inspect(db.engine).dialect.name == "sqlite":
        asked = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        asked = "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE()"
    return set(db.session.scalars(text(asked))) >= TRIGGERS
