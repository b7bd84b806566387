"""Taking somebody's second factors away, which are lost: by an administrator, or by who runs it."""

from __future__ import annotations

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from app.core.errors import ConflictError, NotFoundError, NotPermittedError
from app.models import ROLES, Membership, Passkey, RecoveryCode, Totp, User, db, write
from app.service.access.sessions import end_all_of
from app.service.account.address import find_account
from app.service.account.organizations import first_place
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.owned import fetch_own


def find_member(actor: Actor, member_id: int) -> Membership:
    """A member of the actor's organization, with the user; NotFoundError when there is none."""
    return fetch_own(db.session(), Membership, actor, member_id, joinedload(Membership.user))


def reset_factors(actor: Actor, member_id: int) -> None:
    """Take a member's second factors away and end their sessions; they log in by password alone then.

    Nobody does it to themselves (that is removing them, which asks for one), nor to who stands above them,
    nor to who is in another organization too: that one's safety is not ours to lower.
    """
    member = find_member(actor, member_id)
    if member.user_id == actor.user.id:
        raise ConflictError("remove your own second factors on the page of your account")
    if ROLES.index(member.role) < ROLES.index(actor.role):
        raise NotPermittedError
    elsewhere = select(func.count()).where(
        Membership.user_id == member.user_id, Membership.organization_id != actor.organization_id
    )
    if db.session.scalar(elsewhere):
        raise ConflictError("this member belongs to another organization too; who runs CloudEye can do it")
    with write() as session:
        _clear(session, member.user_id)
        said = {"account": member.user.account}
        record_change(session, actor, "factor.reset", "user", member.user_id, before=said)
    end_all_of(member.user_id)


def reset_factors_of(account: str) -> None:
    """The same by whoever runs the installation, whatever organizations the account is in."""
    user = find_account(account)
    if user is None:
        raise NotFoundError(f"there is no account {account}")
    with write() as session:
        _clear(session, user.id)
        actor = first_place(session, user, ip="", way="cli")
        if actor is not None:
            record_change(session, actor, "factor.reset", "user", user.id)
    end_all_of(user.id)


def _clear(session: Session, user_id: int) -> None:
    for kind in (Totp, RecoveryCode, Passkey):
        session.execute(delete(kind).where(kind.user_id == user_id))
    user = session.get_one(User, user_id)
    user.has_factor = False
    user.session_version += 1
