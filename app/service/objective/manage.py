"""Objectives: list, look at, set, change, delete."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.core.clock import now_ms
from app.core.errors import InvalidError
from app.models import Objective, db, write
from app.models.objective import KINDS, WINDOWS
from app.service.actor import Actor
from app.service.audit import changed, record_change
from app.service.monitor.manage import get_monitor
from app.service.objective.measure import burn_down, measured
from app.service.owned import fetch_own
from app.service.paging import Page, page_by_id
from app.service.site import get_site
from app.service.values import plain_name

FIELDS = ("name", "kind", "target", "threshold_ms", "window", "counts_maintenance", "is_enabled")
TARGETS = (50.0, 99.999)
THRESHOLDS = (1, 600_000)


def list_objectives(
    actor: Actor, *, site_id: int | None = None, cursor: str | None = None, limit: int = 50
) -> Page[Objective]:
    """The organization's objectives, newest first."""
    statement = (
        select(Objective)
        .where(Objective.organization_id == actor.organization_id)
        .options(joinedload(Objective.site), joinedload(Objective.monitor))
    )
    if site_id is not None:
        statement = statement.where(Objective.site_id == site_id)
    return page_by_id(statement, Objective.id, cursor, limit)


def get_objective(actor: Actor, objective_id: int) -> Objective:
    return _own(db.session(), actor, objective_id)


def _own(session: Session, actor: Actor, objective_id: int) -> Objective:
    options = (joinedload(Objective.site), joinedload(Objective.monitor))
    return fetch_own(session, Objective, actor, objective_id, *options)


def create_objective(actor: Actor, values: dict[str, Any]) -> Objective:
    """Set an objective for a site, or for one of its monitors, and look at once how it stands."""
    site = get_site(actor, values["site_id"])
    monitor_id = values.get("monitor_id")
    if monitor_id is not None and get_monitor(actor, monitor_id).site_id != site.id:
        raise InvalidError({"monitor_id": "is not a monitor of this site"})
    clean = _cleaned(values, {"window": "30d", "counts_maintenance": False, "is_enabled": True})
    with write() as session:
        objective = Objective(
            organization_id=actor.organization_id, site_id=site.id, monitor_id=monitor_id, **clean
        )
        session.add(objective)
        session.flush()
        record_change(session, actor, "objective.create", "objective", objective.id, after=clean)
    return _looked_at(actor, objective.id)


def change_objective(actor: Actor, objective_id: int, values: dict[str, Any]) -> Objective:
    """Change some of an objective's values. What burned by the old ones is judged anew."""
    present = get_objective(actor, objective_id)
    clean = _cleaned(values, _facts(present))
    with write() as session:
        objective = _own(session, actor, objective_id)
        before = _facts(objective)
        for name, value in clean.items():
            setattr(objective, name, value)
        old, new = changed(before, _facts(objective))
        if new:
            record_change(
                session, actor, "objective.change", "objective", objective_id, before=old, after=new
            )
    return _looked_at(actor, objective_id)


def delete_objective(actor: Actor, objective_id: int) -> None:
    with write() as session:
        objective = _own(session, actor, objective_id)
        record_change(session, actor, "objective.delete", "objective", objective_id, before=_facts(objective))
        session.delete(objective)


def burn_of(actor: Actor, objective_id: int) -> dict[str, Any]:
    """The budget left over the objective's window, day by day."""
    return burn_down(get_objective(actor, objective_id), actor.organization, now_ms())


def _looked_at(actor: Actor, objective_id: int) -> Objective:
    """How it stands, without telling anybody: that is the next turn's."""
    objective = get_objective(actor, objective_id)
    at_ms = now_ms()
    status = measured(objective, actor.organization, at_ms)
    with write() as session:
        objective = _own(session, actor, objective_id)
        objective.status, objective.evaluated_ms = status, at_ms
        objective.keep_updated_at()
    return objective


def _facts(objective: Objective) -> dict[str, Any]:
    return {name: getattr(objective, name) for name in FIELDS}


def _cleaned(values: dict[str, Any], present: dict[str, Any]) -> dict[str, Any]:
    """Checked values for the model's columns; an `InvalidError` names each that will not do."""
    clean = {**present, **{name: values[name] for name in FIELDS if name in values}}
    wrong: dict[str, str] = {}
    clean["name"] = plain_name(str(clean.get("name", "")))
    if not clean["name"]:
        wrong["name"] = "must not be empty"
    if clean.get("kind") not in KINDS:
        wrong["kind"] = f"must be one of: {', '.join(KINDS)}"
    if clean.get("window") not in WINDOWS:
        wrong["window"] = f"must be one of: {', '.join(WINDOWS)}"
    target = clean.get("target")
    if not isinstance(target, int | float) or not TARGETS[0] <= target <= TARGETS[1]:
        wrong["target"] = f"must be from {TARGETS[0]:g} to {TARGETS[1]:g}"
    if clean.get("kind") == "availability":
        clean["threshold_ms"] = None
    elif not isinstance(clean.get("threshold_ms"), int) or not (
        THRESHOLDS[0] <= clean["threshold_ms"] <= THRESHOLDS[1]
    ):
        wrong["threshold_ms"] = f"must be from {THRESHOLDS[0]} to {THRESHOLDS[1]}"
    if wrong:
        raise InvalidError(wrong)
    return clean
