"""The organizations of a user: which there are, making one, going over to one, leaving one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.core.errors import InvalidError, NotFoundError, NotPermittedError
from app.models import Membership, Organization, User, db, write
from app.service.access.leaving import end_access
from app.service.account.invited import end_made_by
from app.service.account.membership import check_owner_stays, locked
from app.service.account.register import add_owner, new_organization
from app.service.account.rules import registration
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.auth import load_actor
from app.service.scope.scope import scope_of
from app.service.values import plain_name

BEGAN_BEFORE = "your sessions there were ended by an administrator: log out, and log in anew"
MOST = 50
"""How many organizations one user may own."""


@dataclass(frozen=True, slots=True)
class Place:
    """A user's place in an organization."""

    organization: Organization
    role: str
    is_active: bool
    is_present: bool


def list_places(actor: Actor, *, limit: int = 1000) -> list[Place]:
    """Where the actor's user is a member, by name; `is_present` marks where they are now."""
    rows = db.session.scalars(
        select(Membership)
        .join(Organization, Organization.id == Membership.organization_id)
        .where(Membership.user_id == actor.user.id)
        .options(joinedload(Membership.organization))
        .order_by(Organization.name, Organization.id)
        .limit(limit)
    )
    here = actor.organization_id
    return [Place(row.organization, row.role, row.is_active, row.organization_id == here) for row in rows]


def may_create(actor: Actor) -> bool:
    """Whoever owns an organization may make another; anybody may where anybody may register."""
    return _owned(actor) > 0 or registration()["enabled"]


def create_organization(actor: Actor, name: str) -> Actor:
    """A new organization, owned by the actor's user; gives who they are there."""
    name = plain_name(name)
    if not name:
        raise InvalidError({"name": "must not be empty"})
    if not may_create(actor):
        raise NotPermittedError("only who owns an organization may make another one")
    if _owned(actor) >= MOST:
        raise InvalidError({"name": f"one user may own at most {MOST} organizations"})
    with write() as session:
        user = session.get_one(User, actor.user.id)
        organization = new_organization(session, name)
        made = replace(add_owner(session, organization, user, ip=actor.ip), way=actor.way)
        record_change(
            session, made, "organization.create", "organization", organization.id, after={"name": name}
        )
    return made


def switch_organization(actor: Actor, organization_id: int) -> Actor:
    """Go over to another of one's organizations, where the next log-in leads too; gives who one is there."""
    version = actor.user.session_version
    who = (actor.user.id, organization_id, version)
    if load_actor(*who, way=actor.way, ip=actor.ip) is None:
        raise NotFoundError("there is no such organization")
    found = load_actor(*who, way=actor.way, ip=actor.ip, began_ms=actor.began_ms)
    if found is None:
        raise NotPermittedError(BEGAN_BEFORE)
    with write() as session:
        user = session.get_one(User, actor.user.id)
        user.last_organization_id = organization_id
        before = {"organization_id": str(actor.organization_id)}
        record_change(session, found, "organization.enter", "organization", organization_id, before=before)
    return found


def leave_organization(actor: Actor, organization_id: int) -> Actor | None:
    """Give up one's place; the last owner cannot. Gives who they are elsewhere, None when nowhere."""
    with write() as session:
        members = locked(session, organization_id)
        mine = next((each for each in members if each.user_id == actor.user.id), None)
        if mine is None:
            raise NotFoundError("there is no such organization")
        check_owner_stays(members, but=mine)
        organization = session.get_one(Organization, organization_id)
        there = Actor(mine.user, organization, mine.role, actor.way, actor.ip)
        session.delete(mine)
        end_access(session, mine.user_id, mine.organization_id)
        before, after = {"account": mine.user.account}, end_made_by(session, mine.user_id, organization_id)
        record_change(
            session, there, "member.leave", "membership", mine.id, before=before, after=after or None
        )
        session.flush()
        elsewhere = first_place(session, mine.user, ip=actor.ip, way=actor.way)
    return actor if organization_id != actor.organization_id else elsewhere


def first_place(session: Session, user: User, *, ip: str, way: str) -> Actor | None:
    """Who somebody is in the oldest of their organizations; None for somebody who is in none."""
    row = session.scalar(
        select(Membership)
        .where(Membership.user_id == user.id, Membership.is_active.is_(True))
        .options(joinedload(Membership.organization))
        .order_by(Membership.id)
        .limit(1)
    )
    if row is None:
        return None
    scope = scope_of(row.organization_id, row.site_ids, row.tags)
    return Actor(user, row.organization, row.role, way, ip, scope=scope)


def _owned(actor: Actor) -> int:
    own = select(Membership.id).where(
        Membership.user_id == actor.user.id, Membership.role == "owner", Membership.is_active.is_(True)
    )
    return len(db.session.scalars(own.limit(MOST)).all())
