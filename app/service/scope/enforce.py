"""Narrows every query of whoever is narrowed, in the one place that all of them pass.

SQLAlchemy asks before it runs a statement of models: SELECT, UPDATE and DELETE, whole rows and columns,
joins and subqueries. For a narrowed actor each model that hangs on a site gets its criterion; for anybody
else, and for what runs by itself, the statement passes untouched. New rows are looked at before they are
written.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql.base import ExecutableOption

from app.core.errors import NotFoundError
from app.models import Site
from app.service.scope import ways
from app.service.scope.scope import Scope

UNSCOPED = "unscoped"
"""An execution option for a statement that looks whose something is, before anything is shown of it."""


def listen(current: Callable[[], Scope | None]) -> None:
    """Hang the filter on every session of this process."""

    @event.listens_for(Session, "do_orm_execute")
    def _narrow(state: ORMExecuteState) -> None:
        scope = current()
        if scope is None or state.is_column_load or state.is_relationship_load:
            return
        if not state.execution_options.get(UNSCOPED):
            state.statement = state.statement.options(*_criteria(scope))

    @event.listens_for(Session, "before_flush")
    def _refuse(session: Session, _context: Any, _instances: Any) -> None:
        scope = current()
        if scope is not None:
            for row in session.new:
                if not _is_within(session, scope, row):
                    raise NotFoundError("there is no such site")


@lru_cache(maxsize=256)
def _criteria(scope: Scope) -> tuple[ExecutableOption, ...]:
    """One option a model, kept from one request of the same scope to the next."""
    return tuple(
        with_loader_criteria(model, ways.criterion(model, scope), include_aliases=True)
        for name, (model, _table) in ways.mapped().items()
        if name in ways.ways()
    )


def _is_within(session: Session, scope: Scope, row: Any) -> bool:
    """Whether a new row may be written. One without a site is the organization's, where it can be without."""
    table = inspect(type(row)).local_table
    if "site_id" not in table.c or (row.site_id is None and not table.c.site_id.nullable):
        return True  # Whose site the parent's is, is known: it was fetched within the scope.
    return covers(session, scope, row.site_id)


def covers(session: Session, scope: Scope, site_id: int | None) -> bool:
    """Is the site of this id in the scope? One that is just being made counts by the tags it is given."""
    if site_id is None:
        return False
    if site_id in scope.site_ids:
        return True
    with session.no_autoflush:
        made = session.identity_map.get(session.identity_key(Site, site_id))
        if isinstance(made, Site):
            return scope.covers(site_id, made.tags)
        wanted = select(ways.SITES.c.id).where(
            ways.SITES.c.id == site_id, ways.table_criterion(ways.SITES, scope)
        )
        return session.scalar(wanted) is not None
