"""Which monitors are under planned work now: asked for every result, so it is kept for a few seconds."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, Select, or_, select

from app.core.redis import TtlCache
from app.engine.usability.alerting.recurrence import Span, joined
from app.models import GroupMember, MaintenanceWindow, Monitor, SiteTag, db
from app.service.maintenance.plan import spans_of
from app.service.scope.current import everything

log = logging.getLogger("cloudeye.maintenance")
Spans = Mapping[int, Sequence[tuple[int, int]]]
# Results may come late, by as long as a database was away.
BACK_MS, AHEAD_MS = 2 * 86_400_000, 2 * 3_600_000
KEPT_SECONDS = 5
EXPANDED_SECONDS = 3_600
_spans: TtlCache[Spans] = TtlCache(KEPT_SECONDS, 4)
_expanded: TtlCache[list[Span]] = TtlCache(EXPANDED_SECONDS, 20_000)


def spans(at_ms: int) -> Spans:
    """Monitor id → its [start_ms, end_ms) of planned work, of the last two days and the next two hours."""
    return _spans.get_or_make(str(db.engine.url), lambda: _look(at_ms))


def is_maintained(monitor_id: int, at_ms: int) -> bool:
    """Whether a monitor is under planned work at a moment of the last two days."""
    return end_of(spans(at_ms), monitor_id, at_ms) is not None


def end_of(maintained: Spans, monitor_id: int | None, at_ms: int) -> int | None:
    """When the planned work that the monitor is under at a moment ends, unix ms; None outside of any."""
    own = maintained.get(monitor_id, ()) if monitor_id is not None else ()
    return next((end for start, end in own if start <= at_ms < end), None)


def is_site_maintained(organization_id: int, site_id: int, at_ms: int) -> bool:
    """Whether planned work covers a whole site at a moment: by itself, by a tag, or with all others."""
    for window in db.session.scalars(_enabled().where(MaintenanceWindow.organization_id == organization_id)):
        if any(each.start_ms <= at_ms < each.end_ms for each in spans_of(window, at_ms, at_ms + 1)):
            if window.covers_all or site_id in window.site_ids or _is_tagged(site_id, window.tags):
                return True
    return False


def forget() -> None:
    """Look at the database again with the next question."""
    _spans.clear()


def _enabled() -> Select[MaintenanceWindow]:
    return select(MaintenanceWindow).where(MaintenanceWindow.is_enabled.is_(True))


@everything()
def _look(at_ms: int) -> Spans:
    found: dict[int, list[Span]] = defaultdict(list)
    for window in db.session.scalars(_enabled()):
        now_and_near = _now_and_near(window, at_ms)
        if now_and_near:
            for monitor_id in covered_monitors(window):
                found[monitor_id] += now_and_near
    return {
        monitor_id: tuple((each.start_ms, each.end_ms) for each in joined(several))
        for monitor_id, several in found.items()
    }


def _now_and_near(window: MaintenanceWindow, at_ms: int) -> list[Span]:
    """One that cannot be read any more (its zone is gone, say) plans nothing, and stops nobody's results."""
    try:
        expanded = _expansion(window, at_ms)
    except (ValueError, LookupError):
        log.warning("maintenance.window_unreadable", extra={"window_id": window.id})
        return []
    return [each for each in expanded if each.end_ms > at_ms - BACK_MS and each.start_ms < at_ms + AHEAD_MS]


def _expansion(window: MaintenanceWindow, at_ms: int) -> list[Span]:
    """The window's spans round a moment, reckoned once an hour."""
    key = f"{window.id}:{window.updated_at.isoformat()}"
    reach = EXPANDED_SECONDS * 1000
    return _expanded.get_or_make(
        key, lambda: spans_of(window, at_ms - BACK_MS - reach, at_ms + AHEAD_MS + reach)
    )


def covered_monitors(window: MaintenanceWindow) -> Iterable[int]:
    """The ids of the monitors that a window covers."""
    statement = select(Monitor.id).where(Monitor.organization_id == window.organization_id)
    if not window.covers_all:
        statement = statement.where(or_(*_conditions(window)))
    return db.session.scalars(statement)


def _conditions(window: MaintenanceWindow) -> list[ColumnElement[bool]]:
    members = select(GroupMember.member_id).where(GroupMember.group_id.in_(window.monitor_ids))
    tagged = select(SiteTag.site_id).where(
        SiteTag.organization_id == window.organization_id, SiteTag.tag.in_(window.tags)
    )
    return [
        Monitor.site_id.in_(window.site_ids),
        Monitor.site_id.in_(tagged),
        Monitor.id.in_(window.monitor_ids),
        Monitor.id.in_(members),
    ]


def _is_tagged(site_id: int, tags: Sequence[str]) -> bool:
    statement = select(SiteTag.tag).where(SiteTag.site_id == site_id, SiteTag.tag.in_(tags))
    return bool(tags) and db.session.scalar(statement) is not None
