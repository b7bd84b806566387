"""What whoever runs the installation does about scopes, at a prompt."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.core.errors import ConflictError, NotFoundError
from app.models import Membership, Organization, User, write
from app.service.account.address import find_account
from app.service.actor import Actor
from app.service.audit import changed, record_change
from app.service.scope.manage import clean_scope, facts_of, sites_named

OWNER = "an owner answers for the whole organization; give them another role first"


def narrow(
    account: str, sites: Collection[str], tags: Collection[str], organization_code: str | None = None
) -> Membership:
    """Narrow somebody to the sites of these names and tags; without any, to the whole organization.

    `organization_code` is needed for who is in several. Raises `NotFoundError`, `ConflictError` for an owner,
    and `InvalidError` for what no site is called.
    """
    user = find_account(account)
    if user is None:
        raise NotFoundError(f"there is no account {account}")
    with write() as session:
        member = _membership(session, user, organization_code)
        actor = Actor(user, member.organization, member.role, way="cli")
        if member.role == "owner" and (sites or tags):
            raise ConflictError(OWNER)
        before = facts_of(member)
        named = sites_named(actor, sites) if sites else None
        member.site_ids, member.tags = clean_scope(session, member.organization_id, named, tags or None)
        old, new = changed(before, facts_of(member))
        if new:
            record_change(session, actor, "member.scope", "membership", member.id, before=old, after=new)
    return member


def _membership(session: Session, user: User, organization_code: str | None) -> Membership:
    statement = (
        select(Membership)
        .join(Membership.organization)
        .where(Membership.user_id == user.id)
        .options(joinedload(Membership.organization))
    )
    if organization_code is not None:
        statement = statement.where(Organization.code == organization_code)
    found = session.scalars(statement.limit(2)).all()
    if not found:
        raise NotFoundError(f"{user.account} is in no such organization")
    if len(found) > 1:
        raise ConflictError(f"{user.account} is in several organizations; name one by its code")
    return found[0]
