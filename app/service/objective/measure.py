"""What an objective counts, over any span.

Availability counts time: good is up and degraded, bad is down; unknown time is neither, and planned work is
left out unless the objective counts it. Latency counts answers outside planned work: good are those that took
no longer than the limit, bad the slower ones; what failed has no time and is a matter of availability.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.engine.usability.series.budget import (
    DAY_MS,
    HOUR_MS,
    SPANS,
    Tally,
    budget_left,
    burn_rate,
    window_of,
)
from app.models import Monitor, Objective, Organization, db
from app.models.rollup import STEP_MS
from app.service.results.uptime import uptime_of
from app.service.rollup.read import rollups
from app.service.rollup.roller import marks
from app.service.rollup.sums import TAIL_MONITORS, rounded, sums_of

Intervals = Mapping[int, int]
KINDS = ("1d", "1h", "5m")
BEHIND_MS = HOUR_MS
"""Roll-ups that are further behind say nothing of now."""


def intervals_of(objective: Objective) -> dict[int, int]:
    """The monitors that count, with their intervals in ms: one, or the site's (groups only repeat them)."""
    statement = select(Monitor.id, Monitor.interval_seconds)
    if objective.monitor_id is not None:
        statement = statement.where(Monitor.id == objective.monitor_id)
    else:
        statement = statement.where(Monitor.site_id == objective.site_id, Monitor.type != "group")
    return {row.id: row.interval_seconds * 1000 for row in db.session.execute(statement)}


def tally_of(objective: Objective, intervals: Intervals, from_ms: int, to_ms: int) -> Tally:
    """What was good and bad in [from, to)."""
    if objective.kind == "latency":
        return _answers(objective, intervals, from_ms, to_ms)
    good = bad = 0
    for sums in sums_of(intervals, from_ms, to_ms).values():
        each = uptime_of(sums, with_maintenance=objective.counts_maintenance)
        good += each.up_ms + each.degraded_ms
        bad += each.down_ms
    return Tally(good, bad)


def _answers(objective: Objective, intervals: Intervals, from_ms: int, to_ms: int) -> Tally:
    """Counted by sketches, the longest roll-ups that fit: a limit is met to within 4 %."""
    parts = list(_parts(rounded(from_ms), to_ms, KINDS))
    limit_us = (objective.threshold_ms or 0) * 1000
    good = whole = 0
    for monitor_id, interval_ms in intervals.items():
        for kind, low_ms, high_ms in parts:
            for rollup in rollups(monitor_id, interval_ms, low_ms, high_ms, kind).values():
                good += rollup.sketch.at_most(limit_us)
                whole += rollup.timed
    return Tally(good, whole - good)


def _parts(from_ms: int, to_ms: int, kinds: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """A span as whole days in the middle, hours at its edges and 5 minutes at theirs: (kind, from, to).

    A month of a zone does not begin at midnight UTC, and nothing of the month before may count in it.
    """
    kind, finer = kinds[0], kinds[1:]
    if not finer:
        yield kind, from_ms, to_ms
        return
    step_ms = STEP_MS[kind]
    low_ms, high_ms = -(-from_ms // step_ms) * step_ms, to_ms // step_ms * step_ms
    if low_ms >= high_ms:
        yield from _parts(from_ms, to_ms, finer)
        return
    if from_ms < low_ms:
        yield from _parts(from_ms, low_ms, finer)
    yield kind, low_ms, high_ms
    if high_ms < to_ms:
        yield from _parts(high_ms, to_ms, finer)


def measured(objective: Objective, organization: Organization, at_ms: int) -> dict[str, Any]:
    """How an objective stands: good and bad of its window, share, budget left (%), burn rates by span."""
    intervals = intervals_of(objective)
    from_ms, end_ms = window_of(objective.window, at_ms, organization.timezone)
    whole = tally_of(objective, intervals, from_ms, at_ms)
    elapsed = (at_ms - from_ms) / (end_ms - from_ms)
    until_ms = _known_until(intervals, at_ms)
    # What is looked at once an hour has nothing to say of most spans of five minutes.
    least_ms = min(intervals.values(), default=0)
    rates = {
        name: burn_rate(
            tally_of(objective, intervals, until_ms - max(span_ms, least_ms), until_ms), objective.target
        )
        for name, span_ms in SPANS.items()
    }
    left = budget_left(whole, objective.target, elapsed)
    return {
        "good": whole.good,
        "bad": whole.bad,
        "share": _rounded(whole.share, 5),
        "left": _rounded(left, 3),
        "from_ms": from_ms,
        "to_ms": end_ms,
        "rates": {name: _rounded(rate, 3) for name, rate in rates.items()},
    }


def _known_until(intervals: Intervals, at_ms: int) -> int:
    """Now; of many monitors the last moment that is rolled up, since the minutes after it are left out.

    Else a rate over five minutes would come and go with the minutes, and the alert with it.
    """
    if len(intervals) <= TAIL_MONITORS:
        return at_ms
    made_ms = marks().get("5m", 0)
    return made_ms if at_ms - BEHIND_MS < made_ms < at_ms else at_ms


def _rounded(value: float | None, places: int) -> float | None:
    return None if value is None else round(value, places)


def burn_down(objective: Objective, organization: Organization, at_ms: int) -> dict[str, Any]:
    """The budget left over the window, day by day: {"t" (unix ms), "left" (percent), "share" of each day}."""
    intervals = intervals_of(objective)
    from_ms, end_ms = window_of(objective.window, at_ms, organization.timezone)
    moments, lefts, shares = [], [], []
    good = bad = 0.0
    start_ms = from_ms
    while start_ms < at_ms:
        until_ms = min(start_ms + DAY_MS, at_ms)
        each = tally_of(objective, intervals, start_ms, until_ms)
        good, bad = good + each.good, bad + each.bad
        elapsed = (until_ms - from_ms) / (end_ms - from_ms)
        left = budget_left(Tally(good, bad), objective.target, elapsed)
        moments.append(until_ms)
        lefts.append(_rounded(left, 3))
        shares.append(_rounded(each.share, 5))
        start_ms = until_ms
    return {"from_ms": from_ms, "to_ms": end_ms, "t": moments, "left": lefts, "share": shares}
