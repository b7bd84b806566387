"""Whose an incident is: somebody is named, and hears of it on their own channels."""

from __future__ import annotations

from sqlalchemy.orm import Session, joinedload

from app.core.clock import now
from app.core.errors import ConflictError
from app.engine.notify.words import note
from app.models import Event, Incident, write
from app.service.actor import Actor
from app.service.alerting.references import check_users
from app.service.alerting.rota import people
from app.service.alerting.say import put_notice as notice
from app.service.alerting.say import send
from app.service.alerting.target import Target, channels_of
from app.service.alerting.turn import begin_turn
from app.service.audit import record_change
from app.service.owned import fetch_own


def assign_incident(actor: Actor, incident_id: int, user_id: int | None) -> Incident:
    """Give an open incident to a member, or with None to nobody. Whoever gets it from another is told."""
    options = (joinedload(Incident.site), joinedload(Incident.monitor), joinedload(Incident.watch))
    with write() as session:
        incident = fetch_own(session, Incident, actor, incident_id, *options)
        if incident.closed_at is not None:
            raise ConflictError("the incident is closed")
        if user_id is not None:
            check_users(session, actor, [user_id], "user_id")
        before = incident.assigned_to
        if before == user_id:
            return incident
        incident.assigned_to = user_id
        who = people(actor, [user_id]).get(user_id, "") if user_id else ""
        session.add(_event(actor, incident, who))
        record_change(
            session,
            actor,
            "incident.assign",
            "incident",
            incident.id,
            before={"assigned_to": str(before) if before else None},
            after={"assigned_to": str(user_id) if user_id else None},
        )
        if user_id is not None and user_id != actor.user.id:
            _tell(session, actor, incident, user_id)
    return incident


def _tell(session: Session, actor: Actor, incident: Incident, user_id: int) -> None:
    """At once, whatever hours it is: a person has asked for this person."""
    turn = begin_turn(session, actor.organization_id, now())
    if turn is None:
        return
    channels = channels_of(turn, user_id)
    if not channels:
        notice(
            turn, incident, "incident.assigned", "dropped", held_by="no_contact", why={"user": str(user_id)}
        )
        return
    who = actor.user.name or actor.user.account
    send(turn, "incident.assigned", channels, [incident], note=note("assigned", who=who))
    for channel_id in channels:
        notice(turn, incident, "incident.assigned", "told", Target(channel_id, user_id), why={"by": who})


def _event(actor: Actor, incident: Incident, who: str) -> Event:
    what = incident.monitor.name if incident.monitor else incident.watch.name if incident.watch else ""
    return Event(
        organization_id=incident.organization_id,
        site_id=incident.site_id,
        monitor_id=incident.monitor_id,
        watch_id=incident.watch_id,
        incident_id=incident.id,
        kind="incident.assigned",
        detail={"by": actor.user.account, "to": who, "monitor": what},
    )
