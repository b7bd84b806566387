"""Sealing everything anew with the present key, after it was changed.

Every column that is called `sealed…` is found by itself, and the settings that hold something sealed. Rows go
in small transactions, in the order of their keys; a row that has the present key's id is passed over, so that
a rotation that was broken off goes on where it was. A secret that somebody changes in the same moment is
theirs: it is only replaced while it is what was read.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, CursorResult, String, Table, Text, and_, select, tuple_, update

from app.core.secret_box import KeyRing, SealBrokenError, key_id_of
from app.models import Organization, Setting, db, write
from app.service.audit import record_by_operator

log = logging.getLogger("cloudeye.secret")
BATCH = 100
PREFIX = "sealed"


@dataclass(slots=True)
class Rotated:
    """How many secrets were sealed anew, were so already, and which no key at hand opens, by column."""

    anew: Counter[str] = field(default_factory=Counter)
    already: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)


def sealed_columns() -> list[Column[Any]]:
    """Every text column that holds something sealed."""
    return [
        column
        for table in db.metadata.sorted_tables
        for column in table.columns
        if column.name.startswith(PREFIX) and isinstance(column.type, (String, Text))
    ]


def rotate(ring: KeyRing) -> Rotated:
    """Seal everything anew that is not sealed with the present key."""
    done = Rotated()
    for column in sealed_columns():
        _rotate_column(column, ring, done)
    _rotate_settings(ring, done)
    facts = {"anew": done.anew.total(), "already": done.already.total(), "lost": done.lost.total()}
    log.info("secret.rotated", extra=facts)
    _note(ring, facts)
    return done


def _note(ring: KeyRing, facts: dict[str, int]) -> None:
    """In the audit log of the installation's first organization, whose people look after it."""
    with write() as session:
        first = session.scalar(select(Organization.id).order_by(Organization.id).limit(1))
        if first is not None and facts["anew"]:
            after = {**facts, "key": ring.present.key_id}
            record_by_operator(session, first, "secrets.rotate", "installation", after=after)


def count_by_key() -> Counter[str]:
    """How many secrets there are by the id of their key."""
    found: Counter[str] = Counter()
    for column in sealed_columns():
        for sealed in db.session.scalars(select(column).where(column.is_not(None))):
            found[key_id_of(sealed)] += 1
    for row in db.session.scalars(select(Setting)):
        if (sealed := _sealed_in(row)) is not None:
            found[key_id_of(sealed)] += 1
    db.session.commit()
    return found


def _rotate_column(column: Column[Any], ring: KeyRing, done: Rotated) -> None:
    name = f"{column.table.name}.{column.name}"
    for batch in _batches(column):
        fresh: list[tuple[Any, str, str]] = []
        for key, sealed in batch:
            if key_id_of(sealed) == ring.present.key_id:
                done.already[name] += 1
                continue
            try:
                fresh.append((key, sealed, ring.seal_anew(sealed)))
            except SealBrokenError:
                done.lost[name] += 1
        if fresh:
            done.anew[name] += _replace(column, fresh)


def _batches(column: Column[Any]) -> Iterator[list[tuple[Any, str]]]:
    """(primary key, sealed text) of every row that has one, a batch at a time."""
    table = column.table
    keys = list(_table(column).primary_key.columns)
    last: tuple[Any, ...] | None = None
    while True:
        statement = select(*keys, column).select_from(table).where(column.is_not(None))
        if last is not None:
            statement = statement.where(tuple_(*keys) > last)
        rows = db.session.execute(statement.order_by(*keys).limit(BATCH)).all()
        db.session.commit()
        if not rows:
            return
        last = tuple(rows[-1][:-1])
        yield [(tuple(row[:-1]), row[-1]) for row in rows]


def _replace(column: Column[Any], fresh: list[tuple[Any, str, str]]) -> int:
    """Put the new texts in the place of those that are still what was read; returns how many."""
    table = _table(column)
    keys = list(table.primary_key.columns)
    # Nobody has changed the thing: its time of change stays what it is.
    unchanged = {"updated_at": table.c.updated_at} if "updated_at" in table.c else {}
    count = 0
    with write() as session:
        for key, sealed, anew in fresh:
            own = and_(*(each == value for each, value in zip(keys, key, strict=True)))
            done = session.execute(
                update(table).where(own, column == sealed).values({column.name: anew, **unchanged})
            )
            count += done.rowcount if isinstance(done, CursorResult) else 0
    return count


def _table(column: Column[Any]) -> Table:
    table = column.table
    assert isinstance(table, Table)
    return table


def _sealed_in(row: Setting) -> str | None:
    sealed = row.value.get("sealed") if isinstance(row.value, dict) else None
    return sealed if isinstance(sealed, str) else None


def _rotate_settings(ring: KeyRing, done: Rotated) -> None:
    """Settings that are an object with something `sealed` in it, such as the key that signs evidence."""
    with write() as session:
        for row in session.scalars(select(Setting).with_for_update()):
            sealed = _sealed_in(row)
            if sealed is None:
                continue
            if key_id_of(sealed) == ring.present.key_id:
                done.already["setting.value"] += 1
                continue
            try:
                row.value = {**row.value, "sealed": ring.seal_anew(sealed)}
                done.anew["setting.value"] += 1
            except SealBrokenError:
                done.lost["setting.value"] += 1
