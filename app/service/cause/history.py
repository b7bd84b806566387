"""What a monitor's stored samples tell the rules: what each location saw, and what was usual before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from app.engine.usability.cause.case import Before, Look
from app.engine.usability.series.packing import Stored
from app.models.result import PHASES, STATUS_NAME
from app.models.rollup import DAY_MS
from app.service.results.result import location_code
from app.service.results.samples import newest_first

SEEN, USUAL = 120, 60
UP, DOWN, DEGRADED = 1, 2, 4
MOST_ADDRESSES = 8
LAST_GOOD = 3


def looks_of(monitor_id: int, started_ms: int, end_ms: int, networks: Mapping[str, str]) -> tuple[Look, ...]:
    """What each location saw in the last slot that was bad anywhere, or in its own newest one before."""
    samples = newest_first(monitor_id, started_ms, (end_ms + 1, -1), SEEN)
    last_bad = next((each.due_ms for each in samples if each.status in (DOWN, DEGRADED)), end_ms)
    newest: dict[int, Stored] = {}
    for each in samples:
        if each.due_ms <= last_bad:
            newest.setdefault(each.location_number, each)
    found = [_look(each, networks) for each in newest.values()]
    return tuple(sorted(found, key=lambda look: look.location))


def before_of(monitor_id: int, started_ms: int) -> Before:
    """What was usual in the day before the first failure."""
    samples = newest_first(monitor_id, started_ms - DAY_MS, (started_ms, -1), USUAL)
    good = [each for each in samples if each.status in (UP, DEGRADED)]
    addresses = dict.fromkeys(each.address for each in good if each.address)
    return Before(
        addresses=tuple(addresses)[:MOST_ADDRESSES],
        phases={phase: found for phase in PHASES if (found := _usual(good, f"{phase}_us")) is not None},
        rise=_rise(good),
    )


def _usual(samples: Sequence[Stored], name: str) -> float | None:
    values = [value for each in samples if (value := getattr(each, name)) is not None]
    return median(values) / 1000 if values else None


def _rise(good: Sequence[Stored]) -> float:
    """How many times slower than usual the last good answers were."""
    totals = [each.total_us for each in good if each.total_us]
    if len(totals) < 4 * LAST_GOOD:
        return 1.0
    return median(totals[:LAST_GOOD]) / max(1.0, median(totals[LAST_GOOD:]))


def _look(sample: Stored, networks: Mapping[str, str]) -> Look:
    code = location_code(sample.location_number)
    phases = {phase: _ms(getattr(sample, f"{phase}_us")) for phase in PHASES}
    return Look(
        code,
        STATUS_NAME[sample.status],
        sample.reason,
        sample.detail or {},
        sample.http_status,
        sample.address,
        _ms(sample.total_us),
        phases,
        networks.get(code, "none"),
    )


def _ms(us: int | None) -> float | None:
    return None if us is None else us / 1000
