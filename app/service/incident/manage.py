"""Incidents: list, look at, acknowledge."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from app.core.clock import now
from app.core.errors import ConflictError
from app.models import Event, Incident, SiteTag, db, write
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.owned import fetch_own
from app.service.paging import Page, page_by_id


def list_incidents(
    actor: Actor,
    *,
    site_id: int | None = None,
    monitor_id: int | None = None,
    watch_id: int | None = None,
    tag: str | None = None,
    is_open: bool | None = None,
    level: str | None = None,
    category: str | None = None,
    assigned_to: int | str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Incident]:
    """The organization's incidents, newest first.

    `assigned_to` is a user's id, "me" or "nobody"; `tag` is one of their site's.
    """
    statement = (
        select(Incident)
        .where(Incident.organization_id == actor.organization_id)
        .options(joinedload(Incident.site), joinedload(Incident.monitor), joinedload(Incident.watch))
    )
    if site_id is not None:
        statement = statement.where(Incident.site_id == site_id)
    if monitor_id is not None:
        statement = statement.where(Incident.monitor_id == monitor_id)
    if watch_id is not None:
        statement = statement.where(Incident.watch_id == watch_id)
    if tag is not None:
        own = SiteTag.organization_id == actor.organization_id
        tagged = select(SiteTag.site_id).where(own, SiteTag.tag == tag)
        statement = statement.where(Incident.site_id.in_(tagged))
    if is_open is not None:
        statement = statement.where(
            Incident.closed_at.is_(None) if is_open else Incident.closed_at.is_not(None)
        )
    if level is not None:
        statement = statement.where(Incident.level == level)
    if category is not None:
        statement = statement.where(Incident.category == category)
    if assigned_to is not None:
        statement = statement.where(_whose(actor, assigned_to))
    return page_by_id(statement, Incident.id, cursor, limit)


def _whose(actor: Actor, assigned_to: int | str) -> ColumnElement[bool]:
    if assigned_to == "nobody":
        return Incident.assigned_to.is_(None)
    return Incident.assigned_to == (actor.user.id if assigned_to == "me" else assigned_to)


def get_incident(actor: Actor, incident_id: int) -> Incident:
    return _own(db.session(), actor, incident_id)


def _own(session: Session, actor: Actor, incident_id: int) -> Incident:
    options = (joinedload(Incident.site), joinedload(Incident.monitor), joinedload(Incident.watch))
    return fetch_own(session, Incident, actor, incident_id, *options)


def acknowledge_incident(actor: Actor, incident_id: int) -> Incident:
    """Say that somebody is on it."""
    with write() as session:
        incident = _own(session, actor, incident_id)
        if incident.closed_at is not None:
            raise ConflictError("the incident is closed")
        if incident.acked_at is None:
            incident.acked_at, incident.acked_by = now(), actor.user.id
            what = {"watch": incident.watch.name} if incident.watch else {}
            what = {"monitor": incident.monitor.name} if incident.monitor else what
            session.add(
                Event(
                    organization_id=incident.organization_id,
                    site_id=incident.site_id,
                    monitor_id=incident.monitor_id,
                    watch_id=incident.watch_id,
                    incident_id=incident.id,
                    kind="incident.acknowledged",
                    detail={"by": actor.user.account, **what},
                )
            )
            record_change(session, actor, "incident.ack", "incident", incident.id)
    return incident
