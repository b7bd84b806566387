"""What a monitor needs in the database that reports by itself, or sums others up."""

from __future__ import annotations

import secrets

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.core.clock import now_ms
from app.core.errors import InvalidError
from app.engine.usability.probes.group import GroupConfig
from app.engine.usability.probes.heartbeat import HeartbeatConfig
from app.models import GroupMember, Heartbeat, Monitor, Site, SiteTag

TOKEN_BYTES = 24
MOST_MEMBERS = 2_000


def prepare(session: Session, monitor: Monitor) -> None:
    """Call it in the transaction that makes or changes a monitor, once the row has its id.

    Raises InvalidError naming `config.members`.
    """
    if monitor.type == "heartbeat":
        _prepare_heartbeat(session, monitor)
    elif monitor.type == "group":
        _prepare_group(session, monitor)


def _prepare_heartbeat(session: Session, monitor: Monitor) -> None:
    monitor.push_token = monitor.push_token or secrets.token_urlsafe(TOKEN_BYTES)
    config = HeartbeatConfig.model_validate(monitor.config)
    row = session.get(Heartbeat, monitor.id)
    if row is None:
        session.add(Heartbeat(monitor_id=monitor.id, deadline_ms=config.deadline_after(now_ms())))
    elif row.started_ms is None:
        # Another schedule counts from now: nobody is late by a rule that did not hold when they last called.
        row.deadline_ms = config.deadline_after(max(row.last_call_ms or 0, now_ms()))


def _prepare_group(session: Session, group: Monitor) -> None:
    config = GroupConfig.model_validate(group.config)
    wanted = set(config.members)
    own = set(
        session.scalars(
            select(Monitor.id).where(Monitor.organization_id == group.organization_id, Monitor.id.in_(wanted))
        )
    )
    if wanted - own:
        raise InvalidError({"config.members": f"there is no monitor {min(wanted - own)}"})
    if group.id in wanted or _reaches(session, wanted, group.id):
        raise InvalidError({"config.members": "a group cannot sum itself up, nor one that holds it"})
    session.execute(delete(GroupMember).where(GroupMember.group_id == group.id))
    session.add_all(GroupMember(group_id=group.id, member_id=each) for each in sorted(wanted))
    session.flush()


def _reaches(session: Session, start: set[int], goal: int) -> bool:
    """Whether the members of these groups, theirs, and so on hold `goal`."""
    seen: set[int] = set()
    front = start
    while front and len(seen) < MOST_MEMBERS:
        seen |= front
        found = set(session.scalars(select(GroupMember.member_id).where(GroupMember.group_id.in_(front))))
        if goal in found:
            return True
        front = found - seen
    return False


def member_ids(session: Session, group: Monitor, tags: list[str]) -> list[int]:
    """The ids of a group's members: those it names, and those of sites that carry one of its tags.

    Groups are members by name only, or two groups of one tag would hold each other.
    """
    named = select(GroupMember.member_id).where(GroupMember.group_id == group.id)
    found = set(session.scalars(named))
    if tags:
        found |= set(
            session.scalars(
                select(Monitor.id)
                .join(Site, Site.id == Monitor.site_id)
                .join(SiteTag, SiteTag.site_id == Site.id)
                .where(
                    SiteTag.organization_id == group.organization_id,
                    SiteTag.tag.in_(tags),
                    Site.archived_at.is_(None),
                    Monitor.type != "group",
                )
                .limit(MOST_MEMBERS)
            )
        )
    return sorted(found - {group.id})
