"""Log-in: passwords (argon2id), throttling, and the tokens of machine clients (JWT)."""

from __future__ import annotations

import secrets
import time
from functools import cache
from typing import Any

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select

from app.core.clock import now
from app.core.errors import InvalidError, NotLoggedInError, RateLimitedError
from app.core.redis import increment_within
from app.core.settings import get_settings
from app.models import AuditEntry, Membership, Organization, User, db, write
from app.service.actor import Actor

ACCESS_SECONDS = 15 * 60
REFRESH_SECONDS = 30 * 24 * 3600
TRIES_ACCOUNT = (10, 300)
TRIES_ADDRESS = (50, 300)
MIN_PASSWORD = 10
_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    return _hasher.hash(password)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_hex(16))


def password_fits(user: User | None, password: str) -> bool:
    """Takes as long for nobody's account as for somebody's."""
    try:
        return _hasher.verify(user.password_hash if user else _nobodys_hash(), password) and user is not None
    except (VerificationError, InvalidHashError):
        return False


def check_password_rules(password: str, field: str = "password") -> None:
    if len(password) < MIN_PASSWORD:
        raise InvalidError({field: f"must have at least {MIN_PASSWORD} characters"})
    if len(password) > 256:
        raise InvalidError({field: "must have at most 256 characters"})


def log_in(account: str, password: str, *, ip: str, way: str = "session") -> Actor:
    """Check an account and a password; throttled by account and by address; writes the audit log."""
    account = account.strip().lower()
    for key, (limit, seconds) in (
        (f"login:account:{account}", TRIES_ACCOUNT),
        (f"login:ip:{ip}", TRIES_ADDRESS),
    ):
        state = increment_within(key, limit, seconds)
        if not state.allowed:
            raise RateLimitedError(state.resets_in)
    user = db.session.scalar(select(User).where(User.email == account))
    actor = _actor_of(user, None, way=way, ip=ip) if user and user.is_active else None
    fits = password_fits(user, password)
    if user is None or actor is None or not fits:
        _note_login(user, account, "login.failed", way, ip, None)
        raise NotLoggedInError("the account or the password is wrong")
    if _hasher.check_needs_rehash(user.password_hash):
        _rehash(user.id, password)
    _note_login(user, account, "login", way, ip, actor.organization_id)
    return actor


def _rehash(user_id: int, password: str) -> None:
    hashed = hash_password(password)
    with write() as session:
        session.get_one(User, user_id).password_hash = hashed


def _note_login(
    user: User | None, account: str, action: str, way: str, ip: str, organization_id: int | None
) -> None:
    with write() as session:
        if user is not None and action == "login":
            session.get_one(User, user.id).last_login_at = now()
        session.add(
            AuditEntry(
                organization_id=organization_id or (_first_organization_id(user) if user else None),
                user_id=user.id if user else None,
                user_email=account[:254],
                way=way,
                ip=ip,
                action=action,
                object_type="user",
                object_id=user.id if user else None,
            )
        )


def _first_organization_id(user: User) -> int | None:
    return db.session.scalar(
        select(Membership.organization_id)
        .where(Membership.user_id == user.id)
        .order_by(Membership.id)
        .limit(1)
    )


def _actor_of(user: User, organization_id: int | None, *, way: str, ip: str) -> Actor | None:
    statement = (
        select(Membership.role, Organization)
        .join(Organization, Organization.id == Membership.organization_id)
        .where(Membership.user_id == user.id)
    )
    if organization_id is not None:
        statement = statement.where(Membership.organization_id == organization_id)
    row = db.session.execute(statement.order_by(Membership.id).limit(1)).first()
    return Actor(user, row[1], row[0], way, ip) if row else None


def load_actor(user_id: int, organization_id: int, version: int, *, way: str, ip: str) -> Actor | None:
    """Whom a session or token stands for; None when it was ended, or the user is gone or out."""
    row = db.session.execute(
        select(User, Organization, Membership.role)
        .join(Membership, Membership.user_id == User.id)
        .join(Organization, Organization.id == Membership.organization_id)
        .where(User.id == user_id, Organization.id == organization_id)
    ).first()
    if row is None or not row[0].is_active or row[0].session_version != version:
        return None
    return Actor(row[0], row[1], row[2], way, ip)


def issue_tokens(actor: Actor) -> dict[str, Any]:
    """An access token (15 min) and a refresh token (30 days), both HS256."""
    return {
        "access_token": _sign(actor, "access", ACCESS_SECONDS),
        "refresh_token": _sign(actor, "refresh", REFRESH_SECONDS),
        "token_type": "Bearer",
        "expires_in": ACCESS_SECONDS,
    }


def _sign(actor: Actor, kind: str, seconds: int) -> str:
    issued = int(time.time())
    claims = {
        "sub": str(actor.user.id),
        "org": str(actor.organization_id),
        "ver": actor.user.session_version,
        "kind": kind,
        "iat": issued,
        "exp": issued + seconds,
        "jti": secrets.token_hex(16),
        "iss": "cloudeye",
    }
    return jwt.encode(claims, get_settings().SECRET_KEY, algorithm="HS256")


def actor_of_token(token: str, *, kind: str = "access", ip: str) -> Actor:
    """Whom a token stands for, or `NotLoggedInError` with the reason."""
    try:
        claims = jwt.decode(
            token,
            get_settings().SECRET_KEY,
            algorithms=["HS256"],
            issuer="cloudeye",
            options={"require": ["exp", "iat", "sub"]},
        )
        user_id, organization_id = int(claims["sub"]), int(claims["org"])
    except jwt.ExpiredSignatureError as error:
        raise NotLoggedInError("the token has expired") from error
    except (jwt.InvalidTokenError, KeyError, ValueError) as error:
        raise NotLoggedInError("the token is not valid") from error
    if claims.get("kind") != kind:
        raise NotLoggedInError(
            f"this is not an {kind} token" if kind == "access" else "this is not a refresh token"
        )
    actor = load_actor(user_id, organization_id, claims.get("ver", 0), way="jwt", ip=ip)
    if actor is None:
        raise NotLoggedInError("the token has been ended")
    return actor
