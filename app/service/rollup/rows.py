"""Roll-ups as rows, and rows as roll-ups."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import Table, select

from app.engine.usability.series.rollup import Rollup
from app.models import db
from app.models.rollup import COUNTS, COVERED, PLANNED, PLANNED_MS, VALUES

Key = tuple[int, int, int]
"""Monitor id, when the piece begins (unix ms), number of the location."""


def row_of(key: Key, rollup: Rollup) -> dict[str, Any]:
    row: dict[str, Any] = {"monitor_id": key[0], "start_ms": key[1], "location_number": key[2]}
    row.update(zip(COUNTS, rollup.counts, strict=True))
    row.update(zip(COVERED, rollup.covered_ms, strict=True))
    has_planned = any(rollup.planned)
    row.update(zip(PLANNED, rollup.planned if has_planned else (None,) * 4, strict=True))
    row.update(zip(PLANNED_MS, rollup.planned_ms if has_planned else (None,) * 4, strict=True))
    row["body"] = rollup.body()
    return row


def read_rows(
    table: Table,
    monitor_ids: Collection[int],
    from_ms: int,
    to_ms: int,
    locations: Collection[int] | None = None,
) -> Iterator[tuple[Key, Rollup]]:
    """The roll-ups of a table that begin in [from, to), of some locations or of all."""
    own = table.c.monitor_id
    statement = select(
        own, table.c.start_ms, table.c.location_number, *(table.c[name] for name in VALUES)
    ).where(
        own == next(iter(monitor_ids)) if len(monitor_ids) == 1 else own.in_(monitor_ids),
        table.c.start_ms >= from_ms,
        table.c.start_ms < to_ms,
    )
    if locations is not None:
        statement = statement.where(table.c.location_number.in_(locations))
    for row in db.session.execute(statement):
        rollup = Rollup(list(row[3:7]), list(row[7:11]))
        if row[11] is not None:
            rollup.planned, rollup.planned_ms = list(row[11:15]), list(row[15:19])
        rollup.read_body(bytes(row[19]))
        yield (row[0], row[1], row[2]), rollup


def folded(pieces: Iterable[tuple[Key, Rollup]], step_ms: int) -> dict[Key, Rollup]:
    """Pieces merged into longer ones."""
    made: dict[Key, Rollup] = {}
    for (monitor_id, start_ms, location), rollup in pieces:
        key = (monitor_id, start_ms - start_ms % step_ms, location)
        present = made.get(key)
        if present is None:
            made[key] = rollup
        else:
            present.merge(rollup)
    return made
