"""An organization's rules as the engine reads them, and what they say of a message."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine.notify.kinds_of_message import rule_event
from app.engine.notify.message import Message
from app.engine.notify.routing import Asked, Plan, Routed, Rule, route
from app.models import ChannelRule, Routing, SiteTag


def plan_of(session: Session, organization_id: int) -> Plan:
    """The rules in their order, and how they are gone through."""
    rows = session.scalars(
        select(ChannelRule)
        .where(ChannelRule.organization_id == organization_id)
        .order_by(ChannelRule.position, ChannelRule.id)
        .execution_options(populate_existing=True)
    )
    rules = tuple(as_rule(row) for row in rows)
    manner = session.get(Routing, organization_id, populate_existing=True) if rules else None
    return Plan(manner.mode, manner.otherwise, rules) if manner else Plan(rules=rules)


def as_rule(row: ChannelRule) -> Rule:
    return Rule(
        id=row.id,
        name=row.name,
        channels=tuple(row.channel_ids),
        is_enabled=row.is_enabled,
        events=frozenset(row.events),
        least=row.least,
        sites=frozenset(row.site_ids),
        tags=frozenset(row.tags),
    )


def route_message(
    session: Session, organization_id: int, message: Message, enabled: Collection[int]
) -> Routed:
    """Where the rules send a message."""
    plan = plan_of(session, organization_id)
    return route(plan, _asked(session, message), enabled) if plan.rules else Routed(None)


def _asked(session: Session, message: Message) -> Asked:
    site = int(message.site["id"]) if message.site else None
    severity: str | None = message.severity
    if message.alert and message.alert.get("level") == "notice":
        severity = "notice"
    return Asked(rule_event(message.kind), severity, site, tags_of(session, site))


def tags_of(session: Session, site_id: int | None) -> frozenset[str]:
    if site_id is None:
        return frozenset()
    return frozenset(session.scalars(select(SiteTag.tag).where(SiteTag.site_id == site_id)))
