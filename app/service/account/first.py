"""The first administrator, and owners made by the command line."""

from __future__ import annotations

import secrets

from sqlalchemy import select

from app.core.errors import ConflictError
from app.core.settings import get_settings
from app.models import Membership, Organization, User, db, write
from app.service.account.address import clean_email
from app.service.account.password import check_password_rules, hash_password
from app.service.actor import Actor
from app.service.audit import record_change

DEFAULT_EMAIL = "admin@cloudeye.local"


def create_first_admin(email: str | None, password: str | None) -> tuple[str, str] | None:
    """The first organization and its owner, on an empty installation.

    Returns (email, password) when made, None when there is a user already. A missing password is generated,
    and in production good for choosing another one only.
    """
    if db.session.scalar(select(User.id).limit(1)) is not None:
        return None
    return create_owner(email or DEFAULT_EMAIL, password, is_own=password is not None)


def create_owner(email: str, password: str | None, *, is_own: bool = False) -> tuple[str, str]:
    """A new owner of the first organization, which is made if missing.

    `is_own` says that the password is what they chose; in production they change any other at their first
    log-in.
    """
    email = clean_email(email)
    given = password or secrets.token_urlsafe(12)
    check_password_rules(given, known=(email,))
    hashed = hash_password(given)
    with write() as session:
        if session.scalar(select(User.id).where(User.email == email)) is not None:
            raise ConflictError(f"there is a user {email} already")
        organization = session.scalar(select(Organization).order_by(Organization.id).limit(1))
        if organization is None:
            organization = Organization(code="default", name="My organization", **organization_defaults())
            session.add(organization)
        user = User(email=email, name=email.split("@")[0], password_hash=hashed)
        user.must_change_password = not is_own and get_settings().MADE_PASSWORDS_END
        session.add(user)
        session.flush()
        session.add(Membership(organization_id=organization.id, user_id=user.id, role="owner"))
        actor = Actor(user, organization, "owner", way="cli")
        record_change(session, actor, "user.create", "user", user.id, after={"email": email, "role": "owner"})
    return email, given


def organization_defaults() -> dict[str, str]:
    """Time zone and language of a new organization."""
    values = vars(get_settings())
    return {"timezone": values["TIMEZONE"], "locale": values["DEFAULT_LOCALE"]}
