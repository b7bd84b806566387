"""Whom a command acts for: a member who is named, or the organization's first owner."""

from __future__ import annotations

from sqlalchemy import select

from app.core.errors import NotFoundError
from app.models import Membership, User, db
from app.service.account.address import find_account
from app.service.actor import Actor
from app.service.auth import load_actor
from app.service.results.uptime import organization_called


def actor_at_prompt(code: str | None, account: str | None) -> Actor:
    """The actor of a command; NotFoundError when there is no such organization or member."""
    organization_id = organization_called(code)
    user = find_account(account) if account else _first_owner(organization_id)
    actor = None
    if user is not None:
        actor = load_actor(user.id, organization_id, user.session_version, way="cli", ip="")
    if actor is None:
        raise NotFoundError("nobody of this organization is called so")
    return actor


def _first_owner(organization_id: int) -> User | None:
    return db.session.scalar(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organization_id == organization_id, Membership.role == "owner")
        .order_by(Membership.id)
        .limit(1)
    )
