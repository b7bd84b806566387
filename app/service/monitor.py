"""Monitors: create, change, pause, resume, and check now."""

from __future__ import annotations

import logging
from typing import Any

from pydantic import ValidationError
from redis import RedisError
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.core.clock import now_ms
from app.core.errors import ConflictError, InvalidError
from app.engine.usability.registry import MonitorType, UnknownTypeError, get_type, problems
from app.engine.usability.state import pause, resume
from app.models import Event, Monitor, MonitorState, Site, db, write
from app.service import schedule
from app.service.actor import Actor
from app.service.audit import changed, record_change
from app.service.day_counts import forget_days_of
from app.service.monitor_config import keep, masked, unmasked, whole
from app.service.owned import fetch_own
from app.service.paging import Page, page_by_id
from app.service.queue import send_run
from app.service.site import get_site
from app.service.state import apply_transitions, load_memory, store_memory

log = logging.getLogger("cloudeye.monitor")
INTERVALS = (1, 86_400)
SHOWN = ("name", "interval_seconds", "timeout_seconds", "confirm_count", "recover_count", "config")


def get_monitor(actor: Actor, monitor_id: int) -> Monitor:
    """The organization's monitor, or `NotFoundError`."""
    return _own(db.session(), actor, monitor_id)


def _own(session: Session, actor: Actor, monitor_id: int) -> Monitor:
    return fetch_own(session, Monitor, actor, monitor_id, joinedload(Monitor.site))


def list_monitors(
    actor: Actor,
    *,
    site_id: int | None = None,
    state: str | None = None,
    q: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Monitor]:
    """The organization's monitors, oldest first, with their states."""
    statement = (
        select(Monitor)
        .join(Monitor.site)
        .where(Monitor.organization_id == actor.organization_id, Site.archived_at.is_(None))
        .options(joinedload(Monitor.site))
    )
    if site_id is not None:
        statement = statement.where(Monitor.site_id == site_id)
    if state:
        statement = statement.join(MonitorState).where(MonitorState.state == state)
    if q:
        statement = statement.where(Monitor.name.contains(q, autoescape=True))
    return page_by_id(statement, Monitor.id, cursor, limit, newest_first=False)


def create_monitor(actor: Actor, values: dict[str, Any]) -> Monitor:
    """Add a monitor to a site and make its first check at once."""
    site = get_site(actor, values["site_id"])
    if site.archived_at:
        raise ConflictError("the site is archived; restore it first")
    kind = _type_of(values["type"])
    clean = _cleaned(kind, values, {}, {})
    config = clean.pop("config")
    with write() as session:
        monitor = Monitor(organization_id=actor.organization_id, site_id=site.id, type=kind.name, **clean)
        keep(monitor, kind, config)
        session.add(monitor)
        session.flush()
        monitor.state = MonitorState(monitor_id=monitor.id, since_ms=now_ms())
        session.add(_event(actor, monitor, "monitor.created"))
        record_change(session, actor, "monitor.create", "monitor", monitor.id, after=_facts(monitor))
    monitor = get_monitor(actor, monitor.id)
    _rearm(actor, monitor)
    return monitor


def change_monitor(actor: Actor, monitor_id: int, values: dict[str, Any]) -> Monitor:
    """Change some of a monitor's values; the next check uses them."""
    present = get_monitor(actor, monitor_id)
    kind = _type_of(present.type)
    clean = _cleaned(kind, values, _facts(present), whole(present))
    config = clean.pop("config", None)
    with write() as session:
        monitor = _own(session, actor, monitor_id)
        before, secrets = _facts(monitor), whole(monitor)
        for name, value in clean.items():
            setattr(monitor, name, value)
        if config is not None:
            keep(monitor, kind, config)
        old, new = changed(before, _facts(monitor))
        if not new and whole(monitor) != secrets:
            old, new = {"config": "secret"}, {"config": "another secret"}
        if new:
            monitor.revision += 1
            session.add(_event(actor, monitor, "monitor.changed", {"fields": sorted(new)}))
            record_change(session, actor, "monitor.change", "monitor", monitor.id, before=old, after=new)
    if new and not monitor.is_paused:
        _rearm(actor, monitor)
    return monitor


def delete_monitor(actor: Actor, monitor_id: int) -> None:
    """Remove a monitor and its incidents; the site's timeline keeps their lines."""
    with write() as session:
        monitor = _own(session, actor, monitor_id)
        session.add(_event(actor, monitor, "monitor.deleted"))
        record_change(session, actor, "monitor.delete", "monitor", monitor.id, before=_facts(monitor))
        session.delete(monitor)
    schedule.disarm(monitor_id)
    _forget_days(monitor_id)


def _forget_days(monitor_id: int) -> None:
    try:
        forget_days_of(monitor_id)
    except RedisError:
        log.warning("monitor.cache_kept", extra={"monitor_id": monitor_id})


def pause_monitor(actor: Actor, monitor_id: int) -> Monitor:
    return _set_paused(actor, monitor_id, True)


def resume_monitor(actor: Actor, monitor_id: int) -> Monitor:
    return _set_paused(actor, monitor_id, False)


def _set_paused(actor: Actor, monitor_id: int, paused: bool) -> Monitor:
    with write() as session:
        monitor = _own(session, actor, monitor_id)
        session.refresh(monitor.state, with_for_update=True)
        if monitor.is_paused != paused:
            monitor.is_paused = paused
            monitor.revision += 1
            memory, transitions = (pause if paused else resume)(load_memory(monitor.state), now_ms())
            apply_transitions(session, monitor, transitions, by=actor.user.email)
            store_memory(monitor.state, memory)
            verb = "pause" if paused else "resume"
            record_change(session, actor, f"monitor.{verb}", "monitor", monitor.id)
    if paused:
        schedule.disarm(monitor_id)
    else:
        _rearm(actor, monitor)
    return monitor


def _rearm(actor: Actor, monitor: Monitor) -> None:
    """Into the due set, and one check right now, so that the answer is there within seconds."""
    schedule.arm(monitor, actor.organization)
    try:
        send_run(
            schedule.locations_of(monitor)[0],
            monitor.id,
            schedule.compile_spec(monitor, actor.organization),
            "",
        )
    except (RedisError, OSError):
        log.warning("monitor.first_run_failed", extra={"monitor_id": monitor.id})


def _type_of(name: str) -> MonitorType:
    try:
        return get_type(name)
    except UnknownTypeError as error:
        raise InvalidError({"type": "is not a monitor type"}) from error


def _cleaned(
    kind: MonitorType, values: dict[str, Any], present: dict[str, Any], secrets: dict[str, Any]
) -> dict[str, Any]:
    """Checked values for the model's columns; an `InvalidError` names each that will not do."""
    clean = {name: values[name] for name in SHOWN if name in values}
    wrong: dict[str, str] = {}
    if "name" in clean:
        clean["name"] = clean["name"].strip()
        if not clean["name"]:
            wrong["name"] = "must not be empty"
    if "config" in clean:
        try:
            clean["config"] = kind.parse(unmasked(kind, clean["config"], secrets)).model_dump(
                mode="json", exclude_unset=True
            )
        except ValidationError as error:
            wrong.update({f"config.{name}": why for name, why in problems(error).items()})
    interval = clean.get("interval_seconds", present.get("interval_seconds", 60))
    timeout = clean.get("timeout_seconds", present.get("timeout_seconds"))
    if timeout is not None and timeout > interval:
        wrong["timeout_seconds"] = f"must not be longer than the interval ({interval} s)"
    if wrong:
        raise InvalidError(wrong)
    return clean


def _facts(monitor: Monitor) -> dict[str, Any]:
    return {**{name: getattr(monitor, name) for name in SHOWN}, "config": masked(monitor)}


def _event(actor: Actor, monitor: Monitor, kind: str, detail: dict[str, Any] | None = None) -> Event:
    said = {"by": actor.user.email, "monitor": monitor.name, **(detail or {})}
    return Event(
        organization_id=monitor.organization_id,
        site_id=monitor.site_id,
        monitor_id=monitor.id,
        kind=kind,
        detail=said,
    )
