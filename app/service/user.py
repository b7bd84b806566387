"""Users about themselves, members of an organization, and the first administrator."""

from __future__ import annotations

import re
import secrets
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.errors import ConflictError, InvalidError
from app.core.settings import get_settings
from app.models import Membership, Organization, User, db, write
from app.service.actor import Actor
from app.service.audit import changed, record_change
from app.service.auth import check_password_rules, hash_password, password_fits
from app.service.paging import Page, page_by_id

EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)*\Z")
DEFAULT_EMAIL = "admin@cloudeye.local"


def create_first_admin(email: str | None, password: str | None) -> tuple[str, str] | None:
    """The first organization and its owner, on an empty installation.

    Returns (email, password) when made, None when there is a user already. A missing password is generated.
    """
    if db.session.scalar(select(User.id).limit(1)) is not None:
        return None
    return create_owner(email or DEFAULT_EMAIL, password)


def create_owner(email: str, password: str | None) -> tuple[str, str]:
    """A new owner of the first organization, which is made if missing."""
    email = clean_email(email)
    given = password or secrets.token_urlsafe(12)
    check_password_rules(given)
    hashed = hash_password(given)
    with write() as session:
        if session.scalar(select(User.id).where(User.email == email)) is not None:
            raise ConflictError(f"there is a user {email} already")
        organization = session.scalar(select(Organization).order_by(Organization.id).limit(1))
        if organization is None:
            organization = Organization(code="default", name="My organization", **_defaults())
            session.add(organization)
        user = User(email=email, name=email.split("@")[0], password_hash=hashed)
        session.add(user)
        session.flush()
        session.add(Membership(organization_id=organization.id, user_id=user.id, role="owner"))
        actor = Actor(user, organization, "owner", way="cli")
        record_change(session, actor, "user.create", "user", user.id, after={"email": email, "role": "owner"})
    return email, given


def _defaults() -> dict[str, str]:
    """Time zone and language of a new organization."""
    values = vars(get_settings())
    return {"timezone": values["TIMEZONE"], "locale": values["DEFAULT_LOCALE"]}


def clean_email(email: str) -> str:
    email = email.strip().lower()
    if len(email) > 254 or not EMAIL.match(email):
        raise InvalidError({"email": "is not an e-mail address"})
    return email


def change_me(actor: Actor, changes: dict[str, Any]) -> User:
    """Change one's own name, language, theme or password (`current_password`, `password`)."""
    hashed = _new_password(actor, changes)
    with write() as session:
        user = session.get_one(User, actor.user.id)
        before = {"name": user.name, "locale": user.locale, "theme": user.theme}
        for name in ("name", "locale", "theme"):
            if name in changes:
                setattr(user, name, changes[name])
        if hashed:
            user.password_hash = hashed
            user.session_version += 1
        after = {"name": user.name, "locale": user.locale, "theme": user.theme}
        old, new = changed(before, after)
        if hashed:
            new["password"] = "changed"
        if new:
            record_change(session, actor, "user.change", "user", user.id, before=old, after=new)
    return user


def _new_password(actor: Actor, changes: dict[str, Any]) -> str | None:
    if not changes.get("password"):
        return None
    if not password_fits(actor.user, changes.get("current_password") or ""):
        raise InvalidError({"current_password": "is wrong"})
    check_password_rules(changes["password"])
    return hash_password(changes["password"])


def list_members(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[Membership]:
    """The organization's members, oldest first."""
    statement = (
        select(Membership)
        .where(Membership.organization_id == actor.organization_id)
        .options(joinedload(Membership.user))
    )
    return page_by_id(statement, Membership.id, cursor, limit, newest_first=False)
