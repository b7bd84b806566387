"""Making roll-ups: 5 minutes from raw results, hours from 5 minutes, days from hours.

What is made is a function of what it is made from (and of the monitor's interval, which bounds how long a
sample stands), so making it twice changes nothing. Nothing is read inside a write transaction, and one writes
the rows of few monitors: the recorder never waits long.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Table

from app.engine.usability.series.rollup import Rollup, gather
from app.models import db, write
from app.models.day_table import FIVES
from app.models.rollup import (
    DAY_MS,
    FIVE_MS,
    HOUR_MS,
    ensure_five_table,
    five_table,
    replace_rows,
    rollup_1d,
    rollup_1h,
)
from app.service.results.samples import day_from_ms, forget_tables, has_table, short_rows
from app.service.rollup.dirty import LOOK_MS
from app.service.rollup.rows import Key, folded, read_rows, row_of

Intervals = Mapping[int, int]
"""Monitor id → its interval in ms."""


def fives_of(intervals: Intervals, from_ms: int, to_ms: int) -> dict[Key, Rollup]:
    """What the raw results of [from, to), whole 5 minutes, come to."""
    made: dict[Key, Rollup] = {}
    for reach_ms, ids in _by_reach(intervals).items():
        for (monitor_id, location), rows in short_rows(ids, from_ms, to_ms + reach_ms).items():
            for start_ms, rollup in gather(rows, intervals[monitor_id], FIVE_MS, to_ms).items():
                made[monitor_id, start_ms, location] = rollup
    return made


def _by_reach(intervals: Intervals) -> dict[int, list[int]]:
    """Monitor ids by how far behind the end the next sample may cut the last one short, in ms."""
    found: dict[int, list[int]] = {}
    for monitor_id, interval_ms in intervals.items():
        found.setdefault(max(LOOK_MS, interval_ms), []).append(monitor_id)
    return found


def make_fives(intervals: Intervals, from_ms: int, to_ms: int) -> int:
    """Make the 5 minutes in [from, to) of these monitors; returns how many rows."""
    made = fives_of(intervals, from_ms, to_ms)
    by_day: dict[Any, list[dict[str, Any]]] = {}
    for key, rollup in made.items():
        by_day.setdefault(day_from_ms(key[1]), []).append(row_of(key, rollup))
    for day, rows in by_day.items():
        if not has_table(f"{FIVES}{day:%Y%m%d}"):
            ensure_five_table(db.engine, day)
            forget_tables()
        _write(five_table(day), rows)
    return len(made)


def make_hours(monitor_ids: Iterable[int], from_ms: int, to_ms: int) -> int:
    """Make the hours in [from, to), of one UTC day, from the 5 minutes in them."""
    day = day_from_ms(from_ms)
    if not has_table(f"{FIVES}{day:%Y%m%d}"):
        return 0
    return _fold(five_table(day), rollup_1h, HOUR_MS, list(monitor_ids), from_ms, to_ms)


def make_days(monitor_ids: Iterable[int], from_ms: int, to_ms: int) -> int:
    """Make the UTC days in [from, to) from the hours in them."""
    return _fold(rollup_1h, rollup_1d, DAY_MS, list(monitor_ids), from_ms, to_ms)


def _fold(source: Table, goal: Table, step_ms: int, ids: list[int], from_ms: int, to_ms: int) -> int:
    made = folded(read_rows(source, ids, from_ms, to_ms), step_ms)
    _write(goal, [row_of(key, rollup) for key, rollup in made.items()])
    return len(made)


def _write(table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        with write() as session:
            replace_rows(session.connection(), table, rows)
