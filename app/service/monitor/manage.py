"""Monitors: create, change, pause, resume, and check now."""

from __future__ import annotations

import logging
from typing import Any

from redis import RedisError
from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.core.clock import now_ms
from app.core.errors import ConflictError
from app.engine.usability.registry import MonitorType, get_type
from app.models import Event, Monitor, MonitorState, Site, SiteTag, db, write
from app.service.actor import Actor
from app.service.alerting.under_way import follow_anew
from app.service.audit import changed, record_change
from app.service.monitor.config import keep, masked, whole
from app.service.monitor.dependency import set_dependencies
from app.service.monitor.rules import PLAIN, cleaned, type_of
from app.service.owned import fetch_own
from app.service.paging import Page, page_by_id
from app.service.passive.prepare import prepare
from app.service.queue import send_run
from app.service.recording.state import set_watched
from app.service.scheduling import schedule
from app.service.site import get_site

log = logging.getLogger("cloudeye.monitor")


def get_monitor(actor: Actor, monitor_id: int) -> Monitor:
    """The organization's monitor, or `NotFoundError`."""
    return _own(db.session(), actor, monitor_id)


def _own(session: Session, actor: Actor, monitor_id: int) -> Monitor:
    return fetch_own(session, Monitor, actor, monitor_id, joinedload(Monitor.site))


def list_monitors(
    actor: Actor, *, cursor: str | None = None, limit: int = 50, **wanted: Any
) -> Page[Monitor]:
    """The organization's monitors, oldest first, with their states. `wanted`: see `matching`."""
    statement = matching(actor, **wanted).options(
        joinedload(Monitor.site), selectinload(Monitor.dependency_rows)
    )
    return page_by_id(statement, Monitor.id, cursor, limit, newest_first=False)


def matching(
    actor: Actor,
    *,
    site_id: int | None = None,
    tag: str | None = None,
    type: str | None = None,
    state: str | None = None,
    q: str | None = None,
) -> Select[Monitor]:
    """Those of the organization's monitors on living sites that are asked for."""
    statement = (
        select(Monitor)
        .join(Monitor.site)
        .where(Monitor.organization_id == actor.organization_id, Site.archived_at.is_(None))
    )
    if site_id is not None:
        statement = statement.where(Monitor.site_id == site_id)
    if tag:
        statement = statement.where(exists().where(SiteTag.site_id == Site.id, SiteTag.tag == tag))
    if type:
        statement = statement.where(Monitor.type == type)
    if state:
        statement = statement.join(MonitorState).where(MonitorState.state == state)
    if q:
        statement = statement.where(Monitor.name.contains(q, autoescape=True))
    return statement


def create_monitor(actor: Actor, values: dict[str, Any]) -> Monitor:
    """Add a monitor to a site and make its first check at once."""
    site = get_site(actor, values["site_id"])
    _refuse_archived(site)
    kind = type_of(values["type"])
    clean = cleaned(actor, kind, {**kind.defaults, **values}, {}, {})
    with write() as session:
        monitor = add_monitor(session, actor, site.id, kind, clean)
        set_dependencies(session, monitor, values.get("dependencies") or ())
    monitor = get_monitor(actor, monitor.id)
    _rearm(actor, monitor)
    return monitor


def add_monitor(
    session: Session, actor: Actor, site_id: int, kind: MonitorType, clean: dict[str, Any]
) -> Monitor:
    """Add a monitor within a transaction, from values that `cleaned` gave; it is not armed."""
    plain = {name: value for name, value in clean.items() if name != "config"}
    monitor = Monitor(organization_id=actor.organization_id, site_id=site_id, type=kind.name, **plain)
    keep(monitor, kind, clean["config"])
    session.add(monitor)
    session.flush()
    monitor.state = MonitorState(monitor_id=monitor.id, since_ms=now_ms())
    prepare(session, monitor)
    session.add(_event(actor, monitor, "monitor.created"))
    record_change(session, actor, "monitor.create", "monitor", monitor.id, after=_facts(monitor))
    return monitor


def change_monitor(actor: Actor, monitor_id: int, values: dict[str, Any], *, runs: bool = True) -> Monitor:
    """Change some of a monitor's values; the next check uses them. `runs`: check at once."""
    present = get_monitor(actor, monitor_id)
    kind = type_of(present.type)
    clean = cleaned(actor, kind, values, _facts(present), whole(present))
    config = clean.pop("config", None)
    with write() as session:
        monitor = _own(session, actor, monitor_id)
        before, secrets = _facts(monitor), whole(monitor)
        for name, value in clean.items():
            setattr(monitor, name, value)
        if config is not None:
            keep(monitor, kind, config)
            prepare(session, monitor)
        if "dependencies" in values:
            set_dependencies(session, monitor, values["dependencies"])
        old, new = changed(before, _facts(monitor))
        if not new and whole(monitor) != secrets:
            old, new = {"config": "secret"}, {"config": "another secret"}
        if new:
            monitor.revision += 1
            if "escalation_id" in new:
                follow_anew(session, actor.organization_id, monitor.id)
            session.add(_event(actor, monitor, "monitor.changed", {"fields": sorted(new)}))
            record_change(session, actor, "monitor.change", "monitor", monitor.id, before=old, after=new)
    if "locations" in new:
        schedule.reconcile_soon()
    if new and not (monitor.is_paused or monitor.site.archived_at):
        _rearm(actor, monitor, runs=runs)
    return monitor


def clone_monitor(actor: Actor, monitor_id: int, values: dict[str, Any]) -> Monitor:
    """Another monitor like this one, secrets and all; `values` are what is different about it."""
    pattern = get_monitor(actor, monitor_id)
    same = {name: value for name, value in _facts(pattern).items() if name != "config"}
    same["name"] = f"{pattern.name} (2)"[:200]
    given = {**same, "config": whole(pattern), "site_id": pattern.site_id, **values}
    return create_monitor(actor, {**given, "type": pattern.type})


def delete_monitor(actor: Actor, monitor_id: int) -> None:
    """Remove a monitor and its incidents; the site's timeline keeps their lines."""
    with write() as session:
        monitor = _own(session, actor, monitor_id)
        session.add(_event(actor, monitor, "monitor.deleted"))
        record_change(session, actor, "monitor.delete", "monitor", monitor.id, before=_facts(monitor))
        session.delete(monitor)
    schedule.disarm(monitor_id)


def pause_monitor(actor: Actor, monitor_id: int) -> Monitor:
    return _set_paused(actor, monitor_id, True)


def resume_monitor(actor: Actor, monitor_id: int, *, runs: bool = True) -> Monitor:
    """Go on. `runs`: check at once."""
    return _set_paused(actor, monitor_id, False, runs=runs)


def _set_paused(actor: Actor, monitor_id: int, paused: bool, *, runs: bool = True) -> Monitor:
    with write() as session:
        monitor = _own(session, actor, monitor_id)
        if not paused:
            _refuse_archived(monitor.site)
        if monitor.is_paused != paused:
            # First, since the recorder locks in this order: a state, then what its incidents refer to.
            set_watched(session, monitor, not paused, actor.user.account)
            monitor.is_paused = paused
            monitor.revision += 1
            verb = "pause" if paused else "resume"
            record_change(session, actor, f"monitor.{verb}", "monitor", monitor.id)
    if paused:
        schedule.disarm(monitor_id)
    else:
        _rearm(actor, monitor, runs=runs)
    return monitor


def _refuse_archived(site: Site) -> None:
    if site.archived_at:
        raise ConflictError("the site is archived; restore it first")


def _rearm(actor: Actor, monitor: Monitor, *, runs: bool = True) -> None:
    """Into the due set, and one check right now, so that the answer is there within seconds.

    What is not asked but reports by itself needs neither.
    """
    if not get_type(monitor.type).is_probed:
        return
    schedule.arm(monitor, actor.organization)
    if not runs:
        return
    try:
        send_run(
            schedule.locations_of(monitor)[0],
            monitor.id,
            schedule.compile_spec(monitor, actor.organization),
            "",
        )
    except (RedisError, OSError):
        log.warning("monitor.first_run_failed", extra={"monitor_id": monitor.id})


def _facts(monitor: Monitor) -> dict[str, Any]:
    """What is said of it in the audit log; no secrets."""
    shown = {name: getattr(monitor, name) for name in PLAIN}
    return {**shown, "config": masked(monitor), "dependencies": monitor.dependencies}


def _event(actor: Actor, monitor: Monitor, kind: str, detail: dict[str, Any] | None = None) -> Event:
    said = {"by": actor.user.account, "monitor": monitor.name, **(detail or {})}
    return Event(
        organization_id=monitor.organization_id,
        site_id=monitor.site_id,
        monitor_id=monitor.id,
        kind=kind,
        detail=said,
    )
