"""A monitor's results over a span of time, in as many points as a chart can show.

What is read is roll-ups of one resolution, so a year costs what its 365 days cost, however old the
installation is and however often is checked. A piece without any sample is a gap, and stays one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.clock import now_ms
from app.core.clock import to_ms as to_ms_of
from app.core.errors import InvalidError
from app.engine.usability.series.packing import Stored
from app.engine.usability.series.rollup import Rollup
from app.models import Monitor
from app.models.result import PHASES, STATUS_NAME
from app.models.rollup import COUNTS, DAY_MS, HOUR_MS, STEP_MS
from app.service.actor import Actor
from app.service.monitor.manage import get_monitor
from app.service.results.result import location_code, location_numbers
from app.service.results.retention import kept_days
from app.service.results.samples import iter_samples
from app.service.rollup.read import folded_to, rollups

RESOLUTIONS = ("auto", "raw", "5m", "1h", "1d")
MAX_POINTS = 2_500
MAX_RAW = 5_000
RAW_AUTO_MS = 6 * HOUR_MS
RAW_AUTO_POINTS = 1_000
PERCENTILES = (0.5, 0.95, 0.99)
# The longest span each resolution is chosen for by itself.
AUTO_MS = (("5m", 36 * HOUR_MS), ("1h", 45 * DAY_MS))


def series_of(
    actor: Actor,
    monitor_id: int,
    *,
    from_ms: int | None = None,
    to_ms: int | None = None,
    resolution: str = "auto",
    locations: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Columns of equal length by the beginning of each piece (`t`, unix ms); null where nothing was measured.

    Durations are ms of good answers measured outside planned work. `resolution` is what it came to; raw has a
    point a sample. Without an end it is now; without a beginning, a day before. Raises InvalidError when the
    span is none, or has too many pieces.
    """
    monitor = get_monitor(actor, monitor_id)
    to_ms = now_ms() if to_ms is None else to_ms
    from_ms = to_ms - DAY_MS if from_ms is None else from_ms
    if to_ms <= from_ms:
        raise InvalidError({"to": "must be after from"})
    numbers = location_numbers(locations) if locations else None
    interval_ms = monitor.interval_seconds * 1000
    chosen = _chosen(actor, monitor, from_ms, to_ms) if resolution == "auto" else resolution
    from_ms = max(from_ms, now_ms() - _kept(actor, chosen) * DAY_MS)
    to_ms = max(to_ms, from_ms + 1)
    head = {"monitor_id": str(monitor_id), "resolution": chosen, "from_ms": from_ms, "to_ms": to_ms}
    if chosen == "raw":
        return {**head, "step_ms": interval_ms, **_raw(monitor, from_ms, to_ms, numbers)}
    step_ms = STEP_MS[chosen]
    if (to_ms - from_ms) // step_ms > MAX_POINTS:
        raise InvalidError({"resolution": f"gives more than {MAX_POINTS} pieces; choose a coarser one"})
    made = rollups(monitor_id, interval_ms, from_ms, to_ms, chosen, numbers)
    return {**head, "step_ms": step_ms, **columns(made, from_ms - from_ms % step_ms, to_ms, step_ms)}


def _kept(actor: Actor, resolution: str) -> int:
    return kept_days(resolution, actor.organization.retention)


def _chosen(actor: Actor, monitor: Monitor, from_ms: int, to_ms: int) -> str:
    """The finest resolution that is kept so long and gives a chart no more points than it can show."""
    span_ms, age_days = to_ms - from_ms, (now_ms() - from_ms) // DAY_MS
    places = max(1, len(monitor.locations))
    measured_ms = min(span_ms, max(0, to_ms - to_ms_of(monitor.created_at)))
    points = measured_ms * places // (monitor.interval_seconds * 1000)
    is_short = span_ms <= RAW_AUTO_MS and points <= RAW_AUTO_POINTS
    if is_short and age_days < _kept(actor, "raw"):
        return "raw"
    for resolution, most_ms in AUTO_MS:
        if span_ms <= most_ms and age_days < _kept(actor, resolution):
            return resolution
    return "1d"


def columns(made: Mapping[int, Rollup], from_ms: int, to_ms: int, step_ms: int) -> dict[str, Any]:
    """Roll-ups as columns, gaps included."""
    starts = range(from_ms, to_ms, step_ms)
    pieces = [made.get(start_ms) for start_ms in starts]
    tell = [None if each is None else _told(each) for each in pieces]
    names = ("up", "degraded", "down", "unknown", "maintenance", "mean_ms", "p50_ms", "p95_ms", "p99_ms")
    phases = {
        phase: [None if each is None else _phase_ms(each, place) for each in pieces]
        for place, phase in enumerate(PHASES)
    }
    reasons: dict[str, int] = {}
    for each in made.values():
        for reason, count in each.reasons.items():
            reasons[reason] = reasons.get(reason, 0) + count
    return {
        "t": list(starts),
        **{name: [None if each is None else each[name] for each in tell] for name in names},
        "phases": phases,
        "reasons": dict(sorted(reasons.items(), key=lambda each: (-each[1], each[0]))),
    }


def _told(each: Rollup) -> dict[str, Any]:
    counts = dict(zip(COUNTS, each.counts, strict=True))
    p50, p95, p99 = each.sketch.quantiles(PERCENTILES)
    return {
        **counts,
        "maintenance": sum(each.planned),
        "mean_ms": _ms(each.total_us / each.timed) if each.timed else None,
        "p50_ms": _ms(p50),
        "p95_ms": _ms(p95),
        "p99_ms": _ms(p99),
    }


def _phase_ms(each: Rollup, place: int) -> float | None:
    count = each.phase_counts[place]
    return _ms(each.phases_us[place] / count) if count else None


def _ms(us: float | None) -> float | None:
    return None if us is None else round(us / 1000, 2)


def _raw(monitor: Monitor, from_ms: int, to_ms: int, numbers: Collection[int] | None) -> dict[str, Any]:
    """A point a sample; between two that lie further apart than two intervals one of nulls."""
    interval_ms = monitor.interval_seconds * 1000
    if (to_ms - from_ms) // interval_ms * max(1, len(monitor.locations)) > MAX_RAW:
        raise InvalidError({"resolution": f"raw gives more than {MAX_RAW} points; choose a coarser one"})
    points: list[Stored | int] = []
    before_ms: int | None = None
    for each in iter_samples(monitor.id, from_ms, to_ms):
        if numbers is None or each.location_number in numbers:
            if before_ms is not None and each.due_ms - before_ms > 2 * interval_ms:
                points.append(before_ms + interval_ms)
            points.append(each)
            before_ms = each.due_ms
    samples = [None if isinstance(each, int) else each for each in points]
    return {
        "t": [each if isinstance(each, int) else each.due_ms for each in points],
        "status": [each and STATUS_NAME[each.status] for each in samples],
        "maintenance": [each and each.flags & 1 for each in samples],
        "location": [each and location_code(each.location_number) for each in samples],
        "total_ms": [each and _ms(each.total_us) for each in samples],
        "phases": {
            phase: [each and _ms(getattr(each, f"{phase}_us")) for each in samples] for phase in PHASES
        },
        "reasons": dict(Counter(each.reason for each in samples if each and each.reason).most_common()),
    }


@dataclass(slots=True)
class Piece:
    """One piece of time from `start_ms` (unix ms): covered ms and counts by status, outside planned work.

    `total_ms` is the mean of good answers; `planned_ms` what planned work covers.
    """

    start_ms: int
    up: int
    down: int
    degraded: int
    unknown: int
    planned_ms: int
    covered_ms: list[int] = field(default_factory=lambda: [0] * 4)
    total_ms: float | None = None

    @property
    def status(self) -> str:
        """down when any check failed, else degraded, up, maintenance or unknown, the first there was."""
        if self.down:
            return "down"
        if self.degraded:
            return "degraded"
        if self.up:
            return "up"
        return "maintenance" if self.planned_ms else "unknown"

    @property
    def share(self) -> float | None:
        """Percent of the judged time that was good; None when none was."""
        good, judged = self.covered_ms[0] + self.covered_ms[3], sum(self.covered_ms) - self.covered_ms[2]
        return 100 * good / judged if judged else None


def strip(
    actor: Actor, monitor_id: int, *, from_ms: int, to_ms: int, pieces: int = 72
) -> tuple[int, int, list[Piece]]:
    """Where the first piece begins and how long each is (ms, whole roll-ups), and the pieces with results.

    The last piece holds `to_ms`; there are at most `pieces`.
    """
    monitor = get_monitor(actor, monitor_id)
    span_ms = to_ms - from_ms
    kind = "5m" if span_ms <= 2 * DAY_MS else "1h" if span_ms <= 60 * DAY_MS else "1d"
    base_ms = STEP_MS[kind]
    step_ms = max(base_ms, -(-span_ms // pieces // base_ms) * base_ms)
    end_ms = to_ms // base_ms * base_ms + base_ms
    first_ms = end_ms - step_ms * -(-span_ms // step_ms)
    made = rollups(monitor_id, monitor.interval_seconds * 1000, first_ms, to_ms, kind)
    longer = folded_to(made, first_ms, step_ms)
    return first_ms, step_ms, [piece_of(start_ms, longer[start_ms]) for start_ms in sorted(longer)]


def piece_of(start_ms: int, rollup: Rollup) -> Piece:
    counts = dict(zip(COUNTS, rollup.counts, strict=True))
    return Piece(
        start_ms=start_ms,
        planned_ms=sum(rollup.planned_ms),
        covered_ms=list(rollup.covered_ms),
        total_ms=_ms(rollup.total_us / rollup.timed) if rollup.timed else None,
        **counts,
    )
