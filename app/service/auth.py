"""Log-in by password, throttled and noted; and whom a session or a token stands for."""

from __future__ import annotations

from sqlalchemy import case, select

from app.core.asker import asker
from app.core.clock import now, to_ms
from app.core.errors import NotLoggedInError, RateLimitedError
from app.core.redis import increment_within
from app.models import AuditEntry, Membership, Organization, User, db, write
from app.service.account.address import account_key, find_account
from app.service.account.password import hash_password, needs_rehash, password_fits
from app.service.actor import Actor
from app.service.scope.scope import scope_of

TRIES_ACCOUNT = (10, 300)
TRIES_ADDRESS = (50, 300)


def log_in(account: str, password: str, *, ip: str, way: str = "session") -> Actor:
    """Check an account and a password; throttled by account and by address; writes the audit log."""
    account = account_key(account)
    for key, (limit, seconds) in (
        (f"login:account:{account}", TRIES_ACCOUNT),
        (f"login:ip:{asker(ip)}", TRIES_ADDRESS),
    ):
        state = increment_within(key, limit, seconds)
        if not state.allowed:
            raise RateLimitedError(state.resets_in)
    user = find_account(account)
    actor = _actor_of(user, None, way=way, ip=ip) if user and user.is_active else None
    fits = password_fits(user, password)
    if user is None or actor is None or not fits:
        _note_login(user, account, "login.failed", way, ip, None)
        raise NotLoggedInError("the account or the password is wrong")
    if needs_rehash(user.password_hash):
        _rehash(user.id, password)
    _note_login(user, account, "login", way, ip, actor.organization_id)
    return actor


def log_in_as(user: User, *, ip: str, way: str = "session") -> Actor:
    """Log in who has shown by other means than a password who they are; writes the audit log."""
    actor = _actor_of(user, None, way=way, ip=ip) if user.is_active else None
    if actor is None:
        _note_login(user, user.account, "login.failed", way, ip, None)
        raise NotLoggedInError("the account is closed, or belongs to no organization")
    _note_login(user, user.account, "login", way, ip, actor.organization_id)
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
        select(Membership.role, Organization, Membership.site_ids, Membership.tags)
        .join(Organization, Organization.id == Membership.organization_id)
        .where(Membership.user_id == user.id, Membership.is_active.is_(True))
    )
    if organization_id is not None:
        statement = statement.where(Membership.organization_id == organization_id)
    is_last = case((Membership.organization_id == user.last_organization_id, 0), else_=1)
    row = db.session.execute(statement.order_by(is_last, Membership.id).limit(1)).first()
    if row is None:
        return None
    return Actor(user, row[1], row[0], way, ip, scope=scope_of(row[1].id, row[2], row[3]))


def load_actor(
    user_id: int, organization_id: int, version: int | None, *, way: str, ip: str, began_ms: int | None = None
) -> Actor | None:
    """Whom a session or token stands for; None when it was ended, or the user is gone or out.

    `version` is the user's when it was made; None: it lives on when the password changes. `began_ms` is when
    a session began: an administrator may have ended all before a moment, for their organization.
    """
    place = (Membership.role, Membership.site_ids, Membership.tags, Membership.logins_ended_at)
    row = db.session.execute(
        select(User, Organization, *place)
        .join(Membership, Membership.user_id == User.id)
        .join(Organization, Organization.id == Membership.organization_id)
        .where(User.id == user_id, Organization.id == organization_id, Membership.is_active.is_(True))
    ).first()
    if row is None or not row[0].is_active or version not in (None, row[0].session_version):
        return None
    if began_ms is not None and row[5] is not None and began_ms <= to_ms(row[5]):
        return None
    scope = scope_of(row[1].id, row[3], row[4])
    return Actor(row[0], row[1], row[2], way, ip, scope=scope, began_ms=began_ms)
