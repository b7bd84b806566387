"""Everything of an account ended at once, or of all accounts."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update

from app.core.errors import NotFoundError
from app.models import ApiToken, Organization, User, write
from app.service.access.sessions import end_all_of
from app.service.account.address import find_account
from app.service.account.organizations import first_place
from app.service.audit import record_by_operator, record_change


def log_out_everywhere(account: str, *, and_tokens: bool = False) -> int:
    """End all sessions and log-ins by tokens of an account, on demand its API tokens too.

    Gives how many API tokens. For whoever runs the installation, when somebody else may have the account.
    """
    user = find_account(account)
    if user is None:
        raise NotFoundError(f"there is no account {account}")
    ended = 0
    with write() as session:
        session.get_one(User, user.id).session_version += 1
        if and_tokens:
            for token in session.scalars(select(ApiToken).where(ApiToken.user_id == user.id)):
                session.delete(token)
                ended += 1
        actor = first_place(session, user, ip="", way="cli")
        if actor is not None:
            facts = {"account": user.account, "api_tokens": ended}
            record_change(session, actor, "session.end_all", "user", user.id, after=facts)
    end_all_of(user.id)
    return ended


def log_out_everybody(*, and_tokens: bool = False) -> tuple[int, int]:
    """The same for every account of the installation; gives how many accounts, and how many API tokens."""
    quietly = {"synchronize_session": False}
    ended = 0
    with write() as session:
        session.execute(
            update(User).values(session_version=User.session_version + 1).execution_options(**quietly)
        )
        if and_tokens:
            deleted = session.execute(delete(ApiToken).execution_options(**quietly))
            ended = cast("CursorResult[Any]", deleted).rowcount
        for organization_id in session.scalars(select(Organization.id)).all():
            told = {"accounts": "all", "with_api_tokens": and_tokens}
            record_by_operator(session, organization_id, "session.end_all", "organization", after=told)
        people = session.scalars(select(User.id)).all()
    for user_id in people:
        end_all_of(user_id)
    return len(people), ended
