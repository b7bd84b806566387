"""How an organization, its channels and its members want to be told."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.errors import InvalidError, NotFoundError, NotPermittedError
from app.engine.usability.alerting.manners import Alerting, Manners
from app.models import Membership, Organization, db, write
from app.service.actor import Actor
from app.service.alerting.references import check_channels, check_policies, shaped
from app.service.alerting.turn import wishes_of
from app.service.alerting.under_way import follow_anew
from app.service.audit import changed, record_change
from app.service.paging import Page, page_by_id
from app.service.permission.check import may

MAX_CONTACTS = 10


def alerting_of(actor: Actor) -> Alerting:
    """The organization's wishes, with the defaults where it has none."""
    organization = db.session.get_one(Organization, actor.organization_id, populate_existing=True)
    return wishes_of(organization)


def change_alerting(actor: Actor, values: dict[str, Any]) -> Alerting:
    """Change some of the organization's wishes."""
    with write() as session:
        organization = session.get_one(Organization, actor.organization_id, populate_existing=True)
        before = wishes_of(organization).model_dump(mode="json")
        wanted = shaped(Alerting, {**before, **values})
        if wanted.escalation_id is not None:
            check_policies(session, actor, [wanted.escalation_id], "escalation_id")
        after = wanted.model_dump(mode="json")
        old, new = changed(before, after)
        if new:
            organization.alerting = after
            if {"escalation_id", "remind_minutes"} & set(new):
                follow_anew(session, actor.organization_id)
            record_change(
                session, actor, "alerting.change", "organization", organization.id, before=old, after=new
            )
    return wanted


def clean_manners(values: dict[str, Any] | None) -> dict[str, Any] | None:
    """A channel's manners as they are kept: None when they say nothing."""
    if not values:
        return None
    wanted = shaped(Manners, values, "manners")
    return None if wanted == Manners() else wanted.model_dump(mode="json", exclude_defaults=True)


def list_contacts(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[Membership]:
    """The organization's members, with the channels on which each is reached."""
    statement = (
        select(Membership)
        .where(Membership.organization_id == actor.organization_id)
        .options(joinedload(Membership.user))
    )
    return page_by_id(statement, Membership.id, cursor, limit, newest_first=False)


def change_contacts(actor: Actor, user_id: int, channel_ids: list[int] | None) -> Membership:
    """Say on which channels a member is reached when on call or assigned: oneself, or whoever manages."""
    if user_id != actor.user.id and not may(actor, "settings.write"):
        raise NotPermittedError
    with write() as session:
        member = session.scalar(
            select(Membership)
            .where(Membership.organization_id == actor.organization_id, Membership.user_id == user_id)
            .options(joinedload(Membership.user))
            .execution_options(populate_existing=True)
        )
        if member is None:
            raise NotFoundError("there is no such member")
        if channel_ids is None:
            raise InvalidError({"channels": "is missing"})
        check_channels(session, actor, channel_ids, "channels")
        before = member.contact_channels or []
        after = list(dict.fromkeys(channel_ids))[:MAX_CONTACTS]
        if before != after:
            member.contact_channels = after or None
            old, new = {"channels": [str(i) for i in before]}, {"channels": [str(i) for i in after]}
            record_change(session, actor, "member.contacts", "user", user_id, before=old, after=new)
    return member
