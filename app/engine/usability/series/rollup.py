"""What a piece of time of one monitor at one location comes to: a pure function of its samples.

**Covered time.** A sample stands for the time until the next one, at most its monitor's interval. A retry
between two checks therefore counts for the seconds it covers and no more, and time nobody measured belongs to
nobody. The whole of what a sample covers is counted where its slot is due.

**Maintenance.** What was measured during planned work is counted apart (`planned`), by status as well, so
that it can be left out or taken in. Times (`total`, phases, sketch) and reasons are of what was measured
outside it.

Lists of four go by status in the order of `STATUSES`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.engine.usability.series.sketch import Sketch, bucket_of
from app.engine.usability.series.varint import read_varint, read_varints, write_varint, write_varints

# In the order of the numbers the result tables know them by, from 1.
STATUSES = ("up", "down", "unknown", "degraded")
GOOD = frozenset({1, 4})
MAINTAINED = 1
"""Bit of a sample's flags: measured during planned work."""
PHASE_COUNT = 5


def _four() -> list[int]:
    return [0, 0, 0, 0]


def _five() -> list[int]:
    return [0] * PHASE_COUNT


@dataclass(slots=True)
class Rollup:
    """Counts and covered milliseconds by status; sums (µs) and sketch of good answers; why others failed."""

    counts: list[int] = field(default_factory=_four)
    covered_ms: list[int] = field(default_factory=_four)
    planned: list[int] = field(default_factory=_four)
    planned_ms: list[int] = field(default_factory=_four)
    timed: int = 0
    total_us: int = 0
    phase_counts: list[int] = field(default_factory=_five)
    phases_us: list[int] = field(default_factory=_five)
    sketch: Sketch = field(default_factory=Sketch)
    reasons: dict[str, int] = field(default_factory=dict)

    def merge(self, other: Rollup) -> None:
        """Take in another piece; the order in which pieces are merged makes no difference."""
        for mine, theirs in (
            (self.counts, other.counts),
            (self.covered_ms, other.covered_ms),
            (self.planned, other.planned),
            (self.planned_ms, other.planned_ms),
            (self.phase_counts, other.phase_counts),
            (self.phases_us, other.phases_us),
        ):
            for index, value in enumerate(theirs):
                mine[index] += value
        self.timed += other.timed
        self.total_us += other.total_us
        self.sketch.merge(other.sketch)
        for reason, count in other.reasons.items():
            self.reasons[reason] = self.reasons.get(reason, 0) + count

    def body(self) -> bytes:
        """Times and reasons as bytes; none at all when there are none."""
        if not self.timed and not self.reasons:
            return b""
        out = bytearray()
        write_varints(out, (self.timed, self.total_us, *self.phase_counts, *self.phases_us))
        sketch = self.sketch.to_bytes()
        write_varint(out, len(sketch))
        out += sketch
        for reason, count in sorted(self.reasons.items()):
            name = reason.encode()
            write_varints(out, (count, len(name)))
            out += name
        return bytes(out)

    def read_body(self, data: bytes) -> None:
        """Undo `body`. Raises ValueError of what is none."""
        if not data:
            return
        values, at = read_varints(data, 0, 2 + 2 * PHASE_COUNT)
        self.timed, self.total_us = values[:2]
        self.phase_counts, self.phases_us = values[2 : 2 + PHASE_COUNT], values[2 + PHASE_COUNT :]
        length, at = read_varint(data, at)
        self.sketch = Sketch.from_bytes(data[at : at + length])
        at += length
        while at < len(data):
            (count, length), at = read_varints(data, at, 2)
            self.reasons[data[at : at + length].decode()] = count
            at += length


# The beginning of a `Stored` sample, up to its phases.
Row = Sequence[Any]


def gather(rows: Iterable[Row], interval_ms: int, step_ms: int, until_ms: int) -> dict[int, Rollup]:
    """The roll-ups of one monitor at one location by the moment their piece begins (unix ms).

    `rows` are its samples in the order of due time, from where a piece begins; those due at `until_ms` or
    later only say until when the one before them stands.
    """
    made: dict[int, Rollup] = {}
    end_ms = -1
    rollup = Rollup()
    before: tuple[list[int], int, int] | None = None
    for row in rows:
        due_ms = row[0]
        if before is not None:
            _cover(before, min(due_ms - before[2], interval_ms))
            before = None
        if due_ms >= until_ms:
            break
        if due_ms >= end_ms:
            start_ms = due_ms - due_ms % step_ms
            end_ms = start_ms + step_ms
            rollup = made[start_ms] = Rollup()
        before = (_count(rollup, row), row[2] - 1, due_ms)
    if before is not None:
        _cover(before, interval_ms)
    return made


def _cover(sample: tuple[list[int], int, int], covered_ms: int) -> None:
    times, status, _due_ms = sample
    times[status] += covered_ms


def _count(rollup: Rollup, row: Row) -> list[int]:
    """Count a sample; gives the list its covered time goes into."""
    status, flags, reason, total_us = row[2], row[3], row[4], row[5]
    if flags and flags & MAINTAINED:
        rollup.planned[status - 1] += 1
        return rollup.planned_ms
    rollup.counts[status - 1] += 1
    if status in GOOD:
        if total_us is not None:
            _time(rollup, total_us, row)
    if reason is not None:
        rollup.reasons[reason] = rollup.reasons.get(reason, 0) + 1
    return rollup.covered_ms


def _time(rollup: Rollup, total_us: int, row: Row) -> None:
    rollup.timed += 1
    rollup.total_us += total_us
    bucket = bucket_of(total_us)
    counts = rollup.sketch.counts
    counts[bucket] = counts.get(bucket, 0) + 1
    for index in range(PHASE_COUNT):
        phase_us = row[6 + index]
        if phase_us is not None:
            rollup.phase_counts[index] += 1
            rollup.phases_us[index] += phase_us
