"""What the state machine says, put into rows: state, incidents, events, marks, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from app.core.clock import from_ms, now_ms, to_ms
from app.core.snowflake import next_id
from app.engine.usability.certificate.identity import Change
from app.engine.usability.state.machine import Memory, pause, resume
from app.engine.usability.state.policy import State, Transition, Votes
from app.models import Event, Incident, Monitor, MonitorState
from app.models.state_rows import PolicyRow
from app.service.alerting import mark

SEVERITY = {
    State.DOWN: "critical",
    State.REGIONAL: "high",
    State.DEGRADED: "warning",
    State.UNKNOWN: "warning",
}
# What the timeline calls a change that only a late sample, or a change of level, brought about.
ACTS = {
    "worsen": "changed",
    "ease": "changed",
    "withdraw": "withdrawn",
    "reopen": "reopened",
    "amend": "amended",
}


def load_memory(row: MonitorState) -> Memory:
    """The machine's memory of a monitor; one from before it had its own form is made of the columns."""
    if row.memory:
        return Memory.from_wire(row.memory)
    session = object_session(row)
    incident = session.get(Incident, row.incident_id) if session and row.incident_id else None
    moments = (to_ms(incident.started_at), to_ms(incident.opened_at)) if incident else None
    return Memory.of_columns(
        State(row.state), row.since_ms, row.last_due_ms or 0, row.last_known_ms or 0, moments
    )


def store_memory(row: MonitorState, memory: Memory) -> None:
    row.state = memory.state.value
    row.since_ms = memory.since_ms
    row.failures, row.successes = memory.failures, memory.successes
    row.first_failure_ms = memory.first_failure_ms
    row.last_due_ms, row.last_known_ms = memory.last_due_ms, memory.last_known_ms
    row.is_flapping, row.memory = memory.is_flapping, memory.to_wire()


def set_watched(session: Session, monitor: Monitor, watched: bool, by: str) -> None:
    """Stop or go on watching, under the lock of its state. What is open ends: nobody would see it close."""
    session.refresh(monitor.state, with_for_update=True)
    memory, changes = (resume if watched else pause)(load_memory(monitor.state), now_ms())
    apply_transitions(session, monitor, changes, by=by)
    store_memory(monitor.state, memory)


def apply_transitions(
    session: Session,
    monitor: Monitor,
    transitions: Sequence[Transition],
    *,
    detail: dict[str, Any] | None = None,
    evidence: dict[str, Any] | None = None,
    by: str | None = None,
) -> int:
    """Write what follows from each change of state; returns how many incidents are to be decided about."""
    asked = 0
    for change in transitions:
        incident = _apply(session, monitor, change, detail or {}, evidence, by)
        session.add(
            Event(**event_values(monitor, change, incident.id if incident else None, detail or {}, by))
        )
        asked += incident is not None
    return asked


def _apply(
    session: Session,
    monitor: Monitor,
    change: Transition,
    detail: dict[str, Any],
    evidence: dict[str, Any] | None,
    by: str | None,
) -> Incident | None:
    if change.incident is None:
        return None
    if change.incident == "open":
        return _open(session, monitor, change, detail, evidence)
    incident = _find(session, monitor, change)
    if incident is None:
        return None
    if change.level is not None and change.incident != "close":
        _set_level(incident, change.level)
    if change.incident == "close":
        _close(session, monitor, incident, change, by)
    elif change.incident == "withdraw":
        _withdraw(session, monitor, incident, change)
    elif change.incident == "reopen":
        incident.closed_at = incident.closed_by = None
        monitor.state.incident_id = incident.id
        mark.opened(session, monitor, incident)
    elif change.incident == "amend":
        _amend(session, monitor, incident, change)
    else:
        incident.votes = {**(incident.votes or {}), "changed": votes_of(change.votes)}
        mark.changed(session, incident)
    return incident


def _open(
    session: Session,
    monitor: Monitor,
    change: Transition,
    detail: dict[str, Any],
    evidence: dict[str, Any] | None,
) -> Incident:
    incident = Incident(
        id=next_id(),
        organization_id=monitor.organization_id,
        site_id=monitor.site_id,
        monitor_id=monitor.id,
        cause=change.reason or "internal",
        detail=detail,
        started_at=from_ms(change.started_ms or change.at_ms),
        opened_at=from_ms(change.opened_ms or change.at_ms),
        votes={"opened": votes_of(change.votes)},
        evidence=evidence,
    )
    _set_level(incident, change.level or State.DOWN)
    session.add(incident)
    if change.closed_ms is not None:  # Late samples tell of it, and it is over already.
        incident.closed_at, incident.closed_by = from_ms(change.closed_ms), "recovery"
        return incident
    monitor.state.incident_id = incident.id
    mark.opened(session, monitor, incident)
    return incident


def _find(session: Session, monitor: Monitor, change: Transition) -> Incident | None:
    """The incident that a change names by the moment it was found; else the open one."""
    session.flush()
    if change.opened_ms is not None:
        named = session.scalar(
            select(Incident)
            .where(Incident.monitor_id == monitor.id, Incident.opened_at == from_ms(change.opened_ms))
            .order_by(Incident.id.desc())
            .limit(1)
        )
        if named is not None:
            return named
    return session.get(Incident, monitor.state.incident_id) if monitor.state.incident_id else None


def _set_level(incident: Incident, level: State) -> None:
    incident.level, incident.severity = level.value.lower(), SEVERITY.get(level, "critical")


def _close(
    session: Session, monitor: Monitor, incident: Incident, change: Transition, by: str | None
) -> None:
    incident.closed_at = from_ms(change.closed_ms or change.at_ms)
    incident.closed_by = "pause" if change.after is State.PAUSED else "recovery"
    incident.votes = {**(incident.votes or {}), "closed": votes_of(change.votes)}
    _let_go(monitor, incident)
    mark.closed(session, incident)


def _withdraw(session: Session, monitor: Monitor, incident: Incident, change: Transition) -> None:
    incident.is_withdrawn = True
    incident.closed_at = incident.closed_at or from_ms(change.at_ms)
    incident.closed_by = "withdrawn"
    _let_go(monitor, incident)
    mark.changed(session, incident)


def _amend(session: Session, monitor: Monitor, incident: Incident, change: Transition) -> None:
    """Another beginning or end than was known. Whoever was told hears that it is over, or that it is not."""
    incident.started_at = from_ms(change.started_ms or change.at_ms)
    incident.opened_at = from_ms(change.at_ms)
    was_open = incident.closed_at is None
    incident.closed_at = None if change.closed_ms is None else from_ms(change.closed_ms)
    incident.closed_by = None if change.closed_ms is None else "recovery"
    if change.closed_ms is None:
        monitor.state.incident_id = incident.id
    else:
        _let_go(monitor, incident)
    if was_open and incident.closed_at is not None:
        mark.closed(session, incident)
    elif not was_open and incident.closed_at is None:
        mark.opened(session, monitor, incident)


def _let_go(monitor: Monitor, incident: Incident) -> None:
    if monitor.state.incident_id == incident.id:
        monitor.state.incident_id = None


def votes_of(votes: Votes | None) -> list[dict[str, Any]]:
    """What each location said, as the incident keeps it: [{"location", "status", "reason", "due_ms"}]."""
    return [{"location": location, **said} for location, said in (votes or {}).items()]


def event_values(
    monitor: Monitor | PolicyRow,
    change: Transition,
    incident_id: int | None,
    detail: Mapping[str, Any],
    by: str | None,
) -> dict[str, Any]:
    """A change as a line of the site's timeline: the values of an `Event`."""
    said: dict[str, Any] = {
        "monitor": monitor.name,
        "before": change.before.value,
        "after": change.after.value,
    }
    if change.reason:
        said["values"] = dict(detail)
    if by:
        said["by"] = by
    act = ACTS.get(change.incident or "")
    return {
        "organization_id": monitor.organization_id,
        "site_id": monitor.site_id,
        "monitor_id": monitor.id,
        "incident_id": incident_id,
        "kind": f"incident.{act}" if act else f"monitor.{change.after.value.lower()}",
        "severity": SEVERITY.get(change.after, "info"),
        "at": from_ms(change.at_ms),
        "cause": change.reason,
        "detail": said,
    }


def identity_values(monitor: PolicyRow, change: Change, at_ms: int) -> dict[str, Any]:
    """Another certificate, issuer or host key, as a line of the site's timeline."""
    said = {"monitor": monitor.name, "name": change.name, "before": change.before, "after": change.after}
    return {
        "organization_id": monitor.organization_id,
        "site_id": monitor.site_id,
        "monitor_id": monitor.id,
        "kind": "monitor.identity",
        "severity": "info",
        "at": from_ms(at_ms),
        "detail": said,
    }
