"""Signing in by an organization's own service: whose account it is, by the rules below.

1. A subject that is linked to an account is that account.
2. Else a verified e-mail address of a domain the provider is believed for names a member, who is linked, if
   they have shown here too that the address is theirs: else somebody could have entered it beforehand.
3. Else, where the provider lets new people in, an account is made for such an address, if there is none.
4. Anybody else is refused. An account of somebody who is no member here is never opened: whoever runs the
   service could say anybody's address.
"""

from __future__ import annotations

import hashlib
from typing import NoReturn

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from app.core.clock import now
from app.core.errors import ConflictError, NotFoundError, NotLoggedInError
from app.models import AuditEntry, Membership, OidcLink, OidcProvider, Organization, User, db, write
from app.service.account.password import UNUSABLE
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.auth import load_actor
from app.service.factor.openid import Said

UNKNOWN = "this account is not known here; ask for an invitation, or link it on the page of your account"


def organization_of(provider: OidcProvider) -> Organization:
    return db.session.get_one(Organization, provider.organization_id)


def enter_by(provider: OidcProvider, said: Said, *, ip: str) -> Actor:
    """Whom the provider vouches for; NotLoggedInError when that is nobody here."""
    user_id = _linked(provider, said) or _by_address(provider, said, ip) or _made(provider, said, ip)
    if user_id is None:
        _refuse(provider, said, ip)
    version = db.session.scalar(select(User.session_version).where(User.id == user_id)) or 0
    actor = load_actor(user_id, provider.organization_id, version, way="session", ip=ip)
    if actor is None:
        _refuse(provider, said, ip)
    with write() as session:
        link = session.scalar(select(OidcLink).where(_is_it(provider, said)))
        if link is not None:
            link.last_used_at = now()
        session.get_one(User, user_id).last_login_at = now()
        record_change(session, actor, "login", "user", user_id, after={"provider": provider.name})
    return actor


def link_account(actor: Actor, provider: OidcProvider, said: Said) -> OidcLink:
    """Link who is logged in with what the provider says; the one link there may be of either."""
    if provider.organization_id != actor.organization_id:
        raise NotFoundError("there is no such sign-in service")
    link = OidcLink(
        provider_id=provider.id, user_id=actor.user.id, digest=_digest(said.subject), email=said.email
    )
    with write() as session:
        mine = (OidcLink.provider_id == provider.id) & (OidcLink.user_id == actor.user.id)
        if session.scalar(select(OidcLink.id).where(_is_it(provider, said) | mine)) is not None:
            raise ConflictError("this is linked with an account already")
        session.add(link)
        session.flush()
        after = {"provider": provider.name, "email": said.email}
        record_change(session, actor, "link.add", "link", link.id, after=after)
    return link


def list_links(actor: Actor) -> list[OidcLink]:
    """The user's links with this organization's services."""
    return list(
        db.session.scalars(
            select(OidcLink)
            .join(OidcProvider, OidcProvider.id == OidcLink.provider_id)
            .where(OidcLink.user_id == actor.user.id, OidcProvider.organization_id == actor.organization_id)
            .options(joinedload(OidcLink.provider))
            .order_by(OidcLink.id)
        )
    )


def get_link(actor: Actor, link_id: int) -> OidcLink:
    for link in list_links(actor):
        if link.id == link_id:
            return link
    raise NotFoundError("there is no such link")


def remove_link(actor: Actor, link_id: int) -> None:
    link = get_link(actor, link_id)
    before = {"provider": link.provider.name, "email": link.email}
    with write() as session:
        session.delete(session.get_one(OidcLink, link_id))
        record_change(session, actor, "link.remove", "link", link_id, before=before)


def is_of_one_organization(user: User) -> bool:
    """Whether no other organization's matters hang on this account."""
    mine = select(func.count()).where(Membership.user_id == user.id)
    return (db.session.scalar(mine) or 0) <= 1


def _linked(provider: OidcProvider, said: Said) -> int | None:
    return db.session.scalar(select(OidcLink.user_id).where(_is_it(provider, said)))


def _by_address(provider: OidcProvider, said: Said, ip: str) -> int | None:
    """The member whose address it is; linked from now on."""
    if not _is_believed(provider, said):
        return None
    user = db.session.scalar(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            User.email == said.email,
            User.email_verified_at.is_not(None),
            Membership.organization_id == provider.organization_id,
        )
    )
    if user is None or not user.is_active:
        return None
    actor = load_actor(user.id, provider.organization_id, user.session_version, way="session", ip=ip)
    if actor is None:
        return None
    with write() as session:
        taken = select(OidcLink.id).where(OidcLink.provider_id == provider.id, OidcLink.user_id == user.id)
        if session.scalar(taken) is not None:
            return None  # Another subject of theirs is linked: an address that was given to somebody else.
        _add_link(actor, provider, said)
    return user.id


def _made(provider: OidcProvider, said: Said, ip: str) -> int | None:
    """A new account where the provider lets new people in, without a password."""
    if provider.new_role is None or not _is_believed(provider, said):
        return None
    organization = organization_of(provider)
    with write() as session:
        if session.scalar(select(User.id).where(User.email == said.email)) is not None:
            return None
        user = User(email=said.email, name=said.name, password_hash=UNUSABLE, email_verified_at=now())
        session.add(user)
        session.flush()
        session.add(Membership(organization_id=organization.id, user_id=user.id, role=provider.new_role))
        actor = Actor(user, organization, provider.new_role, "session", ip)
        after = {"email": said.email, "role": provider.new_role, "provider": provider.name}
        record_change(session, actor, "user.create", "user", user.id, after=after)
        _add_link(actor, provider, said)
    return user.id


def _add_link(actor: Actor, provider: OidcProvider, said: Said) -> None:
    """Within a transaction that is open."""
    session = db.session()
    link = OidcLink(
        provider_id=provider.id, user_id=actor.user.id, digest=_digest(said.subject), email=said.email
    )
    session.add(link)
    session.flush()
    after = {"provider": provider.name, "email": said.email}
    record_change(session, actor, "link.add", "link", link.id, after=after)


def _is_believed(provider: OidcProvider, said: Said) -> bool:
    """Whether its word about this address counts: verified, and of a domain its owner wrote down."""
    return said.email is not None and said.email.rpartition("@")[2] in provider.domains


def _is_it(provider: OidcProvider, said: Said) -> ColumnElement[bool]:
    return (OidcLink.provider_id == provider.id) & (OidcLink.digest == _digest(said.subject))


def _digest(subject: str) -> str:
    return hashlib.sha256(subject.encode()).hexdigest()


def _refuse(provider: OidcProvider, said: Said, ip: str) -> NoReturn:
    with write() as session:
        session.add(
            AuditEntry(
                organization_id=provider.organization_id,
                user_email=said.email or "",
                way="session",
                ip=ip,
                action="login.failed",
                object_type="provider",
                object_id=provider.id,
            )
        )
    raise NotLoggedInError(UNKNOWN)
