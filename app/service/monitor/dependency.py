"""Which monitors a monitor depends on: while one of those is in trouble, nobody is told of its own."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.errors import InvalidError
from app.models import Monitor, MonitorDependency, Organization, Site, db
from app.service.actor import Actor
from app.service.alerting.family import load_family

MOST_PARENTS = 20


def set_dependencies(
    session: Session, monitor: Monitor, parent_ids: Collection[int], field: str = "dependencies"
) -> None:
    """Make these the monitor's parents, in the caller's transaction; `field` is what the caller calls them.

    Raises InvalidError: one that is not the organization's, the monitor itself, or a circle.
    """
    wanted = set(parent_ids)
    present = set(
        session.scalars(select(MonitorDependency.parent_id).where(MonitorDependency.monitor_id == monitor.id))
    )
    if wanted - present:
        _must_be_ours(session, monitor, wanted, field)
        # One change at a time: two halves of a circle, made at once, would each find nothing wrong.
        own = Organization.id == monitor.organization_id
        session.execute(select(Organization.id).where(own).with_for_update())
        family = load_family(session, wanted)
        if any(family.would_circle(monitor.id, parent) for parent in wanted):
            raise InvalidError({field: "this would go in a circle"})
        session.add_all(
            MonitorDependency(monitor_id=monitor.id, parent_id=each) for each in sorted(wanted - present)
        )
    if present - wanted:
        session.execute(
            delete(MonitorDependency).where(
                MonitorDependency.monitor_id == monitor.id,
                MonitorDependency.parent_id.in_(present - wanted),
            )
        )
    if wanted != present:
        monitor.updated_at = now()
    session.flush()
    session.expire(monitor, ["dependency_rows"])


def _must_be_ours(session: Session, monitor: Monitor, wanted: set[int], field: str) -> None:
    if len(wanted) > MOST_PARENTS:
        raise InvalidError({field: f"must be at most {MOST_PARENTS}"})
    ours = set(
        session.scalars(
            select(Monitor.id).where(
                Monitor.organization_id == monitor.organization_id, Monitor.id.in_(wanted)
            )
        )
    )
    if wanted - ours:
        raise InvalidError({field: f"there is no monitor {min(wanted - ours)}"})


def possible_parents(actor: Actor, *, q: str = "", ids: Collection[int] = ()) -> list[tuple[int, str, str]]:
    """Monitors to choose from, as (id, name, site): these, or some whose own or site's name has `q`."""
    statement = (
        select(Monitor.id, Monitor.name, Site.name)
        .join(Site, Site.id == Monitor.site_id)
        .where(Monitor.organization_id == actor.organization_id, Site.archived_at.is_(None))
        .order_by(Site.name, Monitor.name, Monitor.id)
        .limit(MOST_PARENTS)
    )
    if ids:
        statement = statement.where(Monitor.id.in_(ids))
    elif q.strip():
        like = q.strip()[:200]
        statement = statement.where(
            or_(Monitor.name.contains(like, autoescape=True), Site.name.contains(like, autoescape=True))
        )
    else:
        return []
    return [(each, name, site) for each, name, site in db.session.execute(statement)]
