"""Groups, looked at when a member has changed and at each of their own intervals."""

from __future__ import annotations

from pydantic import ValidationError
from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import aliased

from app.core.clock import now_ms
from app.engine.usability.probes.group import GroupConfig, summed_up
from app.engine.usability.types import Sample
from app.models import GroupMember, Monitor, MonitorState, Site, db
from app.service.passive.prepare import member_ids
from app.service.passive.samples import AHEAD_MS, sample_of, unreadable

AT_ONCE = 500


def look_at_groups(at_ms: int | None = None) -> list[Sample]:
    """The samples of the groups whose time has come, or one of whose members has changed since."""
    at_ms = now_ms() if at_ms is None else at_ms
    samples = [_look(group, at_ms) for group in _due(at_ms)]
    db.session.commit()
    return samples


def _due(at_ms: int) -> list[Monitor]:
    """Those by members come first to be looked at again; members by tag count at the group's own interval."""
    member = aliased(MonitorState)
    has_changed = exists().where(
        GroupMember.group_id == Monitor.id,
        member.monitor_id == GroupMember.member_id,
        member.since_ms > MonitorState.last_due_ms,
    )
    statement = (
        select(Monitor)
        .join(MonitorState, MonitorState.monitor_id == Monitor.id)
        .join(Site, Site.id == Monitor.site_id)
        .where(
            Monitor.type == "group",
            Monitor.is_paused.is_(False),
            Site.archived_at.is_(None),
            or_(
                MonitorState.last_due_ms + Monitor.interval_seconds * 1000 <= at_ms,
                MonitorState.last_due_ms > at_ms + AHEAD_MS,
                and_(MonitorState.last_due_ms < at_ms, has_changed),
            ),
        )
        .order_by(MonitorState.last_due_ms)
        .limit(AT_ONCE)
    )
    return list(db.session.scalars(statement))


def _look(group: Monitor, at_ms: int) -> Sample:
    try:
        config = GroupConfig.model_validate(group.config)
    except ValidationError as error:
        return unreadable(group.id, at_ms, error)
    ids = member_ids(db.session(), group, config.tags)
    rows = db.session.execute(
        select(Monitor.name, MonitorState.state)
        .join(MonitorState, MonitorState.monitor_id == Monitor.id)
        .where(Monitor.id.in_(ids))
        .order_by(Monitor.name)
    )
    return sample_of(group.id, at_ms, summed_up(config, [(name, state) for name, state in rows]))
