"""Which monitors depend on which, and how those further up are now."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.clock import from_ms, to_ms
from app.engine.usability.alerting.dependency import Ancestor, Family
from app.models import Incident, Monitor, MonitorDependency
from app.service.scope.current import everything

AT_ONCE = 500
DEEPEST = 50
# Recoveries longer ago than this are no reason to wait any more, whatever the intervals are.
REMEMBERED_MS = 7 * 86_400_000


@everything()
def load_family(session: Session, monitor_ids: Iterable[int]) -> Family:
    """The edges above these monitors, layer by layer: what has no parents costs one small query."""
    edges: set[tuple[int, int]] = set()
    seen: set[int] = set()
    layer = set(monitor_ids)
    for _ in range(DEEPEST):
        seen |= layer
        found = {(child, parent) for part in parts(layer) for child, parent in _edges_above(session, part)}
        edges |= found
        layer = {parent for _, parent in found} - seen
        if not layer:
            break
    return Family.of(sorted(edges))


def _edges_above(session: Session, children: Collection[int]) -> list[tuple[int, int]]:
    rows = session.execute(
        select(MonitorDependency.monitor_id, MonitorDependency.parent_id).where(
            MonitorDependency.monitor_id.in_(children)
        )
    )
    return [(row.monitor_id, row.parent_id) for row in rows]


def parts(ids: Collection[int]) -> list[list[int]]:
    ordered = sorted(ids)
    return [ordered[start : start + AT_ONCE] for start in range(0, len(ordered), AT_ONCE)]


def load_ancestors(session: Session, monitor_ids: Collection[int], at_ms: int) -> dict[int, Ancestor]:
    """How each of these monitors is now: in trouble or not, when it was last looked at, when it recovered."""
    found: dict[int, Ancestor] = {}
    for part in parts(monitor_ids):
        recovered = _recoveries(session, part, at_ms)
        troubles = _troubles(session, part)
        monitors = session.scalars(
            select(Monitor).where(Monitor.id.in_(part)).execution_options(populate_existing=True)
        )
        for monitor in monitors:
            found[monitor.id] = _ancestor(monitor, troubles.get(monitor.id), recovered.get(monitor.id))
    return found


def _ancestor(monitor: Monitor, trouble: tuple[str, int] | None, recovered_ms: int | None) -> Ancestor:
    state = monitor.state
    level, since_ms = trouble or (None, state.since_ms)
    if level is None and state.state == "MAINTENANCE" and state.last_status == "down":
        # Planned work opens no incident, and takes down what depends on it all the same.
        level = "down"
    return Ancestor(
        monitor_id=monitor.id,
        name=monitor.name,
        interval_ms=monitor.interval_seconds * 1000,
        timeout_ms=monitor.effective_timeout_ms,
        confirm=monitor.confirm_count,
        last_due_ms=state.last_due_ms,
        failures=state.failures,
        trouble=level,
        since_ms=since_ms,
        recovered_ms=recovered_ms,
        # Of an archived site nobody has paused it, and it is watched as little.
        is_paused=monitor.is_paused or state.state == "PAUSED",
    )


def _troubles(session: Session, monitor_ids: Collection[int]) -> dict[int, tuple[str, int]]:
    """Monitor → the level of its open incident, and since when."""
    rows = session.execute(
        select(Incident.monitor_id, Incident.level, Incident.started_at)
        .where(
            Incident.monitor_id.in_(monitor_ids),
            Incident.closed_at.is_(None),
            Incident.is_withdrawn.is_(False),
        )
        .order_by(Incident.id)
    )
    return {row.monitor_id: (row.level, to_ms(row.started_at)) for row in rows}


def _recoveries(session: Session, monitor_ids: Collection[int], at_ms: int) -> dict[int, int]:
    rows = session.execute(
        select(Incident.monitor_id, func.max(Incident.closed_at).label("closed_at"))
        .where(
            Incident.monitor_id.in_(monitor_ids),
            Incident.closed_at > from_ms(at_ms - REMEMBERED_MS),
            Incident.is_withdrawn.is_(False),
        )
        .group_by(Incident.monitor_id)
    )
    return {row.monitor_id: to_ms(row.closed_at) for row in rows}


def load_descendants(session: Session, monitor_ids: Iterable[int]) -> set[int]:
    """Every monitor below these."""
    found: set[int] = set()
    layer = set(monitor_ids)
    for _ in range(DEEPEST):
        below: set[int] = set()
        for part in parts(layer):
            statement = select(MonitorDependency.monitor_id).where(MonitorDependency.parent_id.in_(part))
            below.update(session.scalars(statement))
        layer = below - found
        found |= layer
        if not layer:
            break
    return found
