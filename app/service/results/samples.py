"""Stored samples, wherever they are: in the day's raw table, in the one being packed, or in packs.

A slot that is in several of them is given once: the pack's, since it was there first.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import Table, inspect, null, select
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.core.clock import now_ms
from app.core.redis import TtlCache
from app.engine.usability.series.packing import Stored, unpack
from app.models import db
from app.models.day_table import PACKING, PACKS, RESULTS
from app.models.pack import pack_table, packing_table
from app.models.result import PHASES, result_table
from app.models.rollup import DAY_MS

T = TypeVar("T")
Slot = tuple[int, int]
LAST_MS = 250_000_000_000_000
slot_of = itemgetter(0, 1)
_tables: TtlCache[frozenset[str]] = TtlCache(5, 8)


def forget_tables() -> None:
    """Look at the database again for its day tables."""
    _tables.clear()


def _names() -> frozenset[str]:
    return _tables.get_or_make(
        str(db.engine.url), lambda: frozenset(inspect(db.session.connection()).get_table_names())
    )


def with_tables(read: Callable[[], T]) -> T:
    """What `read` gives. A table that was packed or dropped a moment ago makes it look again."""
    try:
        return read()
    except (OperationalError, ProgrammingError):
        db.session.rollback()
        forget_tables()
        return read()


def has_table(name: str) -> bool:
    """Whether there was such a table a few seconds ago."""
    return name in _names()


@dataclass(frozen=True, slots=True)
class Day:
    """The tables of one UTC day that there are."""

    raw: tuple[Table, ...]
    packs: Table | None


def day_from_ms(ms: int) -> date:
    return datetime.fromtimestamp(min(max(ms, 0), LAST_MS) / 1000, UTC).date()


def days_with_samples(from_ms: int, to_ms: int) -> list[date]:
    """The days in [from, to) that have a table, oldest first."""
    lengths = {prefix: len(prefix) for prefix in (RESULTS, PACKING, PACKS)}
    first, last = f"{day_from_ms(from_ms):%Y%m%d}", f"{day_from_ms(to_ms - 1):%Y%m%d}"
    found = {
        name[length:]
        for name in _names()
        for prefix, length in lengths.items()
        if name.startswith(prefix) and first <= name[length:] <= last
    }
    return [datetime.strptime(each, "%Y%m%d").date() for each in sorted(found)]


def tables_of(day: date) -> Day:
    names = _names()
    raw = tuple(table for table in (result_table(day), packing_table(day)) if table.name in names)
    return Day(raw, pack_table(day) if pack_table(day).name in names else None)


@lru_cache(maxsize=1000)
def _columns(table: Table) -> list[Any]:
    named = table.c
    durations = [named.total_us, *(named[f"{phase}_us"] for phase in PHASES), named.late_us, named.lag_us]
    flags = named.flags if "flags" in named else null().label("flags")
    head = [named.due_ms, named.location_number, named.status, flags, named.reason]
    return [*head, *durations, named.http_status, named.address, named.detail]


def raw_rows(
    table: Table, monitor_ids: Collection[int], from_ms: int, to_ms: int, *, short: bool = False
) -> Iterator[Any]:
    """What `Stored` has, by monitor and due time; `short`: that up to the phases, and the monitor's id."""
    ids = table.c.monitor_id
    columns = [*_columns(table)[:11], ids] if short else _columns(table)
    statement = (
        select(*columns)
        .where(
            ids == next(iter(monitor_ids)) if len(monitor_ids) == 1 else ids.in_(monitor_ids),
            table.c.due_ms >= from_ms,
            table.c.due_ms < to_ms,
        )
        .order_by(ids, table.c.due_ms, table.c.location_number)
    )
    return iter(db.session.execute(statement))


def iter_samples(monitor_id: int, from_ms: int, to_ms: int) -> Iterator[Stored]:
    """A monitor's samples due in [from, to) (unix ms), oldest first, over as many days as it takes."""
    for day in with_tables(lambda: days_with_samples(from_ms, to_ms)):
        yield from samples_of_day(day, monitor_id, from_ms, to_ms)


def samples_of_day(day: date, monitor_id: int, from_ms: int, to_ms: int) -> list[Stored]:
    """A monitor's samples of one day's tables, oldest first."""

    def read() -> list[Stored]:
        tables = tables_of(day)
        runs: list[Iterable[Stored]] = []
        if tables.packs is not None:
            runs += [
                _within(unpack(data), from_ms, to_ms)
                for data in _pack_data(tables.packs, monitor_id, from_ms, to_ms)
            ]
        for table in tables.raw:
            rows = raw_rows(table, (monitor_id,), from_ms, to_ms)
            runs.append([stored_of(row) for row in rows])
        return list(runs[0]) if len(runs) == 1 else merged(runs)

    return with_tables(read)


def short_rows(
    monitor_ids: Collection[int], from_ms: int, to_ms: int
) -> dict[tuple[int, int], list[Sequence[Any]]]:
    """Samples due in [from, to), up to their phases, by (monitor id, location), oldest first."""

    def read() -> dict[tuple[int, int], list[Sequence[Any]]]:
        found: dict[tuple[int, int], list[Sequence[Any]]] = {}
        for day in days_with_samples(from_ms, to_ms):
            tables = tables_of(day)
            if tables.packs is None and len(tables.raw) == 1:
                for row in raw_rows(tables.raw[0], monitor_ids, from_ms, to_ms, short=True):
                    found.setdefault((row[11], row[1]), []).append(row)
                continue
            for monitor_id in monitor_ids:
                for each in samples_of_day(day, monitor_id, from_ms, to_ms):
                    found.setdefault((monitor_id, each.location_number), []).append(each)
        return found

    return with_tables(read)


def stored_of(values: Sequence[Any]) -> Stored:
    stored = Stored._make(values)
    return stored if stored.flags is not None else stored._replace(flags=0)


def merged(runs: Iterable[Iterable[Stored]]) -> list[Stored]:
    """Several ordered runs as one, each slot once: the first run's."""
    found: list[Stored] = []
    last: Slot | None = None
    for each in heapq.merge(*runs, key=slot_of):
        slot = slot_of(each)
        if slot != last:
            found.append(each)
            last = slot
    return found


def _within(samples: list[Stored], from_ms: int, to_ms: int) -> list[Stored]:
    if samples[0].due_ms >= from_ms and samples[-1].due_ms < to_ms:
        return samples
    return [each for each in samples if from_ms <= each.due_ms < to_ms]


def _pack_data(table: Table, monitor_id: int, from_ms: int, to_ms: int) -> list[bytes]:
    statement = select(table.c.data).where(
        table.c.monitor_id == monitor_id, table.c.first_ms < to_ms, table.c.last_ms >= from_ms
    )
    return [bytes(data) for (data,) in db.session.execute(statement)]


def newest_first(
    monitor_id: int, from_ms: int, before: Slot, limit: int, *, failed_only: bool = False
) -> list[Stored]:
    """At most `limit` samples before a slot (due time, location), the newest first.

    `failed_only` leaves out what was up; packs without any other are not opened.
    """
    found: list[Stored] = []
    days = with_tables(lambda: days_with_samples(from_ms, min(before[0] + 1, now_ms() + 2 * DAY_MS)))
    for day in reversed(days):
        found += _newest_of_day(day, monitor_id, from_ms, before, limit - len(found), failed_only)
        if len(found) >= limit:
            break
    return found


def _newest_of_day(
    day: date, monitor_id: int, from_ms: int, before: Slot, limit: int, failed_only: bool
) -> list[Stored]:
    def read() -> list[Stored]:
        tables = tables_of(day)
        runs: list[list[Stored]] = []
        if tables.packs is not None:
            runs.append(_newest_packed(tables.packs, monitor_id, from_ms, before, limit, failed_only))
        runs += [_newest_raw(each, monitor_id, from_ms, before, limit, failed_only) for each in tables.raw]
        if len(runs) == 1:
            return runs[0]
        kept: dict[Slot, Stored] = {}
        for run in runs:
            for each in run:
                kept.setdefault(slot_of(each), each)
        return [kept[slot] for slot in sorted(kept, reverse=True)][:limit]

    return with_tables(read)


def _newest_raw(
    table: Table, monitor_id: int, from_ms: int, before: Slot, limit: int, failed_only: bool
) -> list[Stored]:
    due, place = table.c.due_ms, table.c.location_number
    # What is due in the same millisecond at several locations is cut below: few rows, and a plain range.
    statement = (
        select(*_columns(table))
        .where(table.c.monitor_id == monitor_id, due <= before[0], due >= from_ms)
        .where(~((due == before[0]) & (place >= before[1])))
        .order_by(due.desc(), place.desc())
        .limit(limit)
    )
    if failed_only:
        statement = statement.where(table.c.status != 1)
    return [stored_of(row) for row in db.session.execute(statement)]


def _newest_packed(
    table: Table, monitor_id: int, from_ms: int, before: Slot, limit: int, failed_only: bool
) -> list[Stored]:
    """Packs from the newest, as many as it takes."""
    statement = (
        select(table.c.location_number, table.c.first_ms, table.c.last_ms)
        .where(table.c.monitor_id == monitor_id, table.c.first_ms <= before[0], table.c.last_ms >= from_ms)
        .order_by(table.c.last_ms.desc())
    )
    if failed_only:
        statement = statement.where(table.c.failed > 0)
    heads = db.session.execute(statement).all()
    found: list[Stored] = []
    for place, (location, first_ms, _last_ms) in enumerate(heads):
        data = db.session.execute(
            select(table.c.data).where(
                table.c.monitor_id == monitor_id,
                table.c.location_number == location,
                table.c.first_ms == first_ms,
            )
        ).scalar_one()
        found += [
            each
            for each in unpack(bytes(data))
            if from_ms <= each.due_ms and slot_of(each) < before and not (failed_only and each.status == 1)
        ]
        found.sort(key=slot_of, reverse=True)
        del found[limit:]
        behind = heads[place + 1][2] if place + 1 < len(heads) else -1
        if len(found) >= limit and found[-1].due_ms > behind:
            break
    return found


def midnight_ms(day: date) -> int:
    """When a UTC day begins, unix ms."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
