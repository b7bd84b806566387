"""Invitations: a place in an organization, taken with a link by whoever it is for.

A link to an address goes there by letter and is shown to nobody, so whoever brings it has the address. Where
no letters can be sent, or for nobody in particular, the one who invites gets the link and hands it over.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session, joinedload

from app.core.asker import asker
from app.core.clock import now
from app.core.errors import ConflictError, InvalidError, NotFoundError, RateLimitedError
from app.core.redis import increment_within
from app.models import Invitation, Membership, User, db, write
from app.service.account.address import Address, clean_address, find_user
from app.service.account.code import WRONG, check_code, throttle
from app.service.account.invited import end_made_for
from app.service.account.letter import base_url, can_reach, check_reach, post
from app.service.account.letter_words import ROLE_WORDS
from app.service.account.membership import check_rank
from app.service.account.register import add_user, check_person, offer_code
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.owned import fetch_own
from app.service.paging import Page, page_by_id
from app.service.scope.manage import clean_scope
from app.service.scope.scope import scope_of

GOOD_FOR = timedelta(days=7)
AN_HOUR = (100, 3600)
TRIES = (60, 600)
PURPOSE = "join"
GONE = "this invitation is no longer good; ask for a new one"


@dataclass(frozen=True, slots=True)
class Offer:
    """An invitation as whoever has its link sees it."""

    invitation: Invitation
    organization: str
    needs_code: bool

    @property
    def account(self) -> str | None:
        return self.invitation.account


def create_invitation(actor: Actor, values: dict[str, Any]) -> tuple[Invitation, str | None]:
    """Invite somebody: `role`, and `account`, `site_ids`, `tags` where it is for somebody or a part only.

    One to the same address takes the place of the one before. Gives the invitation, and its link unless that
    went to the address by letter.
    """
    role = values["role"]
    check_rank(actor, role)
    address = clean_address(values["account"]) if values.get("account") else None
    state = increment_within(f"invite:{actor.organization_id}", *AN_HOUR)
    if not state.allowed:
        raise RateLimitedError(state.resets_in)
    is_sent = address is not None and can_reach(address.kind)
    token = secrets.token_urlsafe(32)
    with write() as session:
        _check_new(session, actor, address)
        site_ids, tags = _scope(session, actor, values)
        ended = end_made_for(session, actor.organization_id, address.value if address else None)
        row = Invitation(
            organization_id=actor.organization_id,
            role=role,
            email=address.value if address and address.kind == "email" else None,
            phone=address.value if address and address.kind == "phone" else None,
            site_ids=site_ids,
            tags=tags,
            token_hash=_digest(token),
            is_sent=is_sent,
            invited_by=actor.user.name or actor.user.account,
            invited_by_id=actor.user.id,
            expires_at=now() + GOOD_FOR,
        )
        session.add(row)
        session.flush()
        after = {"account": row.account, "role": role, "site_ids": site_ids, "tags": tags, **ended}
        record_change(session, actor, "invitation.create", "invitation", row.id, after=after)
    link = f"{base_url()}/join/{token}"
    if address is None or not is_sent:
        return row, link
    locale = actor.organization.locale
    facts = {"who": row.invited_by, "organization": actor.organization.name, "role": ROLE_WORDS[role][locale]}
    post(address, "invitation", locale=locale, link=link, **facts)
    return row, None


def list_invitations(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[Invitation]:
    """The organization's invitations that can still be taken, newest first."""
    own = select(Invitation).where(
        Invitation.organization_id == actor.organization_id,
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > now(),
    )
    return page_by_id(own, Invitation.id, cursor, limit)


def revoke_invitation(actor: Actor, invitation_id: int) -> None:
    """Take an invitation back; its link is worth nothing from now on."""
    with write() as session:
        row = fetch_own(session, Invitation, actor, invitation_id)
        check_rank(actor, row.role)
        if row.accepted_at is not None:
            raise ConflictError("this invitation was accepted already")
        row.revoked_at = row.revoked_at or now()
        before = {"account": row.account, "role": row.role}
        record_change(session, actor, "invitation.revoke", "invitation", row.id, before=before)


def look(token: str, *, ip: str) -> Offer:
    """What a link offers; `NotFoundError` when it was taken, taken back, or is over."""
    state = increment_within(f"join:ip:{asker(ip)}", *TRIES)
    if not state.allowed:
        raise RateLimitedError(state.resets_in)
    row = _open(db.session(), token)
    return Offer(row, row.organization.name, _needs_code(row))


def ask_join(token: str, account: str, *, ip: str, locale: str) -> None:
    """Send a code to the address somebody wants to join with, where the link does not prove it."""
    offer = look(token, ip=ip)
    address = _address(offer.invitation, account)
    check_reach(address.kind)
    throttle(PURPOSE, address.value, ip)
    offer_code(PURPOSE, address, locale=locale)


def accept_as(actor: Actor, token: str) -> Actor:
    """Join with the account one is logged in with; gives who they are in the organization."""
    look(token, ip=actor.ip)
    with write() as session:
        row = _open(session, token)
        user = session.get_one(User, actor.user.id)
        if row.account is not None and row.account not in (user.email, user.phone):
            raise ConflictError("this invitation is for another address; log in with that account")
        _note_proof(row, user)
        return _join(session, row, user, way=actor.way, ip=actor.ip)


def accept_new(
    token: str,
    password: str,
    *,
    account: str = "",
    code: str = "",
    name: str = "",
    locale: str | None = None,
    ip: str,
) -> Actor:
    """Join with a new account; gives who they are in the organization.

    The address is the invitation's, or one of their own, which a code has to prove where one can be sent.
    """
    offer = look(token, ip=ip)
    address = _address(offer.invitation, account)
    is_verified = offer.invitation.is_sent or offer.needs_code
    person = check_person(address, password, name, locale, is_verified=is_verified, also=offer.organization)
    if offer.needs_code:
        check_code(PURPOSE, address, code)
    with write() as session:
        row = _open(session, token)
        if find_user(address, session) is not None:
            raise InvalidError(
                {"code": WRONG} if offer.needs_code else {"account": "log in with this account first"}
            )
        return _join(session, row, add_user(session, person), way="session", ip=ip)


def _check_new(session: Session, actor: Actor, address: Address | None) -> None:
    """A member needs no invitation; who they are is no secret from somebody who sees the list of members."""
    user = find_user(address, session) if address else None
    if user is not None and _membership(session, actor.organization_id, user.id) is not None:
        raise ConflictError("is a member already")


def _scope(
    session: Session, actor: Actor, values: dict[str, Any]
) -> tuple[list[int] | None, list[str] | None]:
    site_ids, tags = values.get("site_ids"), values.get("tags")
    if values["role"] == "owner" and (site_ids or tags):
        raise InvalidError({"role": "an owner cannot be narrowed to some sites"})
    if values["role"] == "owner" or (site_ids is None and tags is None):
        return None, None
    return clean_scope(session, actor.organization_id, site_ids, tags)


def _address(row: Invitation, account: str) -> Address:
    if row.email:
        return Address("email", row.email)
    return Address("phone", row.phone) if row.phone else clean_address(account)


def _needs_code(row: Invitation) -> bool:
    """Whether the address must still be shown to be theirs: not where the link went there, or nothing can."""
    if row.is_sent:
        return False
    return can_reach("phone") if row.phone else can_reach("email")


def _note_proof(row: Invitation, user: User) -> None:
    if row.is_sent and row.email is not None:
        user.email_verified_at = user.email_verified_at or now()
    if row.is_sent and row.phone is not None:
        user.phone_verified_at = user.phone_verified_at or now()


def _open(session: Session, token: str) -> Invitation:
    row = session.scalar(
        select(Invitation)
        .where(Invitation.token_hash == _digest(token))
        .options(joinedload(Invitation.organization))
        .execution_options(populate_existing=True)
    )
    if row is None or row.accepted_at or row.revoked_at or row.expires_at <= now():
        raise NotFoundError(GONE)
    return row


def _join(session: Session, row: Invitation, user: User, *, way: str, ip: str) -> Actor:
    """Take the place: one UPDATE decides who of two that try at once was first."""
    if _membership(session, row.organization_id, user.id) is not None:
        raise ConflictError("you are a member already")
    taken = session.execute(
        update(Invitation)
        .where(Invitation.id == row.id, Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
        .values(accepted_at=now(), accepted_by_id=user.id)
        .execution_options(synchronize_session=False)
    )
    if not isinstance(taken, CursorResult) or taken.rowcount != 1:
        raise NotFoundError(GONE)
    place = Membership(organization_id=row.organization_id, user_id=user.id, role=row.role)
    place.site_ids, place.tags = row.site_ids, row.tags
    session.add(place)
    user.last_organization_id = row.organization_id
    session.flush()
    scope = scope_of(row.organization_id, row.site_ids, row.tags)
    actor = Actor(user, row.organization, row.role, way, ip, scope=scope)
    ended = end_made_for(session, row.organization_id, user.email, user.phone)
    after = {"account": user.account, "role": row.role, **ended}
    record_change(session, actor, "invitation.accept", "membership", place.id, after=after)
    return actor


def _membership(session: Session, organization_id: int, user_id: int) -> Membership | None:
    own = Membership.organization_id == organization_id
    return session.scalar(select(Membership).where(own, Membership.user_id == user_id))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
