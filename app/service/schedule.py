"""Which monitor is checked when: the due set of a location, filled from the database."""

from __future__ import annotations

import logging

import orjson
from redis import RedisError
from sqlalchemy import select

from app.core.redis import get_redis
from app.core.settings import get_settings
from app.models import Monitor, Organization, Site, db
from app.service import due_set
from app.service.due_set import LEASE_MS, Claimed, claim, confirm, keys, next_slot, phase_ms
from app.service.monitor_config import whole

__all__ = [
    "LEASE_MS",
    "Claimed",
    "allowed_networks",
    "arm",
    "claim",
    "compile_spec",
    "confirm",
    "disarm",
    "keys",
    "locations_of",
    "next_slot",
    "phase_ms",
    "reconcile",
    "reconcile_asked",
    "reconcile_soon",
]

log = logging.getLogger("cloudeye.schedule")
EVERYWHERE = ("0.0.0.0/0", "::/0")


def allowed_networks(organization: Organization) -> tuple[str, ...]:
    """Networks probes and channels of this organization may reach although they are private."""
    return EVERYWHERE if get_settings().ALLOW_PRIVATE_TARGETS else tuple(organization.allowed_networks)


def compile_spec(monitor: Monitor, organization: Organization) -> bytes:
    """All a probe has to know of a monitor: [type, config, timeout_ms, interval_ms, allow] as JSON."""
    spec = [
        monitor.type,
        whole(monitor),
        monitor.effective_timeout_ms,
        monitor.interval_seconds * 1000,
        list(allowed_networks(organization)),
    ]
    return orjson.dumps(spec)


def locations_of(monitor: Monitor) -> tuple[str, ...]:
    """Where a monitor is probed from: this installation's location."""
    return (get_settings().LOCATION,)


def arm(monitor: Monitor, organization: Organization) -> None:
    """Put a monitor into the due set, or renew its entry. Redis away: the next reconciliation does it."""
    spec, interval_ms = compile_spec(monitor, organization), monitor.interval_seconds * 1000
    try:
        for location in locations_of(monitor):
            due_set.put(location, monitor.id, interval_ms, monitor.revision, spec)
    except RedisError:
        log.warning("schedule.arm_failed", extra={"monitor_id": monitor.id})


def disarm(monitor_id: int) -> None:
    """Take a monitor out of the due set."""
    try:
        due_set.drop(get_settings().LOCATION, monitor_id)
    except RedisError:
        log.warning("schedule.disarm_failed", extra={"monitor_id": monitor_id})


def reconcile(location: str) -> dict[str, int]:
    """Make the due set agree with the database; returns how many entries were added, renewed and removed."""
    wanted = {
        monitor_id: (revision, interval * 1000)
        for monitor_id, revision, interval in db.session.execute(
            select(Monitor.id, Monitor.revision, Monitor.interval_seconds)
            .join(Site, Site.id == Monitor.site_id)
            .where(Monitor.is_paused.is_(False), Site.archived_at.is_(None))
        )
    }
    db.session.commit()
    return due_set.reconcile(location, wanted, _arm_many)


def _arm_many(monitor_ids: list[int]) -> None:
    rows = db.session.execute(
        select(Monitor, Organization)
        .join(Organization, Organization.id == Monitor.organization_id)
        .where(Monitor.id.in_(monitor_ids))
        .execution_options(populate_existing=True)
    ).all()
    db.session.commit()
    for monitor, organization in rows:
        arm(monitor, organization)


RECONCILE_KEY = "schedule:reconcile_now"


def reconcile_soon() -> None:
    """Ask the schedulers to reconcile with their next turn rather than within the minute."""
    try:
        get_redis().set(RECONCILE_KEY, "1", ex=120)
    except RedisError:
        log.warning("schedule.reconcile_soon_failed")


def reconcile_asked() -> bool:
    """Whether somebody asked; the question is answered by one scheduler."""
    return bool(get_redis().delete(RECONCILE_KEY))
