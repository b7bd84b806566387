"""Named API tokens: what a script logs in with, for one member, narrowed to some of their permissions.

The text, `ce_<id>_<43 characters>`, is shown once and kept as SHA-256: it has 256 random bits, so no slow
hash is needed. A token lives on when its user's password changes; it ends by its date, by deletion, and when
its user is out of the organization.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from app.core.clock import now
from app.core.errors import ConflictError, InvalidError, NotFoundError, NotLoggedInError
from app.core.snowflake import BEYOND, next_id
from app.models import ApiToken, db, write
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.auth import load_actor
from app.service.paging import Page, page_by_id
from app.service.permission.check import grantable_by
from app.service.values import plain_name

API_TOKEN_PREFIX = "ce_"
MOST_TOKENS = 50
DAYS = (1, 366)
DEFAULT_DAYS = 90
USE_NOTED_EVERY = timedelta(minutes=1)
_TEXT = re.compile(r"ce_([0-9]{1,19})_[A-Za-z0-9_-]{43}\Z")


def list_api_tokens(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[ApiToken]:
    """One's own tokens in this organization, newest first."""
    statement = select(ApiToken).where(*_own(actor))
    return page_by_id(statement, ApiToken.id, cursor, limit)


def create_api_token(actor: Actor, values: dict[str, Any]) -> tuple[ApiToken, str]:
    """A token from `name`, `scopes` (permissions of one's own) and `days`. Its text is given this once."""
    name, scopes, days = clean_name(values["name"]), clean_scopes(actor, values["scopes"]), values["days"]
    if not DAYS[0] <= days <= DAYS[1]:
        raise InvalidError({"days": f"must be from {DAYS[0]} to {DAYS[1]}"})
    identifier = next_id()
    text = f"{API_TOKEN_PREFIX}{identifier}_{secrets.token_urlsafe(32)}"
    token = ApiToken(
        id=identifier,
        user_id=actor.user.id,
        organization_id=actor.organization_id,
        name=name,
        token_hash=hashlib.sha256(text.encode()).hexdigest(),
        scopes=scopes,
        expires_at=now() + timedelta(days=days),
    )
    with write() as session:
        count = session.scalar(select(func.count()).select_from(ApiToken).where(*_own(actor)))
        if (count or 0) >= MOST_TOKENS:
            raise ConflictError(f"a user has at most {MOST_TOKENS} tokens")
        session.add(token)
        facts = {"name": name, "scopes": scopes, "expires_at": token.expires_at.isoformat()}
        record_change(session, actor, "api_token.create", "api_token", identifier, after=facts)
    return token, text


def delete_api_token(actor: Actor, token_id: int) -> None:
    """Nobody comes in with it any more."""
    with write() as session:
        token = session.scalar(select(ApiToken).where(ApiToken.id == token_id, *_own(actor)))
        if token is None:
            raise NotFoundError("there is no such token")
        session.delete(token)
        facts = {"name": token.name, "scopes": token.scopes}
        record_change(session, actor, "api_token.delete", "api_token", token_id, before=facts)


def actor_of_api_token(text: str, *, ip: str) -> Actor:
    """Whom a token stands for, or `NotLoggedInError`."""
    match = _TEXT.match(text)
    identifier = int(match[1]) if match else 0
    token = db.session.get(ApiToken, identifier, populate_existing=True) if identifier < BEYOND else None
    digest = hashlib.sha256(text.encode()).hexdigest()
    if token is None or not hmac.compare_digest(token.token_hash, digest):
        raise NotLoggedInError("the token is not valid")
    at = now()
    if token.expires_at <= at:
        raise NotLoggedInError("the token has expired")
    actor = load_actor(token.user_id, token.organization_id, None, way="token", ip=ip)
    if actor is None:
        raise NotLoggedInError("the token has been ended")
    if is_use_to_note(token.last_used_at, token.last_used_ip, at, ip):
        with write():
            token.last_used_at, token.last_used_ip = at, ip
    return replace(actor, name=token.name, scopes=frozenset(token.scopes))


def is_use_to_note(last: datetime | None, last_ip: str, at: datetime, ip: str) -> bool:
    """Each use would be a write; one a minute and address says as much."""
    return last is None or last_ip != ip or at - last >= USE_NOTED_EVERY


def clean_name(text: str) -> str:
    name = plain_name(text)
    if not 1 <= len(name) <= 200:
        raise InvalidError({"name": "must have 1 to 200 characters" if name else "must not be empty"})
    return name


def clean_scopes(actor: Actor, scopes: list[str], role: str | None = None) -> list[str]:
    """Permissions to hand out, sorted; `InvalidError` for what is not one's own to give."""
    possible = grantable_by(actor, role)
    if not scopes:
        raise InvalidError({"scopes": "must name at least one permission"})
    if beyond := sorted(set(scopes) - possible):
        raise InvalidError({"scopes": f"cannot be given: {', '.join(beyond)}"})
    return sorted(set(scopes))


def _own(actor: Actor) -> tuple[Any, Any]:
    return ApiToken.user_id == actor.user.id, ApiToken.organization_id == actor.organization_id
