"""Escalation policies: whom an incident is told, step by step."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.errors import InvalidError
from app.engine.usability.alerting.escalation import Ladder
from app.models import EscalationPolicy, Monitor, Organization, db, write
from app.service.actor import Actor
from app.service.alerting.references import check_channels, check_rotas, check_users, shaped
from app.service.alerting.under_way import follow_anew
from app.service.audit import changed, record_change
from app.service.owned import fetch_own
from app.service.paging import Page, page_by_id
from app.service.values import plain_name

LADDER = ("steps", "repeats", "repeat_minutes", "remind_minutes")
FIELDS = ("name", *LADDER, "is_urgent")


def list_policies(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[EscalationPolicy]:
    """The organization's policies, oldest first."""
    own = select(EscalationPolicy).where(EscalationPolicy.organization_id == actor.organization_id)
    return page_by_id(own, EscalationPolicy.id, cursor, limit, newest_first=False)


def get_policy(actor: Actor, policy_id: int) -> EscalationPolicy:
    return fetch_own(db.session(), EscalationPolicy, actor, policy_id)


def create_policy(actor: Actor, values: dict[str, Any]) -> EscalationPolicy:
    """A policy from `name` and `steps`, and optionally the rest of `FIELDS`."""
    clean = {"repeats": 0, "repeat_minutes": 30, "remind_minutes": None, "is_urgent": False, **_named(values)}
    with write() as session:
        policy = EscalationPolicy(organization_id=actor.organization_id)
        _put(session, actor, policy, clean)
        session.add(policy)
        session.flush()
        record_change(session, actor, "escalation.create", "escalation", policy.id, after=facts(policy))
    return policy


def change_policy(actor: Actor, policy_id: int, values: dict[str, Any]) -> EscalationPolicy:
    """Change some of a policy. Incidents that are under way follow the new steps."""
    with write() as session:
        policy = fetch_own(session, EscalationPolicy, actor, policy_id)
        before = facts(policy)
        _put(session, actor, policy, {**before, **_named(values)})
        old, new = changed(before, facts(policy))
        if new:
            follow_anew(session, actor.organization_id)
            record_change(session, actor, "escalation.change", "escalation", policy.id, before=old, after=new)
    return policy


def delete_policy(actor: Actor, policy_id: int) -> None:
    """Remove a policy. What followed it follows the organization's, or tells everybody at once."""
    with write() as session:
        policy = fetch_own(session, EscalationPolicy, actor, policy_id)
        record_change(session, actor, "escalation.delete", "escalation", policy.id, before=facts(policy))
        session.execute(
            update(Monitor)
            .where(Monitor.organization_id == actor.organization_id, Monitor.escalation_id == policy.id)
            .values(escalation_id=None)
            .execution_options(synchronize_session=False)
        )
        organization = session.get_one(Organization, actor.organization_id)
        wishes = dict(organization.alerting or {})
        if wishes.get("escalation_id") == policy.id:
            wishes.pop("escalation_id")
            organization.alerting = wishes
        session.delete(policy)
        follow_anew(session, actor.organization_id)


def facts(policy: EscalationPolicy) -> dict[str, Any]:
    return {name: getattr(policy, name) for name in FIELDS}


def _named(values: dict[str, Any]) -> dict[str, Any]:
    if "name" not in values:
        return values
    name = plain_name(values["name"])
    if not name:
        raise InvalidError({"name": "must not be empty"})
    return {**values, "name": name}


def _put(session: Session, actor: Actor, policy: EscalationPolicy, values: dict[str, Any]) -> None:
    ladder = shaped(Ladder, {name: values[name] for name in LADDER})
    for number, step in enumerate(ladder.steps):
        check_channels(session, actor, step.channels, f"steps.{number}.channels")
        check_rotas(session, actor, step.rotas, f"steps.{number}.rotas")
        check_users(session, actor, step.users, f"steps.{number}.users")
    policy.name, policy.is_urgent = values["name"], bool(values["is_urgent"])
    policy.steps = [step.model_dump(mode="json") for step in ladder.steps]
    policy.repeats, policy.repeat_minutes = ladder.repeats, ladder.repeat_minutes
    policy.remind_minutes = ladder.remind_minutes
