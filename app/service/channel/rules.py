"""Rules: which events, how grave, of which sites and tags, go to which channels. They have an order."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.errors import InvalidError
from app.engine.notify.kinds_of_message import RULE_EVENTS
from app.engine.notify.routing import LEAST, SEVERITY_RANKS, Asked, explain, route
from app.models import Channel, ChannelRule, Routing, Site, db, write
from app.models.routing import OTHERWISE, ROUTING_MODES
from app.service.actor import Actor
from app.service.alerting.references import check_channels
from app.service.audit import changed, record_change
from app.service.channel.routing import plan_of, tags_of
from app.service.owned import fetch_own
from app.service.values import TAG, clean_values, one_of, plain_name

MOST_RULES, MOST_NAMED = 100, 200
FIELDS = ("name", "is_enabled", "events", "least", "site_ids", "tags", "channel_ids")
_NEW: dict[str, Any] = {
    "is_enabled": True,
    "events": [],
    "least": None,
    "site_ids": [],
    "tags": [],
    "channel_ids": [],
}


def list_rules(actor: Actor) -> list[ChannelRule]:
    """The organization's rules in the order in which they are gone through."""
    own = select(ChannelRule).where(ChannelRule.organization_id == actor.organization_id)
    return list(db.session.scalars(own.order_by(ChannelRule.position, ChannelRule.id)))


def get_rule(actor: Actor, rule_id: int) -> ChannelRule:
    return fetch_own(db.session(), ChannelRule, actor, rule_id)


def create_rule(actor: Actor, values: dict[str, Any]) -> ChannelRule:
    """A rule from `name` and some of FIELDS; it stands behind the others."""
    clean = _cleaned({**_NEW, **values})
    with write() as session:
        _check(session, actor, clean)
        own = ChannelRule.organization_id == actor.organization_id
        count, last = session.execute(select(func.count(), func.max(ChannelRule.position)).where(own)).one()
        if count >= MOST_RULES:
            raise InvalidError({"name": f"an organization has at most {MOST_RULES} rules"})
        rule = ChannelRule(organization_id=actor.organization_id, position=(last or 0) + 1, **clean)
        session.add(rule)
        session.flush()
        record_change(session, actor, "rule.create", "rule", rule.id, after=facts(rule))
    return rule


def change_rule(actor: Actor, rule_id: int, values: dict[str, Any]) -> ChannelRule:
    clean = _cleaned(values)
    with write() as session:
        rule = fetch_own(session, ChannelRule, actor, rule_id)
        _check(session, actor, clean)
        before = facts(rule)
        for name, value in clean.items():
            setattr(rule, name, value)
        old, new = changed(before, facts(rule))
        if new:
            record_change(session, actor, "rule.change", "rule", rule.id, before=old, after=new)
    return rule


def delete_rule(actor: Actor, rule_id: int) -> None:
    with write() as session:
        rule = fetch_own(session, ChannelRule, actor, rule_id)
        record_change(session, actor, "rule.delete", "rule", rule.id, before=facts(rule))
        session.delete(rule)


def order_rules(actor: Actor, rule_ids: list[int]) -> list[ChannelRule]:
    """Put the rules into this order, which names each of them once."""
    with write() as session:
        own = select(ChannelRule).where(ChannelRule.organization_id == actor.organization_id)
        rows = {row.id: row for row in session.scalars(own.order_by(ChannelRule.position, ChannelRule.id))}
        if sorted(rule_ids) != sorted(rows):
            raise InvalidError({"ids": "must name each rule once"})
        if rule_ids != list(rows):
            for position, rule_id in enumerate(rule_ids, start=1):
                rows[rule_id].position = position
            before, after = [rows[each].name for each in rows], [rows[each].name for each in rule_ids]
            record_change(
                session, actor, "rule.order", "rule", None, before={"order": before}, after={"order": after}
            )
    return [rows[each] for each in rule_ids]


def move_rule(actor: Actor, rule_id: int, step: int) -> None:
    """Put a rule so many places further down; up when it is negative."""
    ids = [rule.id for rule in list_rules(actor)]
    get_rule(actor, rule_id)
    place = ids.index(rule_id)
    ids.insert(max(0, min(len(ids) - 1, place + step)), ids.pop(place))
    order_rules(actor, ids)


def routing_of(actor: Actor) -> dict[str, str]:
    """{"mode", "otherwise"}: how the rules are gone through, and who is told of what none fits."""
    row = db.session.get(Routing, actor.organization_id, populate_existing=True)
    return _manner(row)


def change_routing(actor: Actor, values: dict[str, Any]) -> dict[str, str]:
    clean = clean_values(values, {"mode": one_of(ROUTING_MODES), "otherwise": one_of(OTHERWISE)})
    with write() as session:
        row = session.get(Routing, actor.organization_id, populate_existing=True)
        before = _manner(row)
        old, new = changed(before, {**before, **clean})
        if new:
            if row is None:
                row = Routing(organization_id=actor.organization_id, **before)
                session.add(row)
            row.mode, row.otherwise = clean.get("mode", row.mode), clean.get("otherwise", row.otherwise)
            about = actor.organization_id
            record_change(session, actor, "routing.change", "organization", about, before=old, after=new)
    return {**before, **clean}


def _manner(row: Routing | None) -> dict[str, str]:
    return (
        {"mode": row.mode, "otherwise": row.otherwise} if row else {"mode": "first", "otherwise": "everybody"}
    )


def try_rules(
    actor: Actor, event: str, *, severity: str | None = None, site_id: int | None = None
) -> dict[str, Any]:
    """What the rules would do with an event: {"rules": [{"id", "name", "says"}], "channels": [Channel],
    "is_decided"}. `says` is decides, not_reached, or what does not fit."""
    session = db.session()
    if event not in RULE_EVENTS:
        raise InvalidError({"event": f"must be one of: {', '.join(RULE_EVENTS)}"})
    if severity is not None and severity not in SEVERITY_RANKS:
        raise InvalidError({"severity": f"must be one of: {', '.join(SEVERITY_RANKS)}"})
    if site_id is not None:
        fetch_own(session, Site, actor, site_id)
    own = select(Channel).where(
        Channel.organization_id == actor.organization_id, Channel.is_enabled.is_(True)
    )
    enabled = {channel.id: channel for channel in session.scalars(own.order_by(Channel.id))}
    plan = plan_of(session, actor.organization_id)
    asked = Asked(event, severity, site_id, tags_of(session, site_id))
    routed = route(plan, asked, enabled)
    chosen = list(enabled) if routed.channels is None else routed.channels
    return {
        "rules": [
            {"id": rule.id, "name": rule.name, "says": says} for rule, says in explain(plan, asked, enabled)
        ],
        "channels": [enabled[each] for each in chosen],
        "is_decided": bool(routed.rules),
    }


def forget_channel(session: Session, organization_id: int, channel_id: int) -> None:
    """Take a channel that is being deleted out of the rules. A rule left without any is switched off:
    without channels it would mean that nobody is told."""
    own = select(ChannelRule).where(ChannelRule.organization_id == organization_id)
    for rule in session.scalars(own):
        if channel_id in rule.channel_ids:
            rule.channel_ids = [each for each in rule.channel_ids if each != channel_id]
            rule.is_enabled = rule.is_enabled and bool(rule.channel_ids)


def facts(rule: ChannelRule) -> dict[str, Any]:
    shown = {name: getattr(rule, name) for name in FIELDS}
    return {**shown, **{name: [str(each) for each in shown[name]] for name in ("site_ids", "channel_ids")}}


def _cleaned(values: dict[str, Any]) -> dict[str, Any]:
    return clean_values(
        values,
        {
            "name": _name,
            "is_enabled": bool,
            "events": _events,
            "least": lambda value: None if value is None else one_of(LEAST)(value),
            "site_ids": _ids,
            "tags": _tags,
            "channel_ids": _ids,
        },
    )


def _name(value: str) -> str:
    name = plain_name(value)
    if not name:
        raise ValueError("must not be empty")
    return name[:200]


def _events(value: list[str]) -> list[str]:
    if unknown := sorted(set(value) - set(RULE_EVENTS)):
        raise ValueError(f"there is no event {unknown[0]}")
    return [each for each in RULE_EVENTS if each in value]


def _ids(value: list[int]) -> list[int]:
    kept = list(dict.fromkeys(value))
    if len(kept) > MOST_NAMED:
        raise ValueError(f"must name at most {MOST_NAMED}")
    return kept


def _tags(value: list[str]) -> list[str]:
    kept = sorted({each.strip() for each in value if each.strip()})
    if len(kept) > MOST_NAMED:
        raise ValueError(f"must name at most {MOST_NAMED}")
    if not all(TAG.match(each) for each in kept):
        raise ValueError("a tag has 1 to 50 characters and no comma")
    return kept


def _check(session: Session, actor: Actor, clean: dict[str, Any]) -> None:
    """Channels and sites have to be the organization's own."""
    check_channels(session, actor, clean.get("channel_ids", ()), "channel_ids")
    if wanted := set(clean.get("site_ids", ())):
        own = select(Site.id).where(Site.organization_id == actor.organization_id, Site.id.in_(wanted))
        if wanted - set(session.scalars(own)):
            raise InvalidError({"site_ids": "names something that is not there"})
