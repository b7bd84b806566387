"""Every decision about an incident, for people: who was told when and how, what was held by what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.models import AlertStorm, Channel, Incident, IncidentNotice, User, db
from app.service.actor import Actor
from app.service.owned import fetch_own
from app.service.paging import Page, cut, decode_cursor


@dataclass(frozen=True, slots=True)
class Line:
    """One decision. `state`: told, held (until `due_at`, when that is known) or dropped."""

    id: int
    at: datetime
    kind: str
    state: str
    held_by: str | None
    channel_id: int | None
    channel: str | None
    user_id: int | None
    user: str | None
    why: dict[str, Any]
    due_at: datetime | None


def list_notices(actor: Actor, incident_id: int, *, cursor: str | None = None, limit: int = 50) -> Page[Line]:
    """An incident's decisions in the order in which they were made."""
    incident = fetch_own(db.session(), Incident, actor, incident_id)
    statement = (
        select(IncidentNotice, Channel.name, User.name, func.coalesce(User.email, User.phone))
        .outerjoin(Channel, Channel.id == IncidentNotice.channel_id)
        .outerjoin(User, User.id == IncidentNotice.user_id)
        .where(IncidentNotice.incident_id == incident.id)
        .execution_options(populate_existing=True)
    )
    if cursor:
        (after,) = decode_cursor(cursor, [int])
        statement = statement.where(IncidentNotice.id > after)
    rows = db.session.execute(statement.order_by(IncidentNotice.id).limit(limit + 1))
    lines = [_line(row, channel, name or account) for row, channel, name, account in rows]
    return cut(lines, limit, lambda line: [line.id])


def _line(row: IncidentNotice, channel: str | None, user: str | None) -> Line:
    return Line(
        row.id,
        row.at,
        row.kind,
        row.state,
        row.held_by,
        row.channel_id,
        channel,
        row.user_id,
        user,
        row.why,
        row.due_at,
    )


@dataclass(frozen=True, slots=True)
class Group:
    """The storm an incident is part of: how many, how many are still open, and the first of them."""

    id: int
    started_at: datetime
    ended_at: datetime | None
    count: int
    open: int
    members: list[Incident]


def group_of(incident: Incident, limit: int = 50) -> Group | None:
    """What happened together with an incident."""
    if incident.storm_id is None:
        return None
    storm = db.session.get(AlertStorm, incident.storm_id)
    if storm is None or storm.organization_id != incident.organization_id:
        return None
    count, closed = db.session.execute(
        select(func.count(), func.count(Incident.closed_at)).where(Incident.storm_id == storm.id)
    ).one()
    from app.service.alerting.turn import with_names

    statement = select(Incident).where(Incident.storm_id == storm.id).order_by(Incident.id).limit(limit)
    members = list(db.session.scalars(with_names(statement)))
    return Group(storm.id, storm.started_at, storm.ended_at, count, count - closed, members)
