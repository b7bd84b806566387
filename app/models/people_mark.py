"""A mark in Redis that is another one after every change to people: users, organizations, memberships.

Each process keeps at hand whom sessions stand for (`service.access.known`) and drops it when the mark is
another, which is read along with each session. A mark that could not be set costs that process nothing but
time: what is kept ends by itself within a second.
"""

from __future__ import annotations

import logging
import secrets
from typing import Any

from redis import RedisError
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

from app.core.redis import get_redis
from app.models.base import after_commit
from app.models.user import Membership, Organization, User

log = logging.getLogger("cloudeye.people")
MARK = "people.mark"
_PEOPLE = (User, Organization, Membership)
_TABLES = frozenset(model.__tablename__ for model in _PEOPLE)


def set_mark() -> None:
    """Something about people is another from now on; never an error, since the change itself is done."""
    try:
        get_redis().set(MARK, secrets.token_hex(8))
    except RedisError:
        log.warning("people.mark_not_set")


@event.listens_for(Session, "before_flush")
def _on_rows(session: Session, _context: Any, _instances: Any) -> None:
    if any(
        isinstance(row, _PEOPLE) for rows in (session.new, session.dirty, session.deleted) for row in rows
    ):
        after_commit(session, set_mark)


@event.listens_for(Session, "do_orm_execute")
def _on_statement(state: ORMExecuteState) -> None:
    if state.is_select:
        return
    table = getattr(state.statement, "table", None)
    if getattr(table, "name", "") in _TABLES:
        after_commit(state.session, set_mark)
