"""From where on a good answer is slow: the monitor's own limit, and what is usual at that hour of the week.

The recorder asks for every sample, so what is usual is read for all monitors at once, an hour of the week
at a time, and kept for ten minutes: two numbers a monitor.
"""

from __future__ import annotations

import logging
import time

from sqlalchemy import delete, exists, select

from app.core.clock import now_ms
from app.core.redis import TtlCache
from app.engine.usability.state.baseline import HOUR_MS, Hour, Usual, hour_of_week, learn, limit_of, pair_at
from app.models import LatencyBaseline, Monitor, db, write
from app.models.rollup import DAY_MS, rollup_1h
from app.service.rollup.rows import read_rows
from app.service.scope.current import everything

log = logging.getLogger("cloudeye.slow")
WEEKS = 8
LEARN_EVERY_MS = DAY_MS
AT_ONCE = 50
KEPT_SECONDS = 600
_hours: TtlCache[dict[int, tuple[float, float]]] = TtlCache(KEPT_SECONDS, 4)


def forget_limits() -> None:
    """Read anew what is usual."""
    _hours.clear()


def limit_ms(monitor_id: int, slow_ms: float | None, slow_factor: float | None, at_ms: int) -> float | None:
    """The limit in force at a moment, in ms: the smaller of the two; None where nothing is slow.

    A factor counts once something has been learned.
    """
    if slow_factor is None:
        return slow_ms
    hour = hour_of_week(at_ms)
    usual = _hours.get_or_make((str(db.engine.url), hour), lambda: _usual_at(hour)).get(monitor_id)
    if usual is None:
        return slow_ms
    learned_ms = limit_of(*usual, slow_factor)
    return learned_ms if slow_ms is None else min(slow_ms, learned_ms)


@everything()
def _usual_at(hour: int) -> dict[int, tuple[float, float]]:
    statement = select(LatencyBaseline.monitor_id, LatencyBaseline.body)
    return {monitor_id: pair_at(body, hour) for monitor_id, body in db.session.execute(statement)}


def usual_of(monitor_id: int) -> Usual | None:
    """What has been learned of a monitor."""
    body = db.session.scalar(select(LatencyBaseline.body).where(LatencyBaseline.monitor_id == monitor_id))
    return Usual.from_bytes(body) if body else None


def usual_now(monitor_id: int, at_ms: int | None = None) -> Usual | None:
    """What its last weeks say, whether or not it was learned: for monitors that have no factor yet."""
    at_ms = now_ms() if at_ms is None else at_ms
    return _learn([monitor_id], at_ms).get(monitor_id)


def learn_all(at_ms: int | None = None, *, pause_seconds: float = 0.0) -> int:
    """Learn what is usual of every monitor with a factor that was not learned within a day; says how many.

    What has no factor any more is forgotten. `pause_seconds` is waited between parts of fifty monitors.
    """
    at_ms = now_ms() if at_ms is None else at_ms
    learned = 0
    waiting = _waiting(at_ms)
    for start in range(0, len(waiting), AT_ONCE):
        found = _learn(waiting[start : start + AT_ONCE], at_ms)
        db.session.commit()
        _keep(found, at_ms)
        learned += len(found)
        time.sleep(pause_seconds)
    with write() as session:
        has_factor = exists().where(
            Monitor.id == LatencyBaseline.monitor_id, Monitor.slow_factor.is_not(None)
        )
        session.execute(delete(LatencyBaseline).where(~has_factor))
    if learned:
        log.info("slow.learned", extra={"monitors": learned})
    return learned


def _waiting(at_ms: int) -> list[int]:
    statement = (
        select(Monitor.id)
        .outerjoin(LatencyBaseline, LatencyBaseline.monitor_id == Monitor.id)
        .where(Monitor.slow_factor.is_not(None))
        .where(LatencyBaseline.monitor_id.is_(None) | (LatencyBaseline.learned_ms <= at_ms - LEARN_EVERY_MS))
        .order_by(Monitor.id)
    )
    return list(db.session.scalars(statement))


def _learn(monitor_ids: list[int], at_ms: int) -> dict[int, Usual]:
    """What the last eight weeks of hours say; hours in which nothing was good say nothing."""
    until_ms = at_ms // HOUR_MS * HOUR_MS
    hours: dict[int, list[Hour]] = {}
    for (monitor_id, start_ms, location), rollup in read_rows(
        rollup_1h, monitor_ids, until_ms - 7 * WEEKS * DAY_MS, until_ms
    ):
        median_us, p95_us = rollup.sketch.quantiles((0.5, 0.95))
        if median_us is not None and p95_us is not None:
            hour = Hour(start_ms, location, median_us / 1000, p95_us / 1000, rollup.timed)
            hours.setdefault(monitor_id, []).append(hour)
    learned = {monitor_id: learn(each) for monitor_id, each in hours.items()}
    return {monitor_id: usual for monitor_id, usual in learned.items() if usual is not None}


def _keep(found: dict[int, Usual], at_ms: int) -> None:
    with write() as session:
        for monitor_id, usual in found.items():
            if session.get(Monitor, monitor_id) is not None:
                session.merge(LatencyBaseline(monitor_id=monitor_id, learned_ms=at_ms, body=usual.to_bytes()))
