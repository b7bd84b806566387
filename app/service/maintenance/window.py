"""Windows of planned work: plan, change, end early, skip, take off the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.core.clock import now_ms
from app.core.errors import ConflictError, InvalidError
from app.engine.usability.alerting.recurrence import Plan, RuleError, Span, check_rule, following
from app.models import MaintenanceWindow, Monitor, Site, db, write
from app.service.actor import Actor
from app.service.audit import changed, record_change
from app.service.maintenance import active
from app.service.maintenance.plan import next_of, plan_of, spans_of
from app.service.maintenance.seen import check_reach, fetch_changeable, fetch_seen, seen
from app.service.paging import Page, page_by_id
from app.service.values import clean_values, plain_name

MINUTES = (1, 43_200)
MOST_SITES, MOST_TAGS, MOST_MONITORS = 500, 50, 1_000
FIELDS = ("name", "note", "timezone", "starts", "minutes", "rule", "is_enabled", "covers_all")
TARGETS = ("site_ids", "tags", "monitor_ids")
EXCEPTIONS_KEPT_MS = 90 * 86_400_000


def list_windows(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[MaintenanceWindow]:
    """The organization's windows, newest first, those that are over too."""
    statement = select(MaintenanceWindow).where(MaintenanceWindow.organization_id == actor.organization_id)
    page = page_by_id(statement, MaintenanceWindow.id, cursor, limit)
    return Page(seen(actor, page.items), page.next_cursor)


def get_window(actor: Actor, window_id: int) -> MaintenanceWindow:
    return fetch_seen(actor, window_id)


def create_window(actor: Actor, values: dict[str, Any]) -> MaintenanceWindow:
    """Plan work. `InvalidError` names what will not do; `starts` of work that is over already."""
    defaults = {"timezone": actor.organization.timezone, "note": "", "rule": None}
    clean = _cleaned(actor, {**defaults, **values}, None)
    _refuse_the_past(clean)
    with write() as session:
        window = MaintenanceWindow(organization_id=actor.organization_id, exceptions={}, **clean)
        session.add(window)
        session.flush()
        record_change(session, actor, "maintenance.create", "maintenance", window.id, after=facts_of(window))
    active.forget()
    return window


def change_window(actor: Actor, window_id: int, values: dict[str, Any]) -> MaintenanceWindow:
    """Change a window. Another time or rule makes earlier skips and early ends void."""
    clean = _cleaned(actor, values, fetch_changeable(db.session(), actor, window_id))
    with write() as session:
        window = fetch_changeable(session, actor, window_id)
        before, plan = facts_of(window), plan_of(window)
        for name, value in clean.items():
            setattr(window, name, value)
        if plan_of(window) != plan:
            window.exceptions = {}
        old, new = changed(before, facts_of(window))
        if new:
            record_change(
                session, actor, "maintenance.change", "maintenance", window.id, before=old, after=new
            )
    active.forget()
    return window


def delete_window(actor: Actor, window_id: int) -> None:
    """Take a window off; what it covers now is watched as usual from this moment on."""
    with write() as session:
        window = fetch_changeable(session, actor, window_id)
        record_change(session, actor, "maintenance.delete", "maintenance", window.id, before=facts_of(window))
        session.delete(window)
    active.forget()


def end_window(actor: Actor, window_id: int, at_ms: int | None = None) -> MaintenanceWindow:
    """End what runs of a window now. `ConflictError` when nothing does."""
    at_ms = now_ms() if at_ms is None else at_ms
    with write() as session:
        window = fetch_changeable(session, actor, window_id)
        running = spans_of(window, at_ms, at_ms + 1)
        if not running:
            raise ConflictError("nothing of this window is under way")
        _except(window, {str(each.start_ms): at_ms for each in running}, at_ms)
        record_change(session, actor, "maintenance.end", "maintenance", window.id)
    active.forget()
    return window


def skip_next(actor: Actor, window_id: int, at_ms: int | None = None) -> MaintenanceWindow:
    """Leave out the next time. `ConflictError` when there is none."""
    at_ms = now_ms() if at_ms is None else at_ms
    with write() as session:
        window = fetch_changeable(session, actor, window_id)
        coming = next_of(window, at_ms)
        if not coming:
            raise ConflictError("nothing of this window is to come")
        _except(window, {str(coming[0].start_ms): None}, at_ms)
        skipped = {"start_ms": coming[0].start_ms}
        record_change(session, actor, "maintenance.skip", "maintenance", window.id, after=skipped)
    active.forget()
    return window


def preview(values: dict[str, Any], count: int = 10) -> list[Span]:
    """The times of a plan that nobody has saved yet, beginning with one that would be under way now.

    `InvalidError` names what will not do.
    """
    clean = _timed(values)
    plan = Plan(datetime.fromisoformat(clean["starts"]), *_rest(clean))
    return following(plan, now_ms() - plan.minutes * 60_000 + 1, count)


def _rest(clean: dict[str, Any]) -> tuple[int, str, str | None]:
    return clean["minutes"], clean["timezone"], clean["rule"]


def facts_of(window: MaintenanceWindow) -> dict[str, Any]:
    return {name: getattr(window, name) for name in (*FIELDS, *TARGETS)}


def _except(window: MaintenanceWindow, more: dict[str, int | None], at_ms: int) -> None:
    kept = {start: end for start, end in window.exceptions.items() if int(start) > at_ms - EXCEPTIONS_KEPT_MS}
    window.exceptions = {**kept, **more}


def _cleaned(actor: Actor, values: dict[str, Any], present: MaintenanceWindow | None) -> dict[str, Any]:
    """Checked values for the row; what is not given stays as it is, or has its default."""
    given = {name: values[name] for name in (*FIELDS, *TARGETS) if name in values}
    clean = clean_values(given, {"name": _name, "note": str.strip})
    whole = {
        **(facts_of(present) if present else {"covers_all": False, "is_enabled": True}),
        **given,
        **clean,
    }
    whole |= _timed(whole)
    whole |= {name: whole.get(name) or [] for name in TARGETS}
    _check_targets(actor, whole)
    check_reach(actor, whole["covers_all"], whole["tags"])
    return whole


def _timed(values: dict[str, Any]) -> dict[str, Any]:
    """When it takes place, checked as a whole."""
    clean = clean_values(
        {"rule": None, **values}, {"timezone": _zone, "starts": _start, "minutes": _minutes, "rule": _rule}
    )
    missing = {name: "is missing" for name in ("timezone", "starts", "minutes") if name not in clean}
    if missing:
        raise InvalidError(missing)
    try:
        check_rule(Plan(datetime.fromisoformat(clean["starts"]), *_rest(clean)))
    except RuleError as error:
        raise InvalidError({"rule": str(error)}) from None
    return clean


def _refuse_the_past(clean: dict[str, Any]) -> None:
    plan = Plan(datetime.fromisoformat(clean["starts"]), *_rest(clean))
    if not following(plan, now_ms() - plan.minutes * 60_000 + 1, 1):
        raise InvalidError({"starts": "is over already"})


def _name(value: str) -> str:
    name = plain_name(value)
    if not name:
        raise ValueError("must not be empty")
    return name


def _zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (KeyError, ValueError, OSError):
        raise ValueError("must be an IANA time zone such as Asia/Shanghai") from None


def _start(value: str) -> str:
    wrong = "must be a wall-clock time such as 2026-11-21T02:00, without a zone"
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(wrong) from None
    if moment.tzinfo is not None or not 2000 <= moment.year <= 2100:
        raise ValueError(wrong)
    return moment.strftime("%Y-%m-%dT%H:%M")


def _minutes(value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not MINUTES[0] <= value <= MINUTES[1]:
        raise ValueError(f"must be from {MINUTES[0]} to {MINUTES[1]}")
    return value


def _rule(value: str | None) -> str | None:
    text = (value or "").strip().upper().removeprefix("RRULE:")
    if len(text) > 400:
        raise ValueError("must have at most 400 characters")
    return text or None


def _check_targets(actor: Actor, whole: dict[str, Any]) -> None:
    wrong: dict[str, str] = {}
    for name, model, most in (("site_ids", Site, MOST_SITES), ("monitor_ids", Monitor, MOST_MONITORS)):
        ids = whole[name] = sorted(set(whole[name]))
        if len(ids) > most:
            wrong[name] = f"must name at most {most}"
        elif foreign := set(ids) - _own_ids(actor, model, ids):
            wrong[name] = f"there is no {model.__name__.lower()} {min(foreign)}"
    whole["tags"] = sorted({tag.strip() for tag in whole["tags"] if tag.strip()})
    if len(whole["tags"]) > MOST_TAGS:
        wrong["tags"] = f"must name at most {MOST_TAGS}"
    if not wrong and not whole["covers_all"] and not any(whole[name] for name in TARGETS):
        wrong["covers_all"] = "say what it covers: everything, or some sites, tags or monitors"
    if wrong:
        raise InvalidError(wrong)


def _own_ids(actor: Actor, model: type[Site] | type[Monitor], ids: Sequence[int]) -> set[int]:
    statement = select(model.id).where(model.organization_id == actor.organization_id, model.id.in_(ids))
    return set(db.session.scalars(statement)) if ids else set()
