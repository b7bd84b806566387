"""Calls of targets that report by themselves, and the silence of those that should have called.

A call goes through the broker to the recorder, so none is lost while the database is away. A missed call is a
result like any other: its slot is the moment until which the call was waited for, so finding it twice
records it once.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError
from sqlalchemy import select

from app.core.clock import from_ms, now_ms
from app.engine.usability.probes.heartbeat import HeartbeatConfig
from app.engine.usability.types import Outcome, Sample
from app.models import Heartbeat, Monitor, Site, db, write
from app.service.passive.samples import AHEAD_MS, sample_of, unreadable

log = logging.getLogger("cloudeye.heartbeat")
Kind = Literal["start", "success", "fail", "log"]
KINDS: tuple[Kind, ...] = ("start", "success", "fail", "log")
LOG_KEPT = 10_000
OVERDUE_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it came in. `log` is the end of what the target sent."""

    token: str
    kind: Kind
    at_ms: int
    exit_code: int | None = None
    log: str = ""
    address: str = ""
    agent: str = ""

    def to_wire(self) -> list[Any]:
        head = [self.token, self.kind, self.at_ms, self.exit_code]
        return [*head, self.log, self.address, self.agent]


def heartbeat_of(monitor_id: int) -> Heartbeat | None:
    """What was last heard of a target that calls; None for other monitors."""
    return db.session.get(Heartbeat, monitor_id, populate_existing=True)


def take_call(call: Call) -> list[Sample]:
    """Note a call, and give the samples it makes. An older call than the last one changes nothing,
    and the same one twice (its message came again) gives the same sample."""
    border_ms = now_ms() + AHEAD_MS
    with write() as session:
        row = session.execute(
            select(Heartbeat, Monitor)
            .join(Monitor, Monitor.id == Heartbeat.monitor_id)
            .where(Monitor.push_token == call.token)
            .with_for_update(of=Heartbeat)
        ).first()
        if row is None:
            return []
        heartbeat, monitor = row
        if heartbeat.last_call_ms is not None and call.at_ms < heartbeat.last_call_ms <= border_ms:
            return []
        started_ms = heartbeat.started_ms
        _note(heartbeat, _config(monitor), call)
        if monitor.is_paused or call.kind in ("start", "log"):
            return []
        return [_sample(monitor.id, call, started_ms)]


def _note(heartbeat: Heartbeat, config: HeartbeatConfig, call: Call) -> None:
    heartbeat.last_call_ms, heartbeat.last_kind = call.at_ms, call.kind
    if call.kind == "start":
        heartbeat.started_ms = call.at_ms
        heartbeat.deadline_ms = config.run_deadline(call.at_ms)
    elif call.kind != "log":
        heartbeat.started_ms = None
        heartbeat.deadline_ms = config.deadline_after(call.at_ms)


def _sample(monitor_id: int, call: Call, started_ms: int | None) -> Sample:
    facts: dict[str, Any] = {"address": call.address, "agent": call.agent[:200]}
    facts |= {"log": call.log[-LOG_KEPT:]} if call.log else {}
    facts |= {"exit_code": call.exit_code} if call.exit_code is not None else {}
    took = float(call.at_ms - started_ms) if started_ms is not None else None
    if call.kind == "success":
        return sample_of(monitor_id, call.at_ms, Outcome("up", facts=facts), took)
    detail = {"exit_code": "–" if call.exit_code is None else call.exit_code}
    facts["evidence"] = {"log": call.log[-2_000:]} if call.log else {}
    return sample_of(monitor_id, call.at_ms, Outcome("down", "heartbeat_failed", detail, facts=facts), took)


def overdue(at_ms: int) -> list[Sample]:
    """The samples of calls that did not come. Record them, and then `wait_on` for the next ones."""
    rows = db.session.execute(
        select(Heartbeat, Monitor)
        .join(Monitor, Monitor.id == Heartbeat.monitor_id)
        .join(Site, Site.id == Monitor.site_id)
        .where(Heartbeat.deadline_ms <= at_ms, Monitor.is_paused.is_(False), Site.archived_at.is_(None))
        .order_by(Heartbeat.deadline_ms)
        .limit(OVERDUE_AT_ONCE)
        .execution_options(populate_existing=True)
    ).all()
    db.session.commit()
    return [_missed(heartbeat, monitor) for heartbeat, monitor in rows]


def _missed(heartbeat: Heartbeat, monitor: Monitor) -> Sample:
    try:
        outcome = _silence(heartbeat, _config(monitor))
    except ValidationError as error:
        return unreadable(monitor.id, heartbeat.deadline_ms, error)
    return sample_of(monitor.id, heartbeat.deadline_ms, outcome)


def wait_on(samples: Sequence[Sample], at_ms: int) -> None:
    """Move the deadlines of calls that did not come, once that is recorded; who called meanwhile is left."""
    missed = {sample.monitor_id: sample.due_ms for sample in samples}
    with write() as session:
        rows = session.execute(
            select(Heartbeat, Monitor)
            .join(Monitor, Monitor.id == Heartbeat.monitor_id)
            .where(Heartbeat.monitor_id.in_(missed))
            .with_for_update(of=Heartbeat)
            .execution_options(populate_existing=True)
        ).all()
        for heartbeat, monitor in rows:
            if heartbeat.deadline_ms != missed[monitor.id]:
                continue
            try:
                _move(heartbeat, _config(monitor), at_ms)
            except ValidationError:
                heartbeat.deadline_ms = at_ms + monitor.interval_seconds * 1000


def _config(monitor: Monitor) -> HeartbeatConfig:
    return HeartbeatConfig.model_validate(monitor.config)


def _silence(heartbeat: Heartbeat, config: HeartbeatConfig) -> Outcome:
    if heartbeat.started_ms is not None:
        seconds = (heartbeat.deadline_ms - heartbeat.started_ms) // 1000
        detail = {"started": _shown(heartbeat.started_ms), "seconds": seconds}
        return Outcome("down", "heartbeat_overrun", detail)
    expected = heartbeat.deadline_ms - config.grace_seconds * 1000
    return Outcome("down", "heartbeat_missed", {"expected": _shown(expected)})


def _move(heartbeat: Heartbeat, config: HeartbeatConfig, at_ms: int) -> None:
    """Wait for the next call. Calls that were missed while nobody looked are one gap, not many results."""
    heartbeat.started_ms = None
    expected = config.expected_after(heartbeat.deadline_ms - config.grace_seconds * 1000)
    if expected + config.grace_seconds * 1000 <= at_ms:
        expected = config.expected_after(at_ms)
    heartbeat.deadline_ms = expected + config.grace_seconds * 1000


def _shown(ms: int) -> str:
    return from_ms(ms).strftime("%Y-%m-%d %H:%M:%S UTC")
