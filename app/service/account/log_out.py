"""Members logged out by an administrator, in this organization: one of them, or all.

What ends: sessions that stand here, log-ins by tokens (JWT) and their cookies, whatever process holds them. A
session that stands in another of the member's organizations goes on there; it cannot come over to this one
any more, since it began before. API tokens are for programs and stay, unless it is said that they go too;
signed apps are the vendors', and switched off there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, delete, update
from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.errors import NotPermittedError
from app.models import ApiToken, Membership, TokenFamily, write
from app.service.access.sessions import end_all_in
from app.service.account.membership import check_may, found_in, locked, rank
from app.service.actor import Actor
from app.service.audit import record_change


def log_out_member(actor: Actor, member_id: int, *, and_tokens: bool = False) -> int:
    """End every log-in of a member here; gives how many. Nobody does it to who stands above them."""
    with write() as session:
        members = locked(session, actor.organization_id)
        row = found_in(members, member_id)
        check_may(actor, members, row, row.role)
        told = _end_in_database(session, [row], and_tokens=and_tokens)
        told = {"account": row.user.account, **told}
        record_change(session, actor, "member.log_out", "membership", row.id, after=told)
    return int(told["logins"]) + end_all_in(row.user_id, row.organization_id)


def log_out_all(actor: Actor, current: str, *, and_tokens: bool = False) -> int:
    """The same for all members whom the actor may change, and for the actor's other log-ins here.

    `current` is the key of the session that goes on. Gives how many log-ins have ended.
    """
    with write() as session:
        members = locked(session, actor.organization_id)
        mine = next((each for each in members if each.user_id == actor.user.id and each.is_active), None)
        if mine is None:
            raise NotPermittedError
        rows = [each for each in members if rank(each.role) <= rank(mine.role)]
        told = _end_in_database(session, rows, and_tokens=and_tokens, but=mine)
        told = {"members": len(rows), **told}
        record_change(session, actor, "member.log_out_all", "organization", actor.organization_id, after=told)
    ended = (end_all_in(each.user_id, each.organization_id, but=current) for each in rows)
    return int(told["logins"]) + sum(ended)


def _end_in_database(
    session: Session, rows: Sequence[Membership], *, and_tokens: bool, but: Membership | None = None
) -> dict[str, Any]:
    """All that is not in Redis; `but` keeps the session they ask by."""
    at = now()
    people, organization_id = [each.user_id for each in rows], rows[0].organization_id
    for each in rows:
        if each is not but:
            each.logins_ended_at = at
    families = _count(
        session,
        update(TokenFamily)
        .where(TokenFamily.user_id.in_(people), TokenFamily.organization_id == organization_id)
        .where(TokenFamily.ended_at.is_(None), TokenFamily.expires_at > at)
        .values(ended_at=at),
    )
    if not and_tokens:
        return {"logins": families}
    own = (ApiToken.user_id.in_(people), ApiToken.organization_id == organization_id)
    return {"logins": families, "api_tokens": _count(session, delete(ApiToken).where(*own))}


def _count(session: Session, statement: Any) -> int:
    done = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", done).rowcount
