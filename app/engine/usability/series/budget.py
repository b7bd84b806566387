"""Error budgets: what a target allows to fail, how much of it is left, and how fast it is used up.

A burn rate of 1 uses the whole budget up in exactly the window. An alert needs a long and a short span to
burn at once: the long one so that a blip does not wake anybody, the short one so that it ends when the
trouble does (Google, The Site Reliability Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate Alerts").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
SPANS = {
    "5m": 5 * MINUTE_MS,
    "30m": 30 * MINUTE_MS,
    "1h": HOUR_MS,
    "6h": 6 * HOUR_MS,
    "3d": 3 * DAY_MS,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """Burning `factor` times too fast over both spans is an alert of this level."""

    level: str
    factor: float
    long: str
    short: str
    severity: str


# The gravest first.
RULES = (
    Rule("fast", 14.4, "1h", "5m", "critical"),
    Rule("medium", 6.0, "6h", "30m", "critical"),
    Rule("slow", 1.0, "3d", "6h", "warning"),
)
LEVELS = tuple(rule.level for rule in RULES)


@dataclass(frozen=True, slots=True)
class Tally:
    """What was good and what was bad, in ms of time or numbers of answers."""

    good: float = 0
    bad: float = 0

    @property
    def share(self) -> float | None:
        """Percent that was good; None of nothing."""
        whole = self.good + self.bad
        return 100 * self.good / whole if whole else None


def burn_rate(tally: Tally, target: float) -> float | None:
    """How many times faster than the target allows; None when nothing was measured."""
    if tally.share is None:
        return None
    return (100 - tally.share) / (100 - target)


def budget_left(tally: Tally, target: float, elapsed: float = 1.0) -> float | None:
    """The part of the budget that is left, in percent; below zero when more was used than there was.

    `elapsed` is the part of the window that is over: a calendar month has its whole budget on its first day.
    """
    rate = burn_rate(tally, target)
    return None if rate is None else 100 * (1 - rate * elapsed)


def burning(rates: Mapping[str, float | None]) -> Rule | None:
    """The gravest rule whose spans both burn too fast. `rates` are burn rates by span."""
    for rule in RULES:
        long, short = rates.get(rule.long), rates.get(rule.short)
        if long is not None and short is not None and min(long, short) >= rule.factor:
            return rule
    return None


def window_of(window: str, at_ms: int, zone: str) -> tuple[int, int]:
    """When a window (`30d` and the like, or `month`: the calendar's, in a zone) began and will end, unix ms.

    A rolling window ends now.
    """
    if window != "month":
        return at_ms - int(window.removesuffix("d")) * DAY_MS, at_ms
    now = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone))
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    month, year = (1, first.year + 1) if first.month == 12 else (first.month + 1, first.year)
    after = first.replace(year=year, month=month)
    return round(first.timestamp() * 1000), round(after.timestamp() * 1000)
