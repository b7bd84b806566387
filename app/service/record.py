"""The recorder: the only writer of results. One transaction a message; delivered often, recorded once.

1. The samples' day tables exist before the transaction begins (DDL would end it on MariaDB).
2. Inside: bulk insert of free slots; the state machine, sample by sample in the order of due times, under
   the lock of the monitors' state rows; incidents, events and outbox rows.
3. After the commit: pub/sub to open pages, and a nudge to whoever delivers. Both may be lost.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.core.clock import now_ms
from app.core.snowflake import next_id
from app.engine.usability.state import Memory, Observation, Policy, State, expire, step
from app.engine.usability.types import Sample
from app.models import Location, Monitor, MonitorState, db, write
from app.models.result import PHASES, STATUS_NUMBER, day_of, ensure_day_table, insert_new
from app.service.state import apply_transitions, load_memory, store_memory

log = logging.getLogger("cloudeye.record")
STALE_INTERVALS = 3
STALE_LEAST_MS = 45_000
_location_numbers: dict[str, int] = {}


@dataclass(slots=True)
class Recorded:
    """What the transaction did, for what comes after the commit."""

    deliveries: int = 0
    live: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))


def record_samples(samples: Sequence[Sample]) -> Recorded:
    """Record measured samples. Safe to repeat: a slot that is taken stays as it is."""
    if not samples:
        return Recorded()
    by_day: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for sample in samples:
        by_day[day_of(sample.due_ms)].append(row_of(sample, location_number(sample.location)))
    for day in by_day:
        ensure_day_table(db.engine, day)
    done = Recorded()
    with write() as session:
        monitors = _lock_monitors(session, {sample.monitor_id for sample in samples})
        for day, rows in by_day.items():
            known = [row for row in rows if row["monitor_id"] in monitors]
            if known:
                insert_new(session.connection(), day, known)
        for sample in sorted(samples, key=lambda each: each.due_ms):
            monitor = monitors.get(sample.monitor_id)
            if monitor is not None:
                _advance(session, monitor, sample, done)
    return done


def _lock_monitors(session: Session, monitor_ids: set[int]) -> dict[int, Monitor]:
    """The monitors with their states, locked in the order of their ids so that recorders never cross."""
    session.execute(
        select(MonitorState.monitor_id)
        .where(MonitorState.monitor_id.in_(monitor_ids))
        .order_by(MonitorState.monitor_id)
        .with_for_update()
    )
    statement = (
        select(Monitor)
        .where(Monitor.id.in_(monitor_ids))
        .options(joinedload(Monitor.state))
        .execution_options(populate_existing=True)
    )
    return {monitor.id: monitor for monitor in session.scalars(statement)}


def _advance(session: Session, monitor: Monitor, sample: Sample, done: Recorded) -> None:
    memory = load_memory(monitor.state)
    seen = Observation(sample.due_ms, _finished_ms(sample), sample.status, sample.reason)
    after, transitions = step(memory, seen, Policy(monitor.confirm_count, monitor.recover_count))
    if after is memory:
        return
    done.deliveries += apply_transitions(session, monitor, transitions, detail=sample.detail)
    store_memory(monitor.state, after)
    row = monitor.state
    row.last_status, row.last_reason = sample.status, sample.reason
    row.last_detail, row.last_total_ms = sample.detail or None, sample.total_ms
    if sample.facts and sample.facts != row.facts:
        row.facts = sample.facts
    done.live[monitor.organization_id].append(live_message(monitor))


def live_message(monitor: Monitor) -> dict[str, Any]:
    state = monitor.state
    return {
        "kind": "monitor",
        "site_id": str(monitor.site_id),
        "monitor_id": str(monitor.id),
        "state": state.state,
        "total_ms": state.last_total_ms,
    }


def _finished_ms(sample: Sample) -> int:
    return sample.started_ms + int(sample.total_ms or 0)


def row_of(sample: Sample, location: int) -> dict[str, Any]:
    """A sample as a row of its day's table; `location` is the location's short number."""
    row: dict[str, Any] = {
        "monitor_id": sample.monitor_id,
        "due_ms": sample.due_ms,
        "location_number": location,
        "id": sample.id or next_id(),
        "status": STATUS_NUMBER[sample.status],
        "reason": sample.reason,
        "total_us": _us(sample.total_ms),
        "late_us": _us(sample.late_ms) or 0,
        "lag_us": _us(sample.lag_ms) or 0,
        "http_status": sample.http_status,
        "address": sample.address,
        "detail": sample.detail or None,
    }
    for phase in PHASES:
        row[f"{phase}_us"] = _us(getattr(sample, f"{phase}_ms"))
    return row


def _us(ms: float | None) -> int | None:
    return None if ms is None else min(2_000_000_000, max(0, round(ms * 1000)))


def location_number(code: str) -> int:
    """The short number of a location, given out at its first result."""
    if code not in _location_numbers:
        number = db.session.scalar(select(Location.number).where(Location.code == code))
        if number is None:
            with write() as session:
                session.execute(select(Location.id).with_for_update())
                number = session.scalar(select(Location.number).where(Location.code == code))
                if number is None:
                    highest = session.scalar(
                        select(Location.number).order_by(Location.number.desc()).limit(1)
                    )
                    number = (highest or 0) + 1
                    session.add(Location(code=code, name=code, number=number))
        _location_numbers[code] = number
    return _location_numbers[code]


def forget_locations() -> None:
    """Ask the database for the locations' numbers again."""
    _location_numbers.clear()


def expire_stale(at_ms: int | None = None) -> Recorded:
    """Turn monitors nobody has heard of for three intervals (at least 45 s) into UNKNOWN, never DOWN."""
    at_ms = now_ms() if at_ms is None else at_ms
    done = Recorded()
    candidates = list(
        db.session.scalars(
            select(MonitorState.monitor_id)
            .where(
                MonitorState.state.in_([State.UP.value, State.DOWN.value, State.PENDING.value]),
                MonitorState.last_known_ms < at_ms - STALE_LEAST_MS,
                MonitorState.since_ms < at_ms - STALE_LEAST_MS,
            )
            .limit(2_000)
        )
    )
    if not candidates:
        db.session.commit()
        return done
    with write() as session:
        for monitor in _lock_monitors(session, set(candidates)).values():
            memory: Memory = load_memory(monitor.state)
            after, transitions = expire(memory, at_ms, stale_after_ms(monitor))
            if transitions:
                apply_transitions(session, monitor, transitions)
                store_memory(monitor.state, after)
                done.live[monitor.organization_id].append(live_message(monitor))
    return done


def stale_after_ms(monitor: Monitor) -> int:
    return max(STALE_LEAST_MS, STALE_INTERVALS * monitor.interval_seconds * 1000)


def decode_samples(wire: str) -> list[Sample]:
    return [Sample.from_wire(each) for each in orjson.loads(wire)]
