"""Counts and covered time of many monitors over a span, added up by the database."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Table, func, select

from app.core.clock import now_ms
from app.models import db
from app.models.day_table import FIVES
from app.models.rollup import (
    COUNTS,
    COVERED,
    DAY_MS,
    FIVE_MS,
    HOUR_MS,
    PLANNED,
    PLANNED_MS,
    STEP_MS,
    five_table,
    rollup_1d,
    rollup_1h,
)
from app.service.results.retention import kept_days
from app.service.results.samples import day_from_ms, has_table, midnight_ms, with_tables
from app.service.rollup.make import fives_of
from app.service.rollup.roller import marks

NAMES = (*COUNTS, *COVERED, *PLANNED, *PLANNED_MS)
AT_ONCE = 500
TAIL_MONITORS = 50
"""Of more monitors than these the newest minutes, which are not rolled up yet, are left out."""


@dataclass(slots=True)
class Sums:
    """By status (up, down, unknown, degraded): counts and covered ms, outside planned work and during it."""

    counts: list[int] = field(default_factory=lambda: [0] * 4)
    covered_ms: list[int] = field(default_factory=lambda: [0] * 4)
    planned: list[int] = field(default_factory=lambda: [0] * 4)
    planned_ms: list[int] = field(default_factory=lambda: [0] * 4)

    def add(self, values: Sequence[int | None]) -> None:
        for place, mine in enumerate((self.counts, self.covered_ms, self.planned, self.planned_ms)):
            for index in range(4):
                mine[index] += int(values[4 * place + index] or 0)

    def add_sums(self, other: Sums) -> None:
        self.add([*other.counts, *other.covered_ms, *other.planned, *other.planned_ms])


def sums_of(
    intervals: Mapping[int, int], from_ms: int, to_ms: int, locations: Collection[int] | None = None
) -> dict[int, Sums]:
    """What was measured in [from, to) by monitor. `intervals` is monitor id → interval in ms.

    The span is taken in whole 5 minutes; where those are no longer kept, its beginning is rounded down to the
    hour or the day.
    """
    ids = list(intervals)
    done = marks()
    from_ms = rounded(from_ms)

    def read() -> dict[int, Sums]:
        found = {monitor_id: Sums() for monitor_id in ids}
        for start in range(0, len(ids), AT_ONCE):
            part = ids[start : start + AT_ONCE]
            for table, low, high in _parts(from_ms, to_ms, done):
                _add(found, table, part, low, high, locations)
        return found

    found = with_tables(read)
    rest_ms = max(from_ms, done.get("5m", 0))
    if rest_ms < to_ms and len(ids) <= TAIL_MONITORS:
        until_ms = -(-to_ms // FIVE_MS) * FIVE_MS
        for (monitor_id, _start, location), each in fives_of(intervals, rest_ms, until_ms).items():
            if locations is None or location in locations:
                found[monitor_id].add([*each.counts, *each.covered_ms, *each.planned, *each.planned_ms])
    return found


def rounded(from_ms: int) -> int:
    """Down to where the finest pieces begin that are kept of that time."""
    age_days = (now_ms() - from_ms) // DAY_MS
    step = "1d" if age_days >= kept_days("1h") else "1h" if age_days >= kept_days("5m") else "5m"
    return from_ms // STEP_MS[step] * STEP_MS[step]


def _parts(from_ms: int, to_ms: int, done: Mapping[str, int]) -> Iterator[tuple[Table, int, int]]:
    """The tables to be asked, each with its part of the span: days in the middle, finer ones at the edges."""
    days = _inside(from_ms, to_ms, DAY_MS, done.get("1d", 0))
    edges = [(from_ms, to_ms)]
    if days:
        yield (rollup_1d, *days)
        edges = [(from_ms, days[0]), (days[1], to_ms)]
    for low, high in edges:
        yield from _short_parts(low, high, done)


def _short_parts(from_ms: int, to_ms: int, done: Mapping[str, int]) -> Iterator[tuple[Table, int, int]]:
    hours = _inside(from_ms, to_ms, HOUR_MS, done.get("1h", 0))
    edges = [(from_ms, to_ms)]
    if hours:
        yield (rollup_1h, *hours)
        edges = [(from_ms, hours[0]), (hours[1], to_ms)]
    for low, high in edges:
        fives = _inside(low, high, FIVE_MS, done.get("5m", 0))
        while fives and fives[0] < fives[1]:
            day = day_from_ms(fives[0])
            end_ms = min(fives[1], midnight_ms(day) + DAY_MS)
            if has_table(f"{FIVES}{day:%Y%m%d}"):
                yield five_table(day), fives[0], end_ms
            fives = (end_ms, fives[1])


def _inside(from_ms: int, to_ms: int, step_ms: int, done_ms: int) -> tuple[int, int] | None:
    """The whole pieces in a span that are made."""
    low = -(-from_ms // step_ms) * step_ms
    high = min(to_ms, done_ms) // step_ms * step_ms
    return (low, high) if low < high else None


def _add(
    found: dict[int, Sums],
    table: Table,
    ids: list[int],
    from_ms: int,
    to_ms: int,
    locations: Collection[int] | None,
) -> None:
    own = table.c.monitor_id
    statement = (
        select(own, *(func.sum(table.c[name]) for name in NAMES))
        .where(own.in_(ids), table.c.start_ms >= from_ms, table.c.start_ms < to_ms)
        .group_by(own)
    )
    if locations is not None:
        statement = statement.where(table.c.location_number.in_(locations))
    for row in db.session.execute(statement):
        found[row[0]].add(row[1:])
