"""The recorder: the only writer of results. One transaction a message; delivered often, recorded once.

1. The samples' day tables exist before the transaction begins (DDL would end it on MariaDB), and what is
   asked of others (planned work, locations) is asked before it.
2. Inside, under the lock of the monitors' state rows: the state machine, sample by sample in the order of
   due times (`judging`); free slots and states in bulk; events, incidents and marks for the few that changed.
3. After the commit: pub/sub to open pages, looks brought forward, and a nudge to whoever decides who is told.
   All three may be lost.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.core.clock import now_ms
from app.core.redis import TtlCache
from app.engine.usability.state.machine import expire, taken_back
from app.engine.usability.state.policy import SET_BACK_MS, STALE_LEAST_MS, State
from app.engine.usability.types import Sample
from app.models import Event, Location, Monitor, MonitorState, db, write
from app.models.result import (
    COLUMNS,
    day_of,
    ensure_day_table,
    forget_known_days,
    insert_new,
    is_missing_table,
)
from app.models.state_rows import PolicyRow, keep_pages, lock_states, policies_of, save_plain, save_whole
from app.service.location.known import home, known
from app.service.location.numbers import next_number
from app.service.location.vantage import vantage_points
from app.service.maintenance import active
from app.service.recording import slow
from app.service.recording.judging import Desk, Judged, judge_all, judged, values_of
from app.service.recording.picture import put_pictures_away
from app.service.recording.state import apply_transitions, event_values, identity_values
from app.service.rollup import dirty
from app.service.scheduling.schedule import is_probed

log = logging.getLogger("cloudeye.record")
DAY_MS = 86_400_000
EXPIRED_AT_ONCE = 2_000
_names_in_use: TtlCache[list[str]] = TtlCache(60, 4)


@dataclass(slots=True)
class Recorded:
    """What the transaction did, for what comes after the commit.

    `decisions` counts incidents to be decided about. `live` has the changes of state by organization, `heard`
    the sites with new results. `again` are (monitor id, locations, unix ms) to be looked at early.
    """

    decisions: int = 0
    live: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    heard: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    again: list[tuple[int, tuple[str, ...], int]] = field(default_factory=list)


def record_samples(samples: Sequence[Sample]) -> Recorded:
    """Record measured samples. Safe to repeat: a slot that is taken stays as it is."""
    if not samples:
        return Recorded()
    put_pictures_away(samples)
    try:
        return _record(samples)
    except DBAPIError as error:
        if not is_missing_table(error):
            raise
        # A day that is over was put away at this very moment: its late results get a table of their own.
        forget_known_days()
        return _record(samples)


def _record(samples: Sequence[Sample]) -> Recorded:
    at_ms = now_ms()
    for day in {day_of(sample.due_ms) for sample in samples}:
        ensure_day_table(db.engine, day)
    numbers = {code: location_number(code) for code in {sample.location for sample in samples}}
    spans, _ = active.spans(at_ms), known()
    done = Recorded()
    with write() as session:
        keep_pages(session.connection())
        desks = _desks(session, {sample.monitor_id for sample in samples})
        _take_back(samples, desks, at_ms)
        found = judge_all(_asked_for(samples, desks), desks, spans, _limit_ms)
        _insert(session, found, numbers)
        touched = [desk for desk in desks.values() if desk.is_touched]
        _save(session, touched)
        done.decisions = _apply(session, [desk for desk in touched if desk.changes or desk.identities])
        border_ms = dirty.late_before(at_ms)
        late = [
            (each.sample.monitor_id, each.sample.due_ms) for each in found if each.sample.due_ms < border_ms
        ]
        late += [(each.sample.monitor_id, each.cuts_ms) for each in found if each.cuts_ms is not None]
        if late:
            dirty.note(session, late)
    for desk in touched:
        _tell(done, desk)
    return done


def _asked_for(samples: Sequence[Sample], desks: Mapping[int, Desk]) -> Iterable[Sample]:
    """Samples of the places that a monitor names, and of our own: a key speaks for its own checks only."""
    own = home()
    if all(sample.location == own for sample in samples):
        return samples
    found = [
        sample
        for sample in samples
        if sample.location == own
        or (sample.monitor_id in desks and f'"{sample.location}"' in desks[sample.monitor_id].rules.locations)
    ]
    if len(found) < len(samples):
        log.warning("record.samples_not_asked_for", extra={"samples": len(samples) - len(found)})
    return found


def _desks(session: Session, monitor_ids: set[int]) -> dict[int, Desk]:
    connection = session.connection()
    rows = lock_states(connection, monitor_ids)
    rules = {each.id: each for each in policies_of(connection, monitor_ids)}
    return {
        row.monitor_id: Desk(row, rules[row.monitor_id], _asked(rules[row.monitor_id]))
        for row in rows
        if row.monitor_id in rules
    }


def _take_back(samples: Sequence[Sample], desks: Mapping[int, Desk], at_ms: int) -> None:
    """Where a clock was set back: what comes now is not late for what was measured at times to come."""
    for sample in samples:
        desk = desks.get(sample.monitor_id)
        border_ms = max(at_ms, sample.due_ms) + SET_BACK_MS
        if desk is not None and desk.memory.last_due_ms > border_ms:
            desk.memory = taken_back(desk.memory, sample.due_ms - 1)


def _asked(rules: PolicyRow) -> tuple[str, ...]:
    """From where samples come: what reports by itself does so to us, whatever locations it names."""
    return vantage_points(rules.locations) if is_probed(rules.type) else (home(),)


def _limit_ms(rules: PolicyRow, due_ms: int) -> float | None:
    if rules.slow_ms is None and rules.slow_factor is None:
        return None
    return slow.limit_ms(rules.id, rules.slow_ms, rules.slow_factor, due_ms)


def _insert(session: Session, found: Sequence[Judged], numbers: Mapping[str, int]) -> None:
    by_day: dict[Any, list[tuple[Any, ...]]] = defaultdict(list)
    for each in found:
        sample = each.sample
        by_day[sample.due_ms // DAY_MS].append(values_of(each, numbers[sample.location]))
    for day_number, rows in by_day.items():
        insert_new(session.connection(), day_of(day_number * DAY_MS), rows)


def _save(session: Session, touched: Sequence[Desk]) -> None:
    connection = session.connection()
    save_plain(connection, [(desk.row.monitor_id, desk.plain()) for desk in touched if not desk.has_new_rest])
    save_whole(
        connection, [(desk.row.monitor_id, desk.plain(), desk.rest) for desk in touched if desk.has_new_rest]
    )


def _apply(session: Session, changed: Sequence[Desk]) -> int:
    """Events for changes of state alone, in bulk; incidents with their monitors."""
    events = [
        event_values(desk.rules, change, None, each.detail, None)
        for desk in changed
        for each, changes in desk.changes
        for change in changes
        if change.incident is None
    ]
    events += [
        identity_values(desk.rules, one, each.finished_ms)
        for desk in changed
        for each, one in desk.identities
    ]
    if events:
        session.execute(insert(Event), events)
    graver = [desk for desk in changed if any(change.incident for _, each in desk.changes for change in each)]
    if not graver:
        return 0
    monitors = _load(session, [desk.rules.id for desk in graver])
    asked = 0
    for desk in graver:
        for each, changes in desk.changes:
            asked += apply_transitions(
                session,
                monitors[desk.rules.id],
                [change for change in changes if change.incident],
                detail=each.detail,
                evidence=each.sample.facts.get("evidence") if each.sample.facts else None,
            )
    return asked


def _load(session: Session, monitor_ids: Iterable[int]) -> dict[int, Monitor]:
    statement = select(Monitor).where(Monitor.id.in_(monitor_ids)).execution_options(populate_existing=True)
    return {monitor.id: monitor for monitor in session.scalars(statement)}


def _tell(done: Recorded, desk: Desk) -> None:
    rules, memory = desk.rules, desk.memory
    if memory.state is desk.was:
        done.heard[rules.organization_id].add(rules.site_id)
    else:
        done.live[rules.organization_id].append(_live(desk))
    again_ms = desk.look_again_ms()
    if again_ms is not None:
        done.again.append((rules.id, desk.locations, again_ms))


def _live(desk: Desk) -> dict[str, Any]:
    last = desk.last
    return {
        "kind": "monitor",
        "site_id": str(desk.rules.site_id),
        "monitor_id": str(desk.rules.id),
        "state": desk.memory.state.value,
        "total_ms": last.sample.total_ms if last else desk.row.last_total_ms,
    }


def row_of(sample: Sample, location: int) -> dict[str, Any]:
    """A sample as a row of its day's table, by name; `location` is the location's short number."""
    row = dict(zip(COLUMNS, values_of(judged(sample, (), None), location), strict=True))
    return {**row, "detail": sample.detail or None}


def location_number(code: str) -> int:
    """The short number of a location, given out at its first result.

    Read along with its key: one that was taken out and entered again has another of both.
    """
    here = known().get(code)
    number = here.number if here is not None else None
    if number is None:
        number = db.session.scalar(select(Location.number).where(Location.code == code))
    return _new_location(code) if number is None else number


def _new_location(code: str) -> int:
    with write() as session:
        number = next_number(session)
        given = session.scalar(select(Location.number).where(Location.code == code))
        if given is not None:
            return int(given)
        session.add(Location(code=code, name=code, number=number))
    return number


def forget_types() -> None:
    """Ask the database again which types there are."""
    _names_in_use.clear()


def expire_stale(at_ms: int | None = None) -> Recorded:
    """Turn monitors nobody has heard of for three intervals (at least 45 s) into UNKNOWN, never DOWN.

    `at_ms` is when somebody asked: what was measured before is recorded, however long the question waited.
    """
    at_ms = now_ms() if at_ms is None else at_ms
    done = Recorded()
    candidates = set(db.session.scalars(_silent(at_ms)))
    db.session.commit()
    if not candidates:
        return done
    with write() as session:
        expired = []
        for desk in _desks(session, candidates).values():
            desk.memory, changes = expire(desk.memory, at_ms, desk.policy.stale_ms)
            if changes:
                expired.append((desk, changes))
        save_plain(session.connection(), [(desk.rules.id, desk.plain()) for desk, _ in expired])
        events = [
            event_values(desk.rules, change, None, {}, None)
            for desk, changes in expired
            for change in changes
        ]
        if events:
            session.execute(insert(Event), events)
    for desk, _ in expired:
        done.live[desk.rules.organization_id].append(_live(desk))
    return done


def _silent(at_ms: int) -> Any:
    """Those that may have been silent for too long: of a kind that is asked, and not UNKNOWN yet."""
    names = _names_in_use.get_or_make(
        str(db.engine.url), lambda: list(db.session.scalars(select(Monitor.type).distinct()))
    )
    reporting = [name for name in names if not is_probed(name)]
    states = [state.value for state in State if state not in (State.UNKNOWN, State.PAUSED)]
    return (
        select(MonitorState.monitor_id)
        .join(Monitor, Monitor.id == MonitorState.monitor_id)
        .where(
            MonitorState.state.in_(states),
            MonitorState.last_known_ms < at_ms - STALE_LEAST_MS,
            MonitorState.last_known_ms < at_ms - 3_000 * Monitor.interval_seconds,
            MonitorState.since_ms < at_ms - STALE_LEAST_MS,
            MonitorState.since_ms < at_ms - 3_000 * Monitor.interval_seconds,
            Monitor.type.not_in(reporting),
        )
        .limit(EXPIRED_AT_ONCE)
    )
