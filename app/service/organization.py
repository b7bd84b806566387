"""The settings of an organization."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from app.core.errors import InvalidError
from app.models import Location, Monitor, Organization, db, write
from app.service.actor import Actor
from app.service.audit import changed, record_change
from app.service.bug.sla import days_problem
from app.service.results.retention import retention_problem
from app.service.scheduling import schedule
from app.service.values import clean_network, plain_name

FIELDS = (
    "name",
    "timezone",
    "locale",
    "allowed_networks",
    "fix_days",
    "retention",
    "is_set_up",
    "requires_factor",
)


def settings_of(organization: Organization) -> dict[str, Any]:
    return {name: getattr(organization, name) for name in FIELDS}


def change_settings(actor: Actor, values: dict[str, Any]) -> Organization:
    """Change some of the organization's settings. Its monitors follow a changed allow-list at once."""
    clean = _cleaned(values)
    if clean.get("requires_factor") and not actor.user.has_factor:
        raise InvalidError({"requires_factor": "set up your own second factor first"})
    with write() as session:
        organization = session.get_one(Organization, actor.organization_id)
        before = settings_of(organization)
        for name, value in clean.items():
            setattr(organization, name, value)
        old, new = changed(before, settings_of(organization))
        if new:
            record_change(
                session, actor, "settings.change", "organization", organization.id, before=old, after=new
            )
        if "allowed_networks" in new:
            own = Monitor.organization_id == organization.id
            session.execute(update(Monitor).where(own).values(revision=Monitor.revision + 1))
    if "allowed_networks" in new:
        schedule.reconcile_soon()
    return organization


def list_locations() -> list[dict[str, str]]:
    """Where probes run."""
    return [
        {"code": row.code, "name": row.name}
        for row in db.session.scalars(select(Location).order_by(Location.number))
    ]


def _cleaned(values: dict[str, Any]) -> dict[str, Any]:
    clean = {name: values[name] for name in FIELDS if name in values}
    wrong: dict[str, str] = {}
    if "name" in clean:
        clean["name"] = plain_name(clean["name"])
        if not clean["name"]:
            wrong["name"] = "must not be empty"
    if "timezone" in clean:
        try:
            ZoneInfo(clean["timezone"])
        except (KeyError, ValueError, OSError):
            wrong["timezone"] = "must be an IANA time zone such as Asia/Shanghai"
    if "allowed_networks" in clean:
        try:
            clean["allowed_networks"] = [clean_network(each) for each in clean["allowed_networks"]]
        except ValueError as error:
            wrong["allowed_networks"] = f"{error}; write networks such as 10.0.0.0/8"
    if "fix_days" in clean and (problem := days_problem(clean["fix_days"])):
        wrong["fix_days"] = problem
    if "retention" in clean and (problem := retention_problem(clean["retention"])):
        wrong["retention"] = problem
    if wrong:
        raise InvalidError(wrong)
    return clean
