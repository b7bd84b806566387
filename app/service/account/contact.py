"""A new e-mail address or phone number of one's own, once a code sent there has come back."""

from __future__ import annotations

from app.core.clock import now
from app.core.errors import ConflictError, InvalidError
from app.models import User, write
from app.service.account.address import Address, clean_address, find_user
from app.service.account.code import WRONG, check_code, keep_code, send_code, throttle
from app.service.account.confirm import confirm_password
from app.service.account.letter import check_reach, post, post_if_possible
from app.service.actor import Actor
from app.service.audit import record_change


def ask_contact(actor: Actor, account: str) -> None:
    """Send a code to an address one wants to have. Another's address gets none, which does not show."""
    address = clean_address(account)
    check_reach(address.kind)
    throttle("contact", address.value, actor.ip)
    found = find_user(address)
    locale = actor.user.locale or actor.organization.locale
    if found is None or found.id == actor.user.id:
        send_code(_purpose(actor), address, locale=locale)
    else:
        keep_code(_purpose(actor), address)
        post(None, "code", locale=locale)


def change_contact(actor: Actor, account: str, code: str, password: str) -> User:
    """Take the address over, by its code and one's password; the address before is told."""
    address = clean_address(account)
    confirm_password(actor, password)
    check_code(_purpose(actor), address, code)
    with write() as session:
        user = session.get_one(User, actor.user.id)
        other = find_user(address, session)
        if other is not None and other.id != user.id:
            raise InvalidError({"code": WRONG})
        before = user.email if address.kind == "email" else user.phone
        if address.kind == "email":
            user.email, user.email_verified_at = address.value, now()
        else:
            user.phone, user.phone_verified_at = address.value, now()
        facts = ({address.kind: before}, {address.kind: address.value})
        record_change(session, actor, "user.contact", "user", user.id, before=facts[0], after=facts[1])
    if before is not None and before != address.value:
        old = Address(address.kind, before)
        post_if_possible(old, "moved", locale=user.locale or "en", account=before, new=address.value)
    return user


def forget_contact(actor: Actor, kind: str, password: str) -> User:
    """Give up the e-mail address or the phone number; one of both has to stay."""
    confirm_password(actor, password)
    with write() as session:
        user = session.get_one(User, actor.user.id)
        before = user.email if kind == "email" else user.phone
        if before is None or (user.phone if kind == "email" else user.email) is None:
            raise ConflictError("an account needs an e-mail address or a phone number")
        if kind == "email":
            user.email = user.email_verified_at = None
        else:
            user.phone = user.phone_verified_at = None
        record_change(
            session, actor, "user.contact", "user", user.id, before={kind: before}, after={kind: None}
        )
    return user


def _purpose(actor: Actor) -> str:
    return f"contact:{actor.user.id}"
