"""How alerts and their incidents end, and the lines on the timeline that tell of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Alert, Event, Incident, Watch, WatchState
from app.service.tamper.outcome import Done
from app.service.tamper.telling import tell_incident

VANISHED = "vanished"
EVENT_SEVERITY = {"low": "info", "medium": "warning", "high": "critical", "critical": "critical"}
QUIET = ("alert.closed", "alert.approved", "alert.allowed")


def open_alert_of(session: Session, watch: Watch) -> Alert | None:
    alert = session.get(Alert, watch.state.alert_id, populate_existing=True) if watch.state.alert_id else None
    return alert if alert is not None and alert.state == "open" else None


def close_alert(
    session: Session, watch: Watch, alert: Alert, state: str, by: str, at: datetime, reason: str = ""
) -> Alert | None:
    """End an alert. Of those folded under it that are still open, the oldest takes its place: given back."""
    alert.state, alert.closed_at, alert.closed_by, alert.closed_reason = state, at, by, reason
    if watch.state.alert_id == alert.id:
        watch.state.alert_id = None
    left = session.scalars(
        select(Alert).where(Alert.parent_id == alert.id, Alert.state == "open").order_by(Alert.id)
    ).all()
    for child in left:
        child.parent_id = None if child is left[0] else left[0].id
    return left[0] if left else None


def close_incident(session: Session, watch: Watch, by: str, at: datetime) -> int:
    """End this page's part in an incident, and the incident when no other page has one left.

    Returns how many deliveries were put in the outbox.
    """
    if watch.state.incident_id is None:
        return 0
    incident = session.get(Incident, watch.state.incident_id, populate_existing=True)
    watch.state.incident_id = None
    if incident is None or incident.closed_at is not None:
        return 0
    own = (Alert.incident_id == incident.id, Alert.watch_id == watch.id)
    for alert in session.scalars(select(Alert).where(*own)):
        alert.closed_at = at
    session.flush()
    if session.scalar(select(WatchState.watch_id).where(WatchState.incident_id == incident.id).limit(1)):
        return 0
    incident.closed_at, incident.closed_by = at, by
    session.add(
        Event(
            organization_id=watch.organization_id,
            site_id=watch.site_id,
            watch_id=watch.id,
            incident_id=incident.id,
            kind="incident.closed",
            at=at,
            cause=incident.cause,
            detail={"watch": watch.name, "by": by},
        )
    )
    return tell_incident(session, watch, incident, at)


def put_event(session: Session, watch: Watch, alert: Alert, kind: str, at: datetime, **detail: Any) -> None:
    """One line on the site's timeline."""
    first = alert.reasons[0]
    severity = "info" if kind in QUIET else EVENT_SEVERITY[alert.severity]
    session.add(
        Event(
            organization_id=alert.organization_id,
            site_id=alert.site_id,
            watch_id=watch.id,
            alert_id=alert.id,
            incident_id=alert.incident_id,
            kind=kind,
            severity="info" if alert.level == "notice" else severity,
            at=at,
            cause=first["cls"],
            detail={
                "watch": watch.name,
                "level": alert.level,
                "code": first["code"],
                "values": first["detail"],
                **detail,
            },
        )
    )


def tell_live(watch: Watch, alert: Alert, done: Done) -> None:
    done.tell(
        watch.organization_id,
        kind="alert",
        site_id=str(watch.site_id),
        watch_id=str(watch.id),
        alert_id=str(alert.id),
        state=alert.state,
    )
