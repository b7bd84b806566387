"""Invitations that end with something else than being taken back, in the transaction of that other thing.

Whoever may less from now on must not come back by an invitation of their own making, nor somebody who was
taken out by one that was left over.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, or_, update
from sqlalchemy.orm import Session

from app.core.clock import now
from app.models import Invitation


def end_made_by(
    session: Session, user_id: int, organization_id: int | None = None, *, but: Collection[str] = ()
) -> dict[str, int]:
    """End the open ones that a user has made, in one organization or in all, but those to roles in `but`.

    Gives what the audit log is told of it; nothing where none was open.
    """
    which = [Invitation.invited_by_id == user_id]
    if organization_id is not None:
        which.append(Invitation.organization_id == organization_id)
    if but:
        which.append(Invitation.role.not_in(but))
    return _end(session, *which)


def end_made_for(session: Session, organization_id: int, *accounts: str | None) -> dict[str, int]:
    """End the open ones to any of these addresses of one person; gives what the audit log is told of it."""
    names = [each for each in accounts if each]
    if not names:
        return {}
    theirs = or_(Invitation.email.in_(names), Invitation.phone.in_(names))
    return _end(session, Invitation.organization_id == organization_id, theirs)


def _end(session: Session, *which: ColumnElement[bool]) -> dict[str, int]:
    done = session.execute(
        update(Invitation)
        .where(*which, Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
        .where(Invitation.expires_at > now())
        .values(revoked_at=now())
        .execution_options(synchronize_session=False)
    )
    count = cast("CursorResult[Any]", done).rowcount
    return {"invitations_ended": count} if count else {}
