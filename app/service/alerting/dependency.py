"""Which monitor depends on which: while a parent is in trouble, nobody is told of its children."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from app.core.errors import InvalidError
from app.models import Monitor, MonitorDependency, db, write
from app.service.actor import Actor
from app.service.audit import record_change
from app.service.monitor.dependency import set_dependencies
from app.service.owned import fetch_own
from app.service.paging import Page, cut, decode_cursor


def list_dependencies(
    actor: Actor,
    *,
    monitor_id: int | None = None,
    parent_id: int | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[MonitorDependency]:
    """The organization's edges, by child and parent."""
    child, parent = MonitorDependency.monitor_id, MonitorDependency.parent_id
    statement = (
        select(MonitorDependency)
        .join(Monitor, Monitor.id == child)
        .where(Monitor.organization_id == actor.organization_id)
    )
    if monitor_id is not None:
        statement = statement.where(child == monitor_id)
    if parent_id is not None:
        statement = statement.where(parent == parent_id)
    if cursor:
        after = decode_cursor(cursor, [int, int])
        statement = statement.where((child > after[0]) | (child == after[0]) & (parent > after[1]))
    rows = list(db.session.scalars(statement.order_by(child, parent).limit(limit + 1)))
    return cut(rows, limit, lambda row: [row.monitor_id, row.parent_id])


def parents_of(actor: Actor, monitor_id: int) -> list[Monitor]:
    monitor = fetch_own(db.session(), Monitor, actor, monitor_id)
    return _monitors(MonitorDependency.parent_id, MonitorDependency.monitor_id, monitor.id)


def children_of(actor: Actor, monitor_id: int, limit: int = 200) -> list[Monitor]:
    monitor = fetch_own(db.session(), Monitor, actor, monitor_id)
    return _monitors(MonitorDependency.monitor_id, MonitorDependency.parent_id, monitor.id)[:limit]


def _monitors(
    wanted: InstrumentedAttribute[int], given: InstrumentedAttribute[int], monitor_id: int
) -> list[Monitor]:
    statement = (
        select(Monitor)
        .join(MonitorDependency, wanted == Monitor.id)
        .where(given == monitor_id)
        .order_by(Monitor.name, Monitor.id)
    )
    return list(db.session.scalars(statement))


def set_parents(actor: Actor, monitor_id: int, parent_ids: Collection[int] | None) -> list[Monitor]:
    """Name all the monitors this one depends on. Refused when it would come to depend on itself."""
    with write() as session:
        monitor = fetch_own(session, Monitor, actor, monitor_id)
        if parent_ids is None:
            raise InvalidError({"parents": "is missing"})
        before, after = sorted(monitor.dependencies), sorted(set(parent_ids))
        set_dependencies(session, monitor, after, field="parents")
        if before != after:
            record_change(
                session,
                actor,
                "monitor.parents",
                "monitor",
                monitor.id,
                before={"parents": [str(each) for each in before]},
                after={"parents": [str(each) for each in after]},
            )
    return parents_of(actor, monitor_id)
