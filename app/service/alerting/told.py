"""Who has heard of what: the end is told to exactly those who heard of the beginning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import func, select

from app.core.clock import to_ms
from app.engine.usability.alerting.incident import STORM_WINDOW_MS
from app.models import Delivery, Flap, Incident, IncidentNotice
from app.service.alerting.target import Target
from app.service.alerting.turn import Turn

HEARD = (
    "incident.opened",
    "incident.changed",
    "incident.reminder",
    "incident.escalated",
    "incident.assigned",
    "monitor.flapping",
    "monitor.calm",
    "storm.opened",
    "storm.closed",
    "digest",
)
"""Kinds of messages after which a reader knows that something is wrong."""
JOINED = "storm.joined"
"""Nothing was sent: the reader knows of the storm, and hears of this with its end."""
BY_PEOPLE = frozenset({"pause", "deleted"})
"""Ends that somebody made: nobody has to be told that it is up again, since nobody knows."""


def who_heard(turn: Turn, incidents: Sequence[Incident]) -> dict[int, list[Target]]:
    """Incident → the enabled channels that were told of it."""
    ids = [each.id for each in incidents]
    rows = turn.session.execute(
        select(IncidentNotice.incident_id, IncidentNotice.channel_id, IncidentNotice.user_id)
        .where(
            IncidentNotice.incident_id.in_(ids),
            IncidentNotice.state == "told",
            IncidentNotice.kind.in_(HEARD),
        )
        .order_by(IncidentNotice.id)
    )
    found: dict[int, dict[int, Target]] = defaultdict(dict)
    for incident_id, channel_id, user_id in rows:
        if channel_id in turn.channels:
            found[incident_id].setdefault(channel_id, Target(channel_id, user_id))
    heard = {incident_id: list(targets.values()) for incident_id, targets in found.items()}
    without = [each.id for each in incidents if each.id not in heard and each.escalation is None]
    return {**heard, **_by_deliveries(turn, without)} if without else heard


def _by_deliveries(turn: Turn, incident_ids: Collection[int]) -> dict[int, list[Target]]:
    """Incidents from before there were notices: whom they were told is in the outbox."""
    rows = turn.session.execute(
        select(Delivery.incident_id, Delivery.channel_id)
        .where(Delivery.incident_id.in_(incident_ids), Delivery.kind == "incident.opened")
        .distinct()
    )
    found: dict[int, list[Target]] = defaultdict(list)
    for incident_id, channel_id in rows:
        if incident_id is not None and channel_id in turn.channels:
            found[incident_id].append(Target(channel_id))
    return found


def by_target(
    heard: Mapping[int, Sequence[Target]], incidents: Iterable[Incident]
) -> dict[Target, list[Incident]]:
    """Turned round: target → the incidents it is about."""
    found: dict[int, tuple[Target, list[Incident]]] = {}
    for incident in incidents:
        for target in heard.get(incident.id, ()):
            found.setdefault(target.channel_id, (target, []))[1].append(incident)
    return dict(found.values())


def said_to_flap(turn: Turn, incidents: Iterable[Incident]) -> set[int | None]:
    """Monitors of which it was said that they go up and down: nothing more until they are calm."""
    ids = {each.monitor_id for each in incidents if each.monitor_id}
    return set(turn.session.scalars(select(Flap.monitor_id).where(Flap.monitor_id.in_(ids))))


def told_lately(turn: Turn) -> dict[int, int]:
    """Open incidents of which somebody heard for the first time within the last minute → when, unix ms."""
    window = timedelta(milliseconds=STORM_WINDOW_MS)
    rows = turn.session.execute(
        select(IncidentNotice.incident_id, func.min(IncidentNotice.at).label("at"))
        .join(Incident, Incident.id == IncidentNotice.incident_id)
        .where(
            Incident.closed_at.is_(None),
            IncidentNotice.organization_id == turn.organization.id,
            IncidentNotice.at > turn.at - window,
            IncidentNotice.kind.in_(["incident.opened", "storm.opened", JOINED]),
            IncidentNotice.channel_id.is_not(None),
            # What a channel's hours have held until now began long ago.
            (IncidentNotice.state != "told") | IncidentNotice.held_by.is_(None),
        )
        .group_by(IncidentNotice.incident_id)
    )
    return {row.incident_id: to_ms(row.at) for row in rows}
