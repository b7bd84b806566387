"""Locations: enter one, change it, give it another key, take it out.

Locations belong to the installation: everybody's monitors may be checked from them, and the organization that
runs it, its first one, looks after them. The key of a new one is shown once; it is kept sealed, since the
messages to its probes are signed with it.
"""

from __future__ import annotations

import logging
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, func, select, type_coerce
from sqlalchemy.orm import Session

from app.core.clock import now_ms
from app.core.errors import ConflictError, InvalidError, NotFoundError, NotPermittedError
from app.core.secret_box import seal
from app.core.snowflake import BEYOND
from app.models import Location, Monitor, Organization, db, write
from app.service.actor import Actor
from app.service.audit import changed, record_change
from app.service.location import known
from app.service.location.numbers import keep_number, next_number
from app.service.paging import Page, page_by_id
from app.service.scheduling.schedule import disarm_all, reconcile_soon
from app.service.values import plain_name
from config.env import is_control_target

log = logging.getLogger("cloudeye.location")
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,31}\Z")
MOST_TARGETS = 8
SILENT_MS = 30_000
CLOCK_OFF_MS = 2_000


def runs_installation(actor: Actor | None) -> bool:
    """Whether somebody is of the installation's first organization, or at its prompt."""
    if actor is None:
        return True
    return actor.organization_id == db.session.scalar(select(func.min(Organization.id)))


def list_locations(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[Any]:
    """Every location of the installation, in the order they were entered.

    What probes say of themselves is for the organization that runs it.
    """
    ensure_home()
    page = page_by_id(select(Location), Location.id, cursor, limit, newest_first=False)
    if runs_installation(actor):
        return page
    return Page([Outside.of(each) for each in page.items], page.next_cursor)


@dataclass(frozen=True, slots=True)
class Outside:
    """A location as other organizations see it: that it is there, and whether it is heard of."""

    id: int
    code: str
    name: str
    is_enabled: bool
    last_seen_ms: int | None
    created_at: datetime
    control_targets: tuple[str, ...] = ()
    last_report: None = None

    @classmethod
    def of(cls, row: Location) -> Outside:
        return cls(row.id, row.code, row.name, row.is_enabled, row.last_seen_ms, row.created_at)


def all_locations() -> list[Location]:
    """Every location, in the order they were entered."""
    ensure_home()
    return list(db.session.scalars(select(Location).order_by(Location.number)))


def get_location(actor: Actor, location_id: int) -> Location:
    return _found(db.session(), actor, location_id)


def location_named(code: str) -> Location:
    """By its code. Raises NotFoundError."""
    ensure_home()
    row = db.session.scalar(select(Location).where(Location.code == code))
    if row is None:
        raise NotFoundError(f"there is no location {code}")
    return row


def create_location(actor: Actor | None, values: dict[str, Any]) -> tuple[Location, str]:
    """A new location, and the key its probes need, which is given this once."""
    if not runs_installation(actor):
        raise NotPermittedError("only the organization that runs this installation enters locations")
    ensure_home()
    wrong = _wrong(values)
    code = values["code"].strip()
    if not CODE.match(code):
        wrong["code"] = "must have 1 to 32 of a-z, 0-9 and -"
    if wrong:
        raise InvalidError(wrong)
    key = new_key()
    sealed = seal({"key": key})
    with write() as session:
        if session.scalar(select(Location.id).where(Location.code == code)) is not None:
            raise ConflictError("there is a location with this code")
        location = Location(
            code=code,
            name=plain_name(values.get("name", "")) or code,
            number=next_number(session),
            sealed_key=sealed,
            control_targets=list(values.get("control_targets") or []),
        )
        session.add(location)
        session.flush()
        _audit(session, actor, "location.create", location.id, after=_facts(location))
    known.forget()
    return location, key


def change_location(actor: Actor | None, location_id: int, values: dict[str, Any]) -> Location:
    """Another name, other control targets, switched off or on.

    A location that is switched off is asked for no checks; what its probes have measured still counts.
    """
    wrong = _wrong(values)
    if wrong:
        raise InvalidError(wrong)
    with write() as session:
        location = _found(session, actor, location_id)
        if location.code == known.home() and values.get("is_enabled") is False:
            raise ConflictError("the installation's own location cannot be switched off")
        before = _facts(location)
        for name in ("name", "is_enabled", "control_targets"):
            if name in values:
                value = values[name]
                setattr(location, name, plain_name(value) or location.code if name == "name" else value)
        told_before, told_after = changed(before, _facts(location))
        if told_after:
            _audit(session, actor, "location.change", location.id, before=told_before, after=told_after)
    known.forget()
    if not location.is_enabled:
        disarm_all(location.code)
    reconcile_soon()
    return location


def rotate_key(actor: Actor | None, location_id: int) -> tuple[Location, str]:
    """Another key, given this once. The old one is worth nothing within five seconds."""
    key = new_key()
    sealed = seal({"key": key})
    with write() as session:
        location = _found(session, actor, location_id)
        if location.code == known.home():
            raise ConflictError("the key of the installation's own location follows from its secret")
        location.sealed_key = sealed
        _audit(session, actor, "location.rotate", location.id)
    known.forget()
    return location, key


def delete_location(actor: Actor | None, location_id: int, *, is_forced: bool = False) -> int:
    """Take a location out; returns how many monitors lost it.

    Refused while monitors use it, unless forced: then they go on from their other locations, or from the
    installation's own where none is left.
    """
    with write() as session:
        location = _found(session, actor, location_id)
        if location.code == known.home():
            raise ConflictError("the installation's own location cannot be deleted")
        code = location.code
        users = users_of(session, code)
        if users and not is_forced:
            raise ConflictError(
                f"{len(users)} monitors are checked from there", data={"monitors": len(users)}
            )
        for monitor in users:
            monitor.locations = [code for code in monitor.locations if code != location.code]
            monitor.revision += 1
        keep_number(session, location.number)
        _audit(session, actor, "location.delete", location.id, before=_facts(location))
        session.delete(location)
    known.forget()
    disarm_all(code)
    reconcile_soon()
    return len(users)


def users_of(session: Session, code: str) -> list[Monitor]:
    """The monitors, of every organization, that are checked from there."""
    named = type_coerce(Monitor.locations, Text).like(f'%"{code}"%')
    return [each for each in session.scalars(select(Monitor).where(named)) if code in each.locations]


def ensure_home() -> None:
    """The installation's own location has its row, whether or not anything was measured yet."""
    home = known.home()
    if db.session.scalar(select(Location.id).where(Location.code == home)) is None:
        with write() as session:
            if session.scalar(select(Location.id).where(Location.code == home)) is None:
                session.add(Location(code=home, name=home, number=next_number(session)))


def state_of(location: Location | Outside, at_ms: int | None = None) -> str:
    """disabled, never (heard of), silent, offline (its own network is gone) or ok."""
    at_ms = now_ms() if at_ms is None else at_ms
    if not location.is_enabled:
        return "disabled"
    if location.last_seen_ms is None:
        return "never"
    if at_ms - location.last_seen_ms > SILENT_MS:
        return "silent"
    probes = (location.last_report or {}).get("probes", {}).values()
    states = [each.get("control", {}).get("state") for each in probes]
    return "offline" if states and all(state == "offline" for state in states) else "ok"


def clock_off_ms(location: Location | Outside) -> int:
    """How far the clock of one of its probes is ahead, negative where it is behind; 0 where it is right."""
    probes = (location.last_report or {}).get("probes", {}).values()
    worst: int = max((each.get("clock_off_ms") or 0 for each in probes), key=abs, default=0)
    return worst if abs(worst) > CLOCK_OFF_MS else 0


def new_key() -> str:
    return secrets.token_urlsafe(32)


def _audit(session: Session, actor: Actor | None, action: str, location_id: int, **said: Any) -> None:
    """The operator at the machine's prompt is nobody's user; the log says what they did."""
    if actor is None:
        log.info(action, extra={"location_id": location_id})
    else:
        record_change(session, actor, action, "location", location_id, **said)


def _found(session: Session, actor: Actor | None, location_id: int) -> Location:
    row = None
    if 0 < location_id < BEYOND and runs_installation(actor):
        row = session.get(Location, location_id, populate_existing=True)
    if row is None:
        raise NotFoundError("there is no such location")
    return row


def _wrong(values: dict[str, Any]) -> dict[str, str]:
    targets = values.get("control_targets") or []
    if len(targets) > MOST_TARGETS:
        return {"control_targets": f"must be at most {MOST_TARGETS}"}
    if not all(is_control_target(target) for target in targets):
        return {"control_targets": "must be tcp://host:port, dns://server or https://host"}
    return {}


def _facts(location: Location) -> dict[str, Any]:
    names = ("code", "name", "is_enabled", "control_targets")
    return {name: getattr(location, name) for name in names}
