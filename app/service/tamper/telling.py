"""Notifications about alerts: rows of the outbox, in the transaction that writes the alert."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.settings import get_settings
from app.core.snowflake import next_id
from app.engine.notify.message import Message
from app.models import Alert, Incident, Organization, Watch
from app.service.channel.delivery import enqueue_deliveries
from app.service.tamper.say import LOCALES, alert_sentence, incident_sentence


def tell_opened(session: Session, watch: Watch, alert: Alert, at: datetime) -> int:
    """To the channels that want alerts of this severity; returns how many rows."""
    return _tell(session, watch, alert, "alert.opened", at)


def tell_closed(session: Session, watch: Watch, alert: Alert, at: datetime) -> int:
    return _tell(session, watch, alert, "alert.closed", at)


def _tell(session: Session, watch: Watch, alert: Alert, kind: str, at: datetime) -> int:
    message = Message(
        id=str(next_id()),
        kind=kind,
        at=at,
        severity="info" if alert.closed_at else alert.severity,
        **_whose(session, watch),
        alert={
            "id": str(alert.id),
            "level": alert.level,
            "state": alert.state,
            "classes": alert.classes,
            "opened_at": alert.opened_at.isoformat(),
            "closed_at": alert.closed_at.isoformat() if alert.closed_at else None,
            "closed_by": alert.closed_by or None,
        },
        sentence={locale: alert_sentence(alert, locale) for locale in LOCALES},
        url=_page(f"alerts/{alert.id}"),
    )
    wanted = "notice" if alert.level == "notice" else alert.severity
    return enqueue_deliveries(session, alert.organization_id, message, wanted=wanted)


def tell_incident(session: Session, watch: Watch, incident: Incident, at: datetime) -> int:
    """To every channel, as for any incident."""
    message = Message(
        id=str(next_id()),
        kind="incident.closed" if incident.closed_at else "incident.opened",
        at=at,
        severity="info" if incident.closed_at else incident.severity,
        **_whose(session, watch),
        incident={
            "id": str(incident.id),
            "cause": incident.cause,
            "started_at": incident.started_at.isoformat(),
            "opened_at": incident.opened_at.isoformat(),
            "closed_at": incident.closed_at.isoformat() if incident.closed_at else None,
        },
        sentence={locale: incident_sentence(incident, locale) for locale in LOCALES},
        url=_page(f"incidents/{incident.id}"),
    )
    return enqueue_deliveries(session, incident.organization_id, message)


def _whose(session: Session, watch: Watch) -> dict[str, Any]:
    organization = session.get_one(Organization, watch.organization_id)
    return {
        "organization": {"id": str(organization.id), "name": organization.name},
        "site": {"id": str(watch.site_id), "name": watch.site.name, "base_url": watch.site.base_url},
        "watch": {"id": str(watch.id), "name": watch.name, "url": watch.url},
    }


def _page(path: str) -> str | None:
    """A page's address, where the installation knows its own."""
    base: str = vars(get_settings())["BASE_URL"]
    return f"{base.rstrip('/')}/{path}" if base else None
