"""What belongs to an incident: what else happened on its site, what people said, what was alike before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.core.clock import now, now_ms, to_ms
from app.core.errors import InvalidError
from app.core.snowflake import id_at
from app.engine.tamper.visible import without_hiding
from app.models import Event, Incident, IncidentComment, Monitor, db, write
from app.service.actor import Actor
from app.service.audit import record_act, record_change
from app.service.cause.compute import case_of
from app.service.cause.traces import trace_again
from app.service.incident.manage import get_incident
from app.service.owned import fetch_own
from app.service.paging import Page, page_by_id
from app.service.results.result import iter_samples, location_code

BEFORE, AFTER = timedelta(hours=1), timedelta(minutes=15)
MOST_EVENTS = 200
MOST_ALIKE = 10
LONGEST = 5_000
MOST_VOTES = 20


def timeline_of(incident: Incident) -> list[Event]:
    """The site's events from an hour before the first failure to a quarter of an hour after the end, oldest
    first (at most 200): releases, alerts, weaknesses and certificates among them."""
    starts_at = incident.started_at - BEFORE
    ends_at = (incident.closed_at or now()) + AFTER
    statement = (
        select(Event)
        .where(
            Event.site_id == incident.site_id,
            Event.id >= id_at(to_ms(starts_at)),
            Event.at.between(starts_at, ends_at),
        )
        .order_by(Event.id)
        .limit(MOST_EVENTS)
    )
    return list(db.session.scalars(statement))


@dataclass(frozen=True, slots=True)
class Alike:
    """Earlier incidents like this one; `count` counts all of the same monitor with the same reason."""

    items: list[Incident]
    count: int


def alike(incident: Incident) -> Alike:
    """Earlier incidents of the same monitor or page with the same reason, newest first; at most ten."""
    same = Incident.monitor_id == incident.monitor_id
    if incident.monitor_id is None:
        same = Incident.watch_id == incident.watch_id
    where = (
        same,
        Incident.id < incident.id,
        Incident.organization_id == incident.organization_id,
        Incident.cause == incident.cause,
        Incident.is_withdrawn.is_(False),
    )
    options = (joinedload(Incident.site), joinedload(Incident.monitor), joinedload(Incident.watch))
    newest = select(Incident).where(*where).options(*options).order_by(Incident.id.desc()).limit(MOST_ALIKE)
    count = db.session.scalar(select(func.count()).select_from(Incident).where(*where)) or 0
    return Alike(list(db.session.scalars(newest)), count)


def beside(incident: Incident) -> tuple[int | None, int | None]:
    """The ids of the organization's incident before this one and after it."""
    own = Incident.organization_id == incident.organization_id
    before = select(Incident.id).where(own, Incident.id < incident.id).order_by(Incident.id.desc()).limit(1)
    after = select(Incident.id).where(own, Incident.id > incident.id).order_by(Incident.id).limit(1)
    return db.session.scalar(before), db.session.scalar(after)


def details_of_votes(incident: Incident) -> dict[tuple[str, int], dict[str, Any]]:
    """The values behind each vote's reason, by location and due time, from the stored samples."""
    dues = {
        vote["due_ms"]
        for votes in (incident.votes or {}).values()
        for vote in votes
        if vote.get("reason") and vote.get("due_ms")
    }
    if incident.monitor_id is None:
        return {}
    return {
        (location_code(sample.location_number), due_ms): sample.detail or {}
        for due_ms in sorted(dues)[:MOST_VOTES]
        for sample in iter_samples(incident.monitor_id, due_ms, due_ms + 1)
    }


def list_comments(
    actor: Actor, incident_id: int, *, cursor: str | None = None, limit: int = 50, newest_first: bool = False
) -> Page[IncidentComment]:
    """What people said about it, oldest first unless `newest_first`."""
    incident = get_incident(actor, incident_id)
    statement = select(IncidentComment).where(IncidentComment.incident_id == incident.id)
    return page_by_id(statement, IncidentComment.id, cursor, limit, newest_first=newest_first)


def add_comment(actor: Actor, incident_id: int, text: str) -> IncidentComment:
    """Say something about an incident, open or closed."""
    get_incident(actor, incident_id)
    text = "\n".join(without_hiding(line) for line in text.splitlines()).strip()
    if not 1 <= len(text) <= LONGEST:
        raise InvalidError({"text": "must have 1 to 5000 characters" if text else "must not be empty"})
    with write() as session:
        incident = fetch_own(session, Incident, actor, incident_id)
        comment = IncidentComment(
            incident_id=incident.id,
            user_id=actor.user.id,
            author=(actor.user.name or actor.user.account)[:254],
            text=text,
        )
        session.add(comment)
        record_change(session, actor, "incident.comment", "incident", incident.id)
    return comment


def trace_now(actor: Actor, incident_id: int) -> list[str]:
    """Ask probes for the path to the target once more; the codes of the locations that were asked."""
    incident = get_incident(actor, incident_id)
    monitor = db.session.get(Monitor, incident.monitor_id) if incident.monitor_id else None
    if monitor is None:
        return []
    record_act(actor, "incident.trace", "incident", incident.id)
    return trace_again(incident, case_of(incident, monitor, now_ms()))
