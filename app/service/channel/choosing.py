"""Which channels a message goes to."""

from __future__ import annotations

from collections.abc import Collection
from itertools import takewhile

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from app.engine.notify.message import Message
from app.models import Channel, Delivery
from app.service.channel.routing import route_message

ALERT_SEVERITIES = ("high", "critical")
"""Which tamper alerts and weaknesses go to a channel that says nothing about it."""
ABOUT_OBJECTIVES = ("objective.burning", "objective.calm")
ENDS = ("alert.closed", "incident.closed", "incident.withdrawn", "objective.calm")


def choose(
    session: Session,
    organization_id: int,
    message: Message,
    wanted: str | None,
    channels: Collection[int] | None,
) -> list[int]:
    """The channels a message goes to: those that were chosen, that heard of its beginning, that the rules
    name, or else all that want it."""
    rows = session.execute(
        select(Channel.id, Channel.alert_severities)
        .where(Channel.organization_id == organization_id, Channel.is_enabled.is_(True))
        .order_by(Channel.id)
    ).all()
    enabled: dict[int, list[str] | None] = {row.id: row.alert_severities for row in rows}
    if channels is not None:
        return [channel_id for channel_id in enabled if channel_id in channels]
    if message.kind in ENDS:
        return sorted(enabled.keys() & _who_heard(session, organization_id, message))
    routed = route_message(session, organization_id, message, enabled)
    if routed.channels is not None:
        return list(routed.channels)
    return [
        channel_id
        for channel_id, severities in enabled.items()
        if wanted is None or wanted in (ALERT_SEVERITIES if severities is None else severities)
    ]


def _who_heard(session: Session, organization_id: int, message: Message) -> set[int]:
    """The channels that were told of the beginning of what is over."""
    if message.objective:
        return _who_heard_it_burn(session, organization_id, message)
    about = (
        Delivery.alert_id == int(message.alert["id"])
        if message.alert
        else Delivery.incident_id == int(message.incident["id"])
    )
    return set(session.scalars(select(Delivery.channel_id).where(about)))


def _who_heard_it_burn(session: Session, organization_id: int, message: Message) -> set[int]:
    """Who was told of the objective since it was calm last: nothing but the messages themselves says so."""
    rows = session.execute(
        select(Delivery.channel_id, Delivery.kind)
        .where(is_about(organization_id, message.objective["id"]))
        .order_by(Delivery.id.desc())
    )
    return {row.channel_id for row in takewhile(lambda row: row.kind == "objective.burning", rows)}


def is_about(organization_id: int, objective_id: str) -> ColumnElement[bool]:
    """Messages about the budget of an objective of the organization."""
    return and_(
        Delivery.organization_id == organization_id,
        Delivery.kind.in_(ABOUT_OBJECTIVES),
        objective_of(Delivery) == objective_id,
    )


def objective_of(row: type[Delivery]) -> ColumnElement[str]:
    """The id of the objective that a message is about."""
    found: ColumnElement[str] = row.message["objective"]["id"].as_string()
    return found
