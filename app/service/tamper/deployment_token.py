"""Deployment tokens: what a release script announces itself with, from outside and without a log-in.

A call carries the token as `Authorization: Bearer cedt_…`, or proves it without sending it:
`X-CloudEye-Token: <id>`, `X-CloudEye-Timestamp: <unix seconds>` and `X-CloudEye-Signature`, the hex
HMAC-SHA256, keyed with the token, over `<timestamp>.<method>.<path>.<body>`. A signed call is taken once,
within five minutes of its time. The token is shown once; it is kept as a hash, and sealed, since its holder
signs with it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from app.core.clock import now
from app.core.errors import InvalidError, NotLoggedInError
from app.core.redis import get_redis
from app.core.secret_box import SealBrokenError, seal, unseal
from app.core.snowflake import BEYOND, next_id
from app.models import DeploymentToken, Membership, Organization, User, db, write
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.owned import fetch_own
from app.service.paging import Page, page_by_id
from app.service.scope.scope import scope_of
from app.service.site import get_site
from app.service.values import plain_name

Header = Callable[[str], str]
"""A request's header by its name, empty when it was not sent."""
PREFIX = "cedt_"
SIGNATURE = "X-CloudEye-Signature"
_TOKEN = re.compile(r"cedt_([0-9]{1,19})_[A-Za-z0-9_-]{43}\Z")
FRESH_SECONDS = 300


def list_tokens(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[DeploymentToken]:
    """The organization's tokens, newest first, without their secrets."""
    statement = select(DeploymentToken).where(DeploymentToken.organization_id == actor.organization_id)
    return page_by_id(statement, DeploymentToken.id, cursor, limit)


def create_token(actor: Actor, values: dict[str, Any]) -> tuple[DeploymentToken, str]:
    """A new token from a name and, if it is for one site alone, site_id. Its text is given this once."""
    name = plain_name(values["name"])
    if not 1 <= len(name) <= 200:
        raise InvalidError({"name": "must have 1 to 200 characters" if name else "must not be empty"})
    site_id = values.get("site_id")
    if site_id is None and actor.scope is not None:
        raise InvalidError({"site_id": "name the site: you answer for some of them only"})
    if site_id is not None:
        site_id = get_site(actor, site_id).id
    identifier = next_id()
    text = f"{PREFIX}{identifier}_{secrets.token_urlsafe(32)}"
    sealed = seal({"token": text})
    with write() as session:
        token = DeploymentToken(
            id=identifier,
            organization_id=actor.organization_id,
            site_id=site_id,
            name=name,
            token_hash=hashlib.sha256(text.encode()).hexdigest(),
            sealed_token=sealed,
            created_by=actor.user.id,
        )
        session.add(token)
        facts = {"name": name, "site_id": str(site_id) if site_id else None}
        record_change(session, actor, "deployment_token.create", "deployment_token", identifier, after=facts)
    return token, text


def revoke_token(actor: Actor, token_id: int) -> DeploymentToken:
    """Nobody can announce anything with it any more."""
    with write() as session:
        token = fetch_own(session, DeploymentToken, actor, token_id)
        if token.revoked_at is None:
            token.revoked_at = now()
            record_change(session, actor, "deployment_token.revoke", "deployment_token", token.id)
    return token


def is_token_call(header: Header) -> bool:
    """Whether a call comes with a deployment token, in either way."""
    return bool(header(SIGNATURE)) or _bearer(header).startswith(PREFIX)


def actor_of_call(header: Header, method: str, path: str, body: bytes, *, ip: str) -> Actor:
    """Who a call with a deployment token acts for, or `NotLoggedInError`."""
    bearer = _bearer(header)
    if bearer.startswith(PREFIX):
        token = _living(_id_in(bearer))
        if not hmac.compare_digest(token.token_hash, hashlib.sha256(bearer.encode()).hexdigest()):
            raise NotLoggedInError("the deployment token is not valid")
    else:
        token = _living(header("X-CloudEye-Token"))
        _check_signature(token, header, method, path, body)
    user = db.session.get(User, token.created_by) if token.created_by else None
    if user is None or not user.is_active:
        raise NotLoggedInError("the deployment token's maker is gone; make a new one")
    member = db.session.scalar(
        select(Membership).where(
            Membership.organization_id == token.organization_id, Membership.user_id == user.id
        )
    )
    if member is None:
        raise NotLoggedInError("the deployment token's maker is gone; make a new one")
    organization = db.session.get_one(Organization, token.organization_id)
    with write():
        token.last_used_at = now()
    return Actor(
        user,
        organization,
        "deployer",
        way="deployment",
        ip=ip,
        name=token.name,
        site_id=token.site_id,
        scope=scope_of(organization.id, member.site_ids, member.tags),
    )


def _bearer(header: Header) -> str:
    return header("Authorization").partition(" ")[2].strip()


def _id_in(text: str) -> str:
    match = _TOKEN.match(text)
    return match[1] if match else ""


def _living(identifier: str) -> DeploymentToken:
    if not re.fullmatch(r"[0-9]{1,19}", identifier) or int(identifier) >= BEYOND:
        raise NotLoggedInError("the deployment token is not valid")
    token = db.session.get(DeploymentToken, int(identifier), populate_existing=True)
    if token is None or token.revoked_at is not None:
        raise NotLoggedInError("the deployment token is not valid")
    return token


def _check_signature(token: DeploymentToken, header: Header, method: str, path: str, body: bytes) -> None:
    stamp = header("X-CloudEye-Timestamp")
    if not re.fullmatch(r"[0-9]{1,12}", stamp) or abs(now().timestamp() - int(stamp)) > FRESH_SECONDS:
        raise NotLoggedInError("the call's timestamp is missing or too old")
    try:
        key: str = unseal(token.sealed_token)["token"]
    except SealBrokenError as error:
        raise NotLoggedInError("the deployment token cannot be checked; make a new one") from error
    said = b".".join((stamp.encode(), method.encode(), path.encode(), body))
    expected = hmac.new(key.encode(), said, hashlib.sha256).hexdigest()
    given = header(SIGNATURE).lower()
    if not hmac.compare_digest(expected.encode(), given.encode()):
        raise NotLoggedInError("the call's signature is wrong")
    if not get_redis().set(f"deployment.call:{expected}", "1", nx=True, ex=2 * FRESH_SECONDS):
        raise NotLoggedInError("this call was made already")
