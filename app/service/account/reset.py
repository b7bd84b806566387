"""A new password for somebody who has forgotten the old one: a link by letter, good once for half an hour.

Whether there is such an account shows in no answer. A new link ends the one before; a new password ends every
session and every link, and so does giving up the address that it went to.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from app.core.asker import asker
from app.core.clock import now
from app.core.errors import NotFoundError, RateLimitedError
from app.core.redis import get_redis, increment_within
from app.models import User, db, write
from app.service.account.address import Address, clean_address, find_user
from app.service.account.code import throttle
from app.service.account.letter import base_url, check_reach, post, post_if_possible
from app.service.account.organizations import first_place
from app.service.account.password import check_own_password, hash_password
from app.service.audit import record_change

SECONDS = 1800
TRIES = (30, 600)
GONE = "this link is no longer good; ask for a new one"


def ask_reset(account: str, *, ip: str, locale: str) -> None:
    """Send the link, if there is such an account; ask as often as anybody may."""
    address = clean_address(account)
    check_reach(address.kind)
    throttle("reset", address.value, ip)
    user = find_user(address)
    user = user if user is not None and user.is_active else None
    token = make_token(user, address)
    language = (user.locale if user is not None else None) or locale
    post(address if user is not None else None, "reset", locale=language, link=link_of(token))


def make_token(user: User | None, address: Address | None = None) -> str:
    """A new link's token; the address is proved by whoever brings the token. The one before is over.

    Nobody's takes as long to make, and opens nothing.
    """
    token = secrets.token_urlsafe(32)
    facts: dict[str, Any] = {"user": user.id if user else 0, "version": user.session_version if user else 0}
    facts |= {"by": address.kind, "address": address.value} if address else {"by": "", "address": ""}
    digest, pointer = _digest(token), f"reset-of:{facts['user']}"
    before: Any = get_redis().getset(pointer, digest)
    with get_redis().pipeline() as pipe:
        if before:
            pipe.delete(f"reset:{before.decode()}")
        pipe.set(f"reset:{digest}", json.dumps(facts), ex=SECONDS)
        pipe.expire(pointer, SECONDS)
        pipe.execute()
    return token


def link_of(token: str) -> str:
    """The page where a token is used."""
    return f"{base_url()}/reset/{token}"


def account_of(token: str, *, ip: str) -> str:
    """Whose password a link changes; `NotFoundError` when it is over."""
    return _whose(token, ip)[0].account


def reset_password(token: str, password: str, *, ip: str) -> User:
    """Set the password by a link, which is used up; every session ends. A bad password leaves it good."""
    user, facts = _whose(token, ip)
    check_own_password(user, password)
    hashed = hash_password(password)
    if get_redis().getdel(f"reset:{_digest(token)}") is None:
        raise NotFoundError(GONE)
    with write() as session:
        user = session.get_one(User, user.id, populate_existing=True, with_for_update=True)
        if not _is_good(user, facts):
            raise NotFoundError(GONE)
        user.password_hash = hashed
        user.must_change_password = False
        user.session_version += 1
        _note_proof(user, facts)
        actor = first_place(session, user, ip=ip, way="letter")
        if actor is not None:
            after = {"password": "changed"}
            record_change(session, actor, "user.reset", "user", user.id, after=after)
    warn_of_change(user)
    return user


def _note_proof(user: User, facts: dict[str, Any]) -> None:
    """The link came to this address, so it is theirs."""
    if facts["by"] == "email" and facts["address"] == user.email:
        user.email_verified_at = user.email_verified_at or now()
    if facts["by"] == "phone" and facts["address"] == user.phone:
        user.phone_verified_at = user.phone_verified_at or now()


def warn_of_change(user: User) -> None:
    """Tell the account's owner that the password was changed, where that is possible."""
    address = Address("email", user.email) if user.email else Address("phone", user.phone or "")
    links = {"account": user.account, "forgot": f"{base_url()}/forgot"}
    post_if_possible(address, "changed", locale=user.locale or "en", **links)


def _whose(token: str, ip: str) -> tuple[User, dict[str, Any]]:
    state = increment_within(f"reset:ip:{asker(ip)}", *TRIES)
    if not state.allowed:
        raise RateLimitedError(state.resets_in)
    kept: Any = get_redis().get(f"reset:{_digest(token)}")
    facts: dict[str, Any] = json.loads(kept) if kept else {}
    user = db.session.get(User, facts["user"], populate_existing=True) if facts else None
    if user is None or not _is_good(user, facts):
        raise NotFoundError(GONE)
    return user, facts


def _is_good(user: User, facts: dict[str, Any]) -> bool:
    """Whether nothing has ended the link: not a new password, nor another address than the one it went to.

    Whoever gives up an address, say because somebody else reads what comes there, must not be let down by a
    letter that is there already.
    """
    if not user.is_active or user.session_version != facts["version"]:
        return False
    return facts["by"] not in ("email", "phone") or getattr(user, facts["by"]) == facts["address"]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
