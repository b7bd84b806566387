"""The roller: makes what is closed, catches up after downtime, and makes anew what got late results.

A turn goes on where the marks (`rollup_mark`) stand; a turn that is killed is simply done again. It works a
few monitors at a time and rests in between, since it shares its process with the probes.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import delete, select

from app.core.clock import now_ms
from app.models import Monitor, Organization, RollupDirty, RollupMark, db, write
from app.models.rollup import DAY_MS, FIVE_MS, HOUR_MS
from app.service.results.retention import kept_days
from app.service.results.samples import days_with_samples, forget_tables, midnight_ms
from app.service.rollup.dirty import GRACE_MS
from app.service.rollup.make import Intervals, make_days, make_fives, make_hours

log = logging.getLogger("cloudeye.rollup")
MONITORS = 100
DIRTY_AT_ONCE = 2_000
REST_SECONDS = 0.02


@dataclass(slots=True)
class Turn:
    """What one turn may use, and what it has made: rows by kind."""

    at_ms: int
    seconds: float
    rest: Callable[[float], None]
    clock: Callable[[], float] = time.monotonic
    began: float = 0.0
    made: dict[str, int] = field(default_factory=lambda: {"5m": 0, "1h": 0, "1d": 0, "late": 0})

    @property
    def is_over(self) -> bool:
        return self.clock() - self.began > self.seconds


def roll(
    at_ms: int | None = None,
    *,
    seconds: float = 8.0,
    rest: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, int]:
    """One turn of at most about `seconds`; returns how many rows of each kind it has made."""
    turn = Turn(now_ms() if at_ms is None else at_ms, seconds, rest, clock, clock())
    _fives(turn)
    _hours(turn)
    _days(turn)
    _late(turn)
    return turn.made


def marks() -> dict[str, int]:
    """Up to when roll-ups of each kind are made (unix ms)."""
    return {row.kind: row.done_ms for row in db.session.execute(select(RollupMark.kind, RollupMark.done_ms))}


def _set_mark(kind: str, done_ms: int) -> None:
    with write() as session:
        session.merge(RollupMark(kind=kind, done_ms=done_ms))


def _start(kind: str, closed_ms: int, step_ms: int) -> int:
    """Where to go on; at first, where the oldest result is."""
    found = marks().get(kind)
    if found is not None:
        return found
    days = days_with_samples(0, closed_ms + DAY_MS)
    first = midnight_ms(days[0]) if days else closed_ms
    return min(first, closed_ms) // step_ms * step_ms


def _fives(turn: Turn) -> None:
    closed_ms = (turn.at_ms - GRACE_MS) // FIVE_MS * FIVE_MS
    mark = _start("5m", closed_ms, FIVE_MS)
    while mark < closed_ms and not turn.is_over:
        # An hour at once where much is to be caught up.
        until_ms = min(closed_ms, (mark // HOUR_MS + 1) * HOUR_MS)
        at_once = max(10, MONITORS * FIVE_MS // (until_ms - mark))
        for intervals in _monitors(at_once):
            turn.made["5m"] += make_fives(intervals, mark, until_ms)
            turn.rest(REST_SECONDS)
        mark = until_ms
        _set_mark("5m", mark)


def _hours(turn: Turn) -> None:
    closed_ms = marks().get("5m", 0) // HOUR_MS * HOUR_MS
    mark = _start("1h", closed_ms, HOUR_MS)
    while mark < closed_ms and not turn.is_over:
        for intervals in _monitors(MONITORS):
            turn.made["1h"] += make_hours(intervals, mark, mark + HOUR_MS)
            turn.rest(REST_SECONDS)
        mark += HOUR_MS
        _set_mark("1h", mark)


def _days(turn: Turn) -> None:
    closed_ms = marks().get("1h", 0) // DAY_MS * DAY_MS
    mark = _start("1d", closed_ms, DAY_MS)
    while mark < closed_ms and not turn.is_over:
        for intervals in _monitors(MONITORS // 2):
            turn.made["1d"] += make_days(intervals, mark, mark + DAY_MS)
            turn.rest(REST_SECONDS)
        mark += DAY_MS
        _set_mark("1d", mark)


def _monitors(at_once: int) -> Iterator[Intervals]:
    """All monitors, some at a time, with their intervals."""
    after = 0
    while True:
        rows = db.session.execute(
            select(Monitor.id, Monitor.interval_seconds)
            .where(Monitor.id > after)
            .order_by(Monitor.id)
            .limit(at_once)
        ).all()
        if not rows:
            return
        yield {monitor_id: seconds * 1000 for monitor_id, seconds in rows}
        after = rows[-1][0]


def _late(turn: Turn) -> None:
    """Make anew what late results belong to, hour by hour, as far as it was made before."""
    done = marks()
    notes = db.session.execute(
        select(RollupDirty.monitor_id, RollupDirty.start_ms, RollupDirty.stamp)
        .where(RollupDirty.start_ms < done.get("5m", 0))
        .order_by(RollupDirty.start_ms)
        .limit(DIRTY_AT_ONCE)
    ).all()
    if notes:
        # Late results may have come with the table of their day.
        forget_tables()
    by_hour: dict[int, list[tuple[int, int, int]]] = {}
    for monitor_id, start_ms, stamp in notes:
        by_hour.setdefault(start_ms // HOUR_MS * HOUR_MS, []).append((monitor_id, start_ms, stamp))
    for hour_ms, group in by_hour.items():
        for start in range(0, len(group), MONITORS):
            part = group[start : start + MONITORS]
            turn.made["late"] += _make_anew(hour_ms, part, turn.at_ms, done)
            _forget_notes(part)
            turn.rest(REST_SECONDS)
        if turn.is_over:
            return


def _make_anew(hour_ms: int, notes: list[tuple[int, int, int]], at_ms: int, done: dict[str, int]) -> int:
    intervals = _still_whole({monitor_id for monitor_id, _, _ in notes}, hour_ms, at_ms)
    if not intervals:
        return 0
    starts = [start_ms for _, start_ms, _ in notes]
    made = make_fives(intervals, min(starts), max(starts) + FIVE_MS)
    if hour_ms < done.get("1h", 0):
        made += make_hours(intervals, hour_ms, hour_ms + HOUR_MS)
    day_ms = hour_ms // DAY_MS * DAY_MS
    if day_ms < done.get("1d", 0):
        made += make_days(intervals, day_ms, day_ms + DAY_MS)
    return made


def _still_whole(monitor_ids: set[int], hour_ms: int, at_ms: int) -> Intervals:
    """Those whose raw results of that day are still kept: of a part of them nothing can be made anew."""
    rows = db.session.execute(
        select(Monitor.id, Monitor.interval_seconds, Organization.retention)
        .join(Organization, Organization.id == Monitor.organization_id)
        .where(Monitor.id.in_(monitor_ids))
    )
    age_days = (at_ms // DAY_MS) - (hour_ms // DAY_MS)
    return {
        monitor_id: seconds * 1000
        for monitor_id, seconds, retention in rows
        if age_days < kept_days("raw", retention) and age_days < kept_days("5m", retention)
    }


def _forget_notes(notes: list[tuple[int, int, int]]) -> None:
    """Take the notes away, unless they were written anew meanwhile."""
    with write() as session:
        for monitor_id, start_ms, stamp in notes:
            session.execute(
                delete(RollupDirty).where(
                    RollupDirty.monitor_id == monitor_id,
                    RollupDirty.start_ms == start_ms,
                    RollupDirty.stamp == stamp,
                )
            )
