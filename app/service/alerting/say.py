"""Telling: a message for the outbox and a notice for the record, or the notice alone, with what holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.core.settings import get_settings
from app.core.snowflake import next_id
from app.engine.notify.message import Message
from app.engine.usability.alerting.manners import judge_channel, rank
from app.models import Incident, IncidentNotice
from app.service.alerting.target import Target
from app.service.alerting.turn import Turn
from app.service.channel.delivery import enqueue_deliveries
from app.service.tamper.say import incident_sentence

LOCALES = ("en", "zh")
LISTED = 50
ENDS = frozenset({"incident.closed", "incident.withdrawn", "monitor.calm", "storm.closed"})
BEGINNINGS = frozenset({"incident.opened", "storm.opened"})
ALWAYS_MANY = frozenset({"storm.opened", "storm.closed", "digest"})
MAY_BE_MANY = ALWAYS_MANY | {"incident.reminder", "incident.escalated"}
SEVERITIES = {"down": "critical", "regional": "warning", "degraded": "warning"}


def tell(
    turn: Turn,
    kind: str,
    whom: Mapping[Target, Sequence[Incident]],
    *,
    note: dict[str, str] | None = None,
    why: dict[str, Any] | None = None,
    context: Sequence[Incident] = (),
) -> None:
    """Tell each target of its incidents, as its channel likes to be told.

    `context` are incidents that a list names besides, since their story is the same; nothing is noted of
    them.
    """
    for target, incidents in whom.items():
        if kind in BEGINNINGS:
            _forget_waiting(turn, target, incidents)
        ready = [each for each in incidents if _is_ready(turn, kind, target, each, why or {})]
        if ready:
            send(turn, kind, [target.channel_id], ready, note=note, context=context)
            for incident in ready:
                put_notice(turn, incident, kind, "told", target, why=why)


def _forget_waiting(turn: Turn, target: Target, incidents: Sequence[Incident]) -> None:
    """What the channel's quiet hours hold of these is said anew now: it is not to come in the morning too."""
    waiting = turn.session.scalars(
        select(IncidentNotice).where(
            IncidentNotice.incident_id.in_([each.id for each in incidents]),
            IncidentNotice.channel_id == target.channel_id,
            IncidentNotice.state == "held",
            IncidentNotice.held_by == "quiet_hours",
        )
    )
    for notice in waiting:
        drop(notice, "anew")


def drop(notice: IncidentNotice, reason: str) -> None:
    """It is not told any more, for a reason that pages have a sentence for."""
    notice.state, notice.due_at, notice.why = "dropped", None, {**notice.why, "reason": reason}


def _is_ready(turn: Turn, kind: str, target: Target, incident: Incident, why: dict[str, Any]) -> bool:
    """Whether the channel hears of it now; otherwise what holds it is noted."""
    found = turn.ladder_of(incident)
    ruling = judge_channel(
        turn.channels[target.channel_id],
        turn.wishes.quiet,
        incident.level,
        turn.at,
        is_urgent=bool(found and found[0].is_urgent),
        is_end=kind in ENDS,
    )
    if not ruling.is_wanted:
        put_notice(turn, incident, kind, "dropped", target, held_by="severity", why=why)
    elif ruling.held_by:
        put_notice(turn, incident, kind, "held", target, held_by=ruling.held_by, why=why, due_at=ruling.until)
    return ruling.is_wanted and ruling.held_by is None


def put_notice(
    turn: Turn,
    incident: Incident,
    kind: str,
    state: str,
    target: Target | None = None,
    *,
    held_by: str | None = None,
    why: dict[str, Any] | None = None,
    due_at: datetime | None = None,
) -> None:
    turn.session.add(
        IncidentNotice(
            organization_id=turn.organization.id,
            incident_id=incident.id,
            channel_id=target.channel_id if target else None,
            user_id=target.user_id if target else None,
            kind=kind,
            state=state,
            held_by=held_by,
            why=why or {},
            at=turn.at,
            due_at=due_at,
        )
    )


def send(
    turn: Turn,
    kind: str,
    channels: Sequence[int],
    incidents: Sequence[Incident],
    *,
    note: dict[str, str] | None = None,
    context: Sequence[Incident] = (),
) -> None:
    """One message, about one incident or many, into the outbox; some kinds are messages about each."""
    if kind not in MAY_BE_MANY:
        for incident in incidents:
            _put(turn, one(turn, kind, incident, note), channels, incident.id)
    elif len(incidents) == 1 and kind not in ALWAYS_MANY:
        _put(turn, one(turn, kind, incidents[0], note), channels, incidents[0].id)
    else:
        known = {each.id for each in incidents}
        whole = sorted([*incidents, *(each for each in context if each.id not in known)], key=lambda i: i.id)
        _put(turn, many(turn, kind, whole, note), channels, whole[0].id)


def _put(turn: Turn, message: Message, channels: Sequence[int], about: int) -> None:
    turn.deliveries += enqueue_deliveries(
        turn.session, turn.organization.id, message, channels=channels, about=about
    )


def one(turn: Turn, kind: str, incident: Incident, note: dict[str, str] | None = None) -> Message:
    """The message about one incident."""
    site, monitor, watch = incident.site, incident.monitor, incident.watch
    return Message(
        id=str(next_id()),
        kind=kind,
        at=turn.at,
        severity=severity_of(kind, [incident]),
        organization=_whose(turn),
        site={"id": str(site.id), "name": site.name, "base_url": site.base_url},
        monitor={"id": str(monitor.id), "name": monitor.name, "type": monitor.type} if monitor else {},
        watch={"id": str(watch.id), "name": watch.name, "url": watch.url} if watch else {},
        incident=incident_facts(incident),
        sentence=_sentence(incident),
        url=page_of(f"incidents/{incident.id}"),
        note=note or {},
    )


def many(turn: Turn, kind: str, incidents: Sequence[Incident], note: dict[str, str] | None = None) -> Message:
    """The message about several incidents: those that are open and grave come first."""
    ordered = sorted(incidents, key=lambda each: (each.closed_at is not None, each.level != "down", each.id))
    storm_id = next((each.storm_id for each in incidents if each.storm_id), None)
    return Message(
        id=str(next_id()),
        kind=kind,
        at=turn.at,
        severity=severity_of(kind, incidents),
        organization=_whose(turn),
        group={
            "id": str(storm_id) if storm_id else None,
            "count": len(incidents),
            "open": sum(1 for each in incidents if each.closed_at is None),
            "incidents": [_listed(each) for each in ordered[:LISTED]],
        },
        url=page_of("incidents"),
        note=note or {},
    )


def incident_facts(incident: Incident) -> dict[str, Any]:
    return {
        "id": str(incident.id),
        "level": incident.level,
        "worst": worst(incident),
        "cause": incident.cause,
        "started_at": incident.started_at.isoformat(),
        "opened_at": incident.opened_at.isoformat(),
        "closed_at": incident.closed_at.isoformat() if incident.closed_at else None,
    }


def worst(incident: Incident) -> str:
    """The gravest level its readers have been told; what has eased since was down to them all the same."""
    kept: dict[str, Any] = incident.escalation or {}
    return max(incident.level, str(kept.get("worst", incident.level)), key=rank)


def _listed(incident: Incident) -> dict[str, Any]:
    what = incident.monitor or incident.watch
    return {
        "id": str(incident.id),
        "monitor_id": str(incident.monitor_id) if incident.monitor_id else None,
        "monitor": what.name if what else "",
        "site": incident.site.name,
        "level": incident.level,
        "cause": incident.cause,
        "started_at": incident.started_at.isoformat(),
        "closed_at": incident.closed_at.isoformat() if incident.closed_at else None,
        "sentence": _sentence(incident),
    }


def severity_of(kind: str, incidents: Sequence[Incident]) -> str:
    """The gravest of what is still open; an end is information."""
    if kind in ENDS:
        return "info"
    levels = {each.level for each in incidents if each.closed_at is None}
    return next((SEVERITIES[level] for level in ("down", "regional", "degraded") if level in levels), "info")


def _sentence(incident: Incident) -> dict[str, str]:
    return {locale: incident_sentence(incident, locale) for locale in LOCALES}


def _whose(turn: Turn) -> dict[str, str]:
    return {"id": str(turn.organization.id), "name": turn.organization.name}


def page_of(path: str) -> str | None:
    """A page's address, where the installation knows its own."""
    base: str = vars(get_settings())["BASE_URL"]
    return f"{base.rstrip('/')}/{path}" if base else None
