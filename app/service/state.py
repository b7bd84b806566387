"""What the state machine says, put into rows: state, incidents, events and deliveries, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.core.clock import from_ms
from app.core.settings import get_settings
from app.core.snowflake import next_id
from app.engine.notify.message import Message
from app.engine.usability.reasons import sentence
from app.engine.usability.state import Memory, State, Transition
from app.models import Event, Incident, Monitor, MonitorState, Organization, Site
from app.service.delivery import enqueue_deliveries

SEVERITY = {State.DOWN: "critical", State.UNKNOWN: "warning"}
LOCALES = ("en", "zh")


def load_memory(row: MonitorState) -> Memory:
    return Memory(
        State(row.state),
        row.since_ms,
        row.failures,
        row.successes,
        row.first_failure_ms,
        row.last_due_ms,
        row.last_known_ms,
        row.incident_id is not None,
    )


def store_memory(row: MonitorState, memory: Memory) -> None:
    row.state = memory.state.value
    row.since_ms = memory.since_ms
    row.failures, row.successes = memory.failures, memory.successes
    row.first_failure_ms = memory.first_failure_ms
    row.last_due_ms, row.last_known_ms = memory.last_due_ms, memory.last_known_ms


def apply_transitions(
    session: Session,
    monitor: Monitor,
    transitions: Sequence[Transition],
    *,
    detail: dict[str, Any] | None = None,
    by: str | None = None,
) -> int:
    """Write what follows from each change of state; returns how many deliveries were put in the outbox."""
    enqueued = 0
    for change in transitions:
        incident = None
        if change.incident == "open":
            incident = _open_incident(session, monitor, change, detail or {})
        elif change.incident == "close":
            incident = _close_incident(session, monitor, change, by)
        session.add(_event(monitor, change, incident, detail or {}, by))
        if incident is not None and by is None:
            enqueued += _notify(session, monitor, change, incident)
    return enqueued


def _open_incident(
    session: Session, monitor: Monitor, change: Transition, detail: dict[str, Any]
) -> Incident:
    incident = Incident(
        id=next_id(),
        organization_id=monitor.organization_id,
        site_id=monitor.site_id,
        monitor_id=monitor.id,
        cause=change.reason or "internal",
        detail=detail,
        started_at=from_ms(change.started_ms or change.at_ms),
        opened_at=from_ms(change.at_ms),
    )
    session.add(incident)
    monitor.state.incident_id = incident.id
    return incident


def _close_incident(
    session: Session, monitor: Monitor, change: Transition, by: str | None
) -> Incident | None:
    incident = session.get(Incident, monitor.state.incident_id) if monitor.state.incident_id else None
    monitor.state.incident_id = None
    if incident is not None:
        incident.closed_at = from_ms(change.at_ms)
        incident.closed_by = "recovery" if change.after is State.UP else "pause"
    return incident


def _event(
    monitor: Monitor, change: Transition, incident: Incident | None, detail: dict[str, Any], by: str | None
) -> Event:
    said: dict[str, Any] = {
        "monitor": monitor.name,
        "before": change.before.value,
        "after": change.after.value,
    }
    if change.reason:
        said["values"] = detail
    if by:
        said["by"] = by
    return Event(
        organization_id=monitor.organization_id,
        site_id=monitor.site_id,
        monitor_id=monitor.id,
        incident_id=incident.id if incident else None,
        kind=f"monitor.{change.after.value.lower()}",
        severity=SEVERITY.get(change.after, "info"),
        at=from_ms(change.at_ms),
        cause=change.reason,
        detail=said,
    )


def _page_of(incident: Incident) -> str | None:
    """The incident's page, where the installation knows its own address."""
    base: str = vars(get_settings())["BASE_URL"]
    return f"{base.rstrip('/')}/incidents/{incident.id}" if base else None


def _notify(session: Session, monitor: Monitor, change: Transition, incident: Incident) -> int:
    organization = session.get_one(Organization, monitor.organization_id)
    site = session.get_one(Site, monitor.site_id)
    kind = "incident.opened" if change.incident == "open" else "incident.closed"
    message = Message(
        id=str(next_id()),
        kind=kind,
        at=from_ms(change.at_ms),
        severity=incident.severity if change.incident == "open" else "info",
        organization={"id": str(organization.id), "name": organization.name},
        site={"id": str(site.id), "name": site.name, "base_url": site.base_url},
        monitor={"id": str(monitor.id), "name": monitor.name, "type": monitor.type},
        incident={
            "id": str(incident.id),
            "cause": incident.cause,
            "started_at": incident.started_at.isoformat(),
            "opened_at": incident.opened_at.isoformat(),
            "closed_at": incident.closed_at.isoformat() if incident.closed_at else None,
        },
        sentence={locale: sentence(incident.cause, incident.detail, locale) for locale in LOCALES},
        url=_page_of(incident),
    )
    return enqueue_deliveries(session, monitor.organization_id, message)
