"""The members of an organization: who they are, what they may, and who owns it.

Nobody grants more than they have, and nobody changes somebody above them. An organization always has an
owner who can log in: whatever would leave it without one is refused, also when two owners try at once, since
every change locks the organization first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.core.errors import ConflictError, NotFoundError, NotPermittedError
from app.models import ROLES, Membership, Organization, db, write
from app.service.access.leaving import end_access
from app.service.account.confirm import confirm_password
from app.service.account.invited import end_made_by
from app.service.actor import Actor
from app.service.audit import changed, record_change
from app.service.paging import Page, page_by_id
from app.service.permission.roles import PERMISSIONS

ABOVE_YOU = "nobody changes a member above them, or grants more than they have"
NEEDS_OWNER = "an organization needs an owner; hand it over first"
YOURSELF = "this is yourself: leave the organization, or hand it over"


def rank(role: str) -> int:
    """How much a role may: the higher, the more."""
    return len(ROLES) - ROLES.index(role)


def check_rank(actor: Actor, *roles: str) -> None:
    """Raise `NotPermittedError` when one of the roles is above the actor's."""
    if any(rank(each) > rank(actor.role) for each in roles):
        raise NotPermittedError(ABOVE_YOU)


def roles_up_to(role: str) -> list[str]:
    """The roles that somebody of this role may grant."""
    return [each for each in ROLES if rank(each) <= rank(role)]


def list_members(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[Membership]:
    """The organization's members, oldest first."""
    statement = (
        select(Membership)
        .where(Membership.organization_id == actor.organization_id)
        .options(joinedload(Membership.user))
    )
    return page_by_id(statement, Membership.id, cursor, limit, newest_first=False)


def get_member(actor: Actor, member_id: int) -> Membership:
    """One of the organization's members."""
    return found_in(_members(db.session(), actor.organization_id, member_id), member_id)


def change_member(actor: Actor, member_id: int, values: dict[str, Any]) -> Membership:
    """Change a member's `role`, or let them rest or come back (`is_active`). It holds at once."""
    with write() as session:
        members = locked(session, actor.organization_id)
        row = found_in(members, member_id)
        before = _facts(row)
        check_may(actor, members, row, values.get("role", row.role))
        if values.get("role", "owner") != "owner" or values.get("is_active") is False:
            check_owner_stays(members, but=row)
        for name in ("role", "is_active"):
            if name in values:
                setattr(row, name, values[name])
        old, new = changed(before, _facts(row))
        if row.role == "owner":
            row.site_ids = row.tags = None  # An owner is never narrowed.
        if new:
            told = {**new, "account": row.user.account, **_end_invitations(session, row)}
            record_change(session, actor, "member.change", "membership", row.id, before=old, after=told)
    return row


def remove_member(actor: Actor, member_id: int) -> None:
    """Take somebody out of the organization; their account stays."""
    with write() as session:
        members = locked(session, actor.organization_id)
        row = found_in(members, member_id)
        check_may(actor, members, row, row.role)
        check_owner_stays(members, but=row)
        before = {"account": row.user.account, **_facts(row)}
        session.delete(row)
        told = end_made_by(session, row.user_id, row.organization_id)
        end_access(session, row.user_id, row.organization_id)
        record_change(
            session, actor, "member.remove", "membership", row.id, before=before, after=told or None
        )


def hand_over(actor: Actor, member_id: int, password: str) -> Membership:
    """Make another member the owner instead of the actor, who becomes an administrator (`password`)."""
    if actor.role != "owner":
        raise NotPermittedError
    get_member(actor, member_id)
    confirm_password(actor, password)
    with write() as session:
        members = locked(session, actor.organization_id)
        row = found_in(members, member_id)
        mine = next((each for each in members if each.user_id == actor.user.id), None)
        if mine is None or mine.role != "owner":
            raise NotPermittedError
        if row is mine:
            raise ConflictError("this is yourself")
        if not (row.is_active and row.user.is_active):
            raise ConflictError("this member cannot log in")
        before = {"owner": mine.user.account, "role": row.role}
        row.role, mine.role = "owner", "admin"
        row.site_ids = row.tags = None
        after = {"owner": row.user.account, "role": "owner", **_end_invitations(session, mine)}
        record_change(
            session, actor, "organization.hand_over", "membership", row.id, before=before, after=after
        )
    return row


def _end_invitations(session: Session, row: Membership) -> dict[str, int]:
    """Those that this member could not make any more; gives what the audit log is told of it."""
    may_invite = row.is_active and "user.write" in PERMISSIONS[row.role]
    still = roles_up_to(row.role) if may_invite else ()
    return end_made_by(session, row.user_id, row.organization_id, but=still)


def locked(session: Session, organization_id: int) -> list[Membership]:
    """The organization's members with their users, as they are; nobody else changes them until the commit."""
    session.scalar(select(Organization.id).where(Organization.id == organization_id).with_for_update())
    return list(_members(session, organization_id))


def check_owner_stays(members: Sequence[Membership], *, but: Membership) -> None:
    """Raise `ConflictError` when this member is the only owner who can log in."""
    if but.role != "owner":
        return
    others = (each for each in members if each is not but and each.role == "owner")
    if not any(each.is_active and each.user.is_active for each in others):
        raise ConflictError(NEEDS_OWNER)


def check_may(actor: Actor, members: Sequence[Membership], row: Membership, role: str) -> None:
    """The actor's own role counts as it is now: it may have been taken from them a moment ago."""
    mine = next((each for each in members if each.user_id == actor.user.id and each.is_active), None)
    if mine is None or any(rank(each) > rank(mine.role) for each in (row.role, role)):
        raise NotPermittedError(ABOVE_YOU)
    if row is mine:
        raise ConflictError(YOURSELF)


def _members(session: Session, organization_id: int, member_id: int | None = None) -> list[Membership]:
    statement = (
        select(Membership)
        .where(Membership.organization_id == organization_id)
        .options(joinedload(Membership.user))
        .order_by(Membership.id)
        .execution_options(populate_existing=True)
    )
    if member_id is not None:
        statement = statement.where(Membership.id == member_id)
    return list(session.scalars(statement))


def found_in(members: Sequence[Membership], member_id: int) -> Membership:
    for each in members:
        if each.id == member_id:
            return each
    raise NotFoundError("there is no such member")


def _facts(row: Membership) -> dict[str, Any]:
    return {"role": row.role, "is_active": row.is_active}
