"""Registration: an account and an organization of one's own, for whoever has the code sent to an address.

What is answered never says whether there is such an account: a code is "sent" to anybody, and who has an
account is told so by letter.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.errors import ConflictError, InvalidError
from app.models import Membership, Organization, User, write
from app.service.account.address import Address, clean_address, find_user
from app.service.account.code import WRONG, check_code, keep_code, send_code, throttle
from app.service.account.first import organization_defaults
from app.service.account.letter import base_url, check_reach, post
from app.service.account.password import check_password_rules, hash_password
from app.service.account.rules import registration
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.values import plain_name

PURPOSE = "register"


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever gets an account: what they typed, checked, and the password as its hash."""

    address: Address
    name: str
    password_hash: str
    locale: str | None
    is_verified: bool


def ask_registration(account: str, *, ip: str, locale: str) -> None:
    """Send a code to an address that has no account, and a reminder to one that has."""
    _check_open()
    address = clean_address(account)
    check_reach(address.kind)
    throttle(PURPOSE, address.value, ip)
    offer_code(PURPOSE, address, locale=locale)


def offer_code(purpose: str, address: Address, *, locale: str) -> None:
    """The code, or for somebody with an account the reminder that they have one."""
    user = find_user(address)
    if user is None:
        send_code(purpose, address, locale=locale)
    else:
        keep_code(purpose, address)  # Told to nobody: the answer must not come sooner than to a stranger.
        links = {"login": f"{base_url()}/login", "forgot": f"{base_url()}/forgot"}
        post(address, "known", locale=user.locale or locale, **links)


def register(
    account: str,
    code: str,
    password: str,
    *,
    name: str = "",
    organization: str = "",
    locale: str | None = None,
    ip: str,
) -> Actor:
    """Make the account and its organization, and give who they are now."""
    _check_open()
    address = clean_address(account)
    person = check_person(address, password, name, locale, is_verified=True, also=organization)
    check_code(PURPOSE, address, code)
    with write() as session:
        if find_user(address, session) is not None:
            raise InvalidError({"code": WRONG})
        user = add_user(session, person)
        made = new_organization(session, plain_name(organization) or person.name)
        actor = add_owner(session, made, user, ip=ip)
        after = {"account": user.account, "role": "owner"}
        record_change(session, actor, "user.register", "user", user.id, after=after)
    return actor


def _check_open() -> None:
    if not registration()["enabled"]:
        raise ConflictError("nobody can register here; ask for an invitation")


def check_person(
    address: Address, password: str, name: str, locale: str | None, *, is_verified: bool, also: str = ""
) -> Person:
    """Check what somebody typed for a new account; hashes the password, which takes a moment."""
    name = plain_name(name)[:200]
    check_password_rules(password, known=(address.value, name, also))
    called = name or address.value.partition("@")[0]
    return Person(address, called, hash_password(password), locale, is_verified)


def add_user(session: Session, person: Person) -> User:
    """The new user's row, in the caller's transaction."""
    verified_at = now() if person.is_verified else None
    user = User(name=person.name, password_hash=person.password_hash, locale=person.locale)
    if person.address.kind == "email":
        user.email, user.email_verified_at = person.address.value, verified_at
    else:
        user.phone, user.phone_verified_at = person.address.value, verified_at
    user.last_login_at = now()
    session.add(user)
    session.flush()
    return user


def new_organization(session: Session, name: str) -> Organization:
    """The row of a new organization, with a code of its own made from its name."""
    name = plain_name(name)[:200]
    word = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
    code = f"{word or 'org'}-{secrets.token_hex(3)}"
    organization = Organization(code=code, name=name, allowed_networks=[], **organization_defaults())
    session.add(organization)
    session.flush()
    return organization


def add_owner(session: Session, organization: Organization, user: User, *, ip: str) -> Actor:
    """The user as an owner of the organization, where their next log-in leads."""
    session.add(Membership(organization_id=organization.id, user_id=user.id, role="owner"))
    user.last_organization_id = organization.id
    session.flush()
    return Actor(user, organization, "owner", "session", ip)
