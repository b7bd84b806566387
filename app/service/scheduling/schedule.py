"""Which monitor is checked when: the due set of a location, filled from the database."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import orjson
from redis import RedisError
from sqlalchemy import select
from sqlalchemy.orm import lazyload

from app.core.redis import get_redis
from app.core.settings import get_settings
from app.engine.usability.registry import UnknownTypeError, get_type
from app.models import Monitor, Organization, Site, db
from app.service.location.known import enabled_codes
from app.service.location.vantage import locations_among
from app.service.monitor.config import whole
from app.service.scheduling import due_set
from app.service.scheduling.due_set import LEASE_MS, Claimed, claim, confirm, keys, next_slot, phase_ms

__all__ = [
    "LEASE_MS",
    "Claimed",
    "allowed_networks",
    "arm",
    "claim",
    "compile_spec",
    "confirm",
    "disarm",
    "disarm_all",
    "is_probed",
    "keys",
    "locations_of",
    "look_again",
    "next_slot",
    "phase_ms",
    "reconcile",
    "reconcile_asked",
    "reconcile_soon",
]

log = logging.getLogger("cloudeye.schedule")
PAGE = 5_000
EVERYWHERE = ("0.0.0.0/0", "::/0")


def allowed_networks(organization: Organization) -> tuple[str, ...]:
    """Networks probes and channels of this organization may reach although they are private."""
    return EVERYWHERE if get_settings().ALLOW_PRIVATE_TARGETS else tuple(organization.allowed_networks)


def compile_spec(monitor: Monitor, organization: Organization) -> bytes:
    """What a probe has to know, as JSON: [type, config, timeout_ms, interval_ms, allow, is_inverted]."""
    spec = [
        monitor.type,
        whole(monitor),
        monitor.effective_timeout_ms,
        monitor.interval_seconds * 1000,
        list(allowed_networks(organization)),
        monitor.is_inverted,
    ]
    return orjson.dumps(spec)


def locations_of(monitor: Monitor) -> tuple[str, ...]:
    """Where a monitor is probed from: its locations that are switched on, else this installation's own."""
    return locations_among(monitor.locations or [])


def is_probed(type_name: str) -> bool:
    """Whether a type is asked at all: some report by themselves, or are summed up."""
    try:
        return get_type(type_name).is_probed
    except UnknownTypeError:
        return True  # The probe says so, where it is seen.


def arm(monitor: Monitor, organization: Organization) -> None:
    """Put a monitor into the due sets, or renew its entries. Redis away: the next reconciliation does it."""
    if not is_probed(monitor.type):
        return
    spec, interval_ms = compile_spec(monitor, organization), monitor.interval_seconds * 1000
    chosen = locations_of(monitor)
    try:
        for location in chosen:
            due_set.put(location, monitor.id, interval_ms, monitor.revision, spec)
        for location in set(enabled_codes()) - set(chosen):
            due_set.drop(location, monitor.id)
    except RedisError:
        log.warning("schedule.arm_failed", extra={"monitor_id": monitor.id})


def disarm(monitor_id: int) -> None:
    """Take a monitor out of the due sets."""
    try:
        for location in enabled_codes():
            due_set.drop(location, monitor_id)
    except RedisError:
        log.warning("schedule.disarm_failed", extra={"monitor_id": monitor_id})


def disarm_all(location: str) -> None:
    """Nothing is checked from there any more. Switched on again, its due set is made anew."""
    try:
        due_set.forget(location)
    except RedisError:
        log.warning("schedule.disarm_failed", extra={"location": location})


def look_again(wishes: Iterable[tuple[int, tuple[str, ...], int]]) -> None:
    """Bring looks forward: (monitor id, locations, unix ms). One that is lost comes with the next slot."""
    try:
        for monitor_id, locations, at_ms in wishes:
            for location in locations:
                due_set.bring_forward(location, monitor_id, at_ms)
    except RedisError:
        log.warning("schedule.look_again_failed")


def reconcile() -> dict[str, int]:
    """Make every location's due set agree with the database; how many entries were added, renewed, removed.

    The monitors are read as a few numbers each, a page at a time.
    """
    sets = {code: due_set.Reconciliation(code, partial(_arm_many, code)) for code in enabled_codes()}
    after = 0
    while page := _page(after):
        wanted: dict[str, dict[int, tuple[int, int]]] = {code: {} for code in sets}
        for row in page:
            if is_probed(row.type):
                for code in locations_among(row.locations or []):
                    wanted[code][row.id] = (row.revision, row.interval_seconds * 1000)
        for code, part in wanted.items():
            sets[code].take(part)
        after = page[-1].id
    counts = [each.finish() for each in sets.values()]
    return {name: sum(each[name] for each in counts) for name in ("renewed", "added", "removed")}


def _page(after: int) -> Sequence[Any]:
    rows = db.session.execute(
        select(Monitor.id, Monitor.type, Monitor.revision, Monitor.interval_seconds, Monitor.locations)
        .join(Site, Site.id == Monitor.site_id)
        .where(Monitor.id > after, Monitor.is_paused.is_(False), Site.archived_at.is_(None))
        .order_by(Monitor.id)
        .limit(PAGE)
    ).all()
    db.session.commit()
    return rows


def _arm_many(location: str, monitor_ids: list[int]) -> None:
    rows = db.session.execute(
        select(Monitor, Organization)
        .join(Organization, Organization.id == Monitor.organization_id)
        .where(Monitor.id.in_(monitor_ids))
        .options(lazyload(Monitor.state))
        .execution_options(populate_existing=True)
    ).all()
    db.session.commit()
    due_set.put_many(
        location,
        [
            (
                monitor.id,
                monitor.interval_seconds * 1000,
                monitor.revision,
                compile_spec(monitor, organization),
            )
            for monitor, organization in rows
        ],
    )


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
