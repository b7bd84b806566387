"""What is usual: a monitor's median and 95th percentile by hour of the week (UTC, Monday 0:00 is hour 0).

1. Each past hour speaks with one voice, however many samples it had, and each hour of the week takes the
   median of its weeks: one holiday, or one bad night, moves nothing.
2. An hour of the week with few weeks leans on its hour of the day, and that on everything: its weight is
   n / (n + 2) against what it leans on. All of it in logarithms, since times are skewed.
3. With several locations the slowest one's usual counts, so that a far one is not slow for being far.

Slow is what takes longer than `factor` times the usual median, than the usual 95th percentile, and than 50 ms
above the median: where 5 ms are usual, 15 ms are nobody's trouble.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

HOUR_MS = 3_600_000
HOURS = 168
LEAST_ABOVE_MS = 50.0
LEAST_SAMPLES = 3
LEAST_HOURS = 24
"""Fewer hours than that are no experience."""
LEAN = 2.0
_MONDAY_MS = 4 * 24 * HOUR_MS
_FORM = struct.Struct(f"<{2 * HOURS}f")
_PAIR = struct.Struct("<f")


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of a monitor at one location: the times of its good answers, in ms."""

    start_ms: int
    location: int
    median_ms: float
    p95_ms: float
    count: int


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual at each hour of the week, in ms."""

    medians: Sequence[float]
    p95s: Sequence[float]

    def to_bytes(self) -> bytes:
        return _FORM.pack(*self.medians, *self.p95s)

    @classmethod
    def from_bytes(cls, data: bytes) -> Usual:
        """Undo `to_bytes`. Raises struct.error of another length."""
        values = _FORM.unpack(data)
        return cls(values[:HOURS], values[HOURS:])

    def limit_ms(self, at_ms: int, factor: float) -> float:
        """From where on an answer is slow at this moment (unix ms)."""
        hour = hour_of_week(at_ms)
        return limit_of(self.medians[hour], self.p95s[hour], factor)


def hour_of_week(at_ms: int) -> int:
    """Hours since Monday 0:00 UTC. (The unix epoch was a Thursday.)"""
    return (at_ms - _MONDAY_MS) // HOUR_MS % HOURS


def limit_of(median_ms: float, p95_ms: float, factor: float) -> float:
    """From where on an answer is slow, in ms."""
    return max(factor * median_ms, p95_ms, median_ms + LEAST_ABOVE_MS)


def pair_at(data: bytes, hour: int) -> tuple[float, float]:
    """Median and 95th percentile of one hour of the week, straight from the bytes of a `Usual`."""
    return _PAIR.unpack_from(data, 4 * hour)[0], _PAIR.unpack_from(data, 4 * (HOURS + hour))[0]


def learn(hours: Iterable[Hour]) -> Usual | None:
    """What is usual, of some weeks of hours; None when there are fewer than 24 with three samples."""
    by_location: dict[int, list[Hour]] = {}
    for each in hours:
        if each.count >= LEAST_SAMPLES and each.median_ms > 0:
            by_location.setdefault(each.location, []).append(each)
    known = [_of_location(each) for each in by_location.values() if len(each) >= LEAST_HOURS]
    if not known:
        return None
    return Usual(
        [max(column) for column in zip(*(each.medians for each in known), strict=True)],
        [max(column) for column in zip(*(each.p95s for each in known), strict=True)],
    )


def _of_location(hours: Sequence[Hour]) -> Usual:
    slots = [(hour_of_week(each.start_ms), each) for each in hours]
    medians = _levels([(slot, math.log(each.median_ms)) for slot, each in slots])
    p95s = _levels([(slot, math.log(max(each.p95_ms, each.median_ms))) for slot, each in slots])
    return Usual([math.exp(each) for each in medians], [math.exp(each) for each in p95s])


def _levels(values: Sequence[tuple[int, float]]) -> list[float]:
    """By hour of the week: its own median, leaning on its hour of the day, leaning on all."""
    all_of_them = median(value for _, value in values)
    by_day, by_week = _grouped(values, 24), _grouped(values, HOURS)
    daily = [_leaning(by_day.get(hour, ()), all_of_them) for hour in range(24)]
    return [_leaning(by_week.get(slot, ()), daily[slot % 24]) for slot in range(HOURS)]


def _grouped(values: Sequence[tuple[int, float]], length: int) -> dict[int, list[float]]:
    found: dict[int, list[float]] = {}
    for slot, value in values:
        found.setdefault(slot % length, []).append(value)
    return found


def _leaning(own: Sequence[float], wider: float) -> float:
    if not own:
        return wider
    weight = len(own) / (len(own) + LEAN)
    return weight * median(own) + (1 - weight) * wider
