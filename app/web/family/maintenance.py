"""Planned work: the calendar, the list, the form with its preview, and ending or skipping it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.clock import now
from app.core.errors import ConflictError, InvalidError
from app.models import MaintenanceWindow
from app.service.maintenance.calendar import entries
from app.service.maintenance.names import ids_named, names_of
from app.service.maintenance.window import (
    change_window,
    create_window,
    delete_window,
    end_window,
    get_window,
    list_windows,
    preview,
    skip_next,
)
from app.web.ask import PAGE_SIZE, cursor, go, number_asked, say, wants_fragment
from app.web.blueprint import web
from app.web.forms import repeat
from app.web.forms.form import Form, lines, number
from app.web.forms.meanwhile import refuse_overtaken
from app.web.identity import actor
from app.web.messages.lookup import in_words
from app.web.present import maintenance as present
from app.web.present.availability_tabs import availability_tabs

_UNITS = {"minutes": 1, "hours": 60, "days": 1440}


@web.get("/maintenance")
def maintenance() -> BaseResponse:
    """A month's calendar, and every window below it."""
    page = list_windows(actor(), cursor=cursor(), limit=PAGE_SIZE)
    names = names_of(actor(), page.items)
    more = url_for("web.maintenance", cursor=page.next_cursor) if page.next_cursor else None
    rows = {"rows": [present.window_row(each, names) for each in page.items], "more_url": more}
    if wants_fragment() and cursor():
        return make_response(render_template("maintenance/_rows.html", **rows))
    zone = actor().organization.timezone
    first = _month(zone)
    found = entries(actor(), *present.month_bounds(first, zone))
    html = render_template(
        "maintenance/list.html",
        tabs=availability_tabs("web.maintenance"),
        months=present.months(first),
        weeks=present.weeks(first, found, zone),
        weekdays=present.weekdays(),
        zone=zone,
        **rows,
    )
    return make_response(html)


def _month(zone: str) -> date:
    """The first of the month that is asked for, or of this one."""
    try:
        asked = datetime.strptime(request.args.get("month", ""), "%Y-%m").date()
    except ValueError:
        asked = now().astimezone(ZoneInfo(zone)).date()
    return asked.replace(day=1) if 2000 <= asked.year <= 2100 else date(2100, 1, 1)


@web.get("/maintenance/new")
def maintenance_new() -> BaseResponse:
    """The form, filled in with what the link that led here knows."""
    zone = actor().organization.timezone
    values: dict[str, Any] = {
        "timezone": zone,
        "starts": now().astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:00"),
        "length": 2,
        "unit": "hours",
        "covers": "all",
        **repeat.choices_of(None),
    }
    for name, kind in (("sites", "site"), ("monitors", "monitor")):
        if number_asked(kind):
            named = names_of(actor(), ids=[number_asked(kind) or 0])
            values |= {"covers": "some", name: list(named.values())}
    return _show(Form(values), None)


@web.post("/maintenance/new")
def maintenance_new_post() -> BaseResponse:
    return _save(None)


@web.get("/maintenance/<id:window_id>")
def maintenance_edit(window_id: int) -> BaseResponse:
    window = get_window(actor(), window_id)
    names = names_of(actor(), [window])
    values = {
        "name": window.name,
        "note": window.note,
        "timezone": window.timezone,
        "starts": window.starts,
        **_length_of(window.minutes),
        **repeat.choices_of(window.rule),
        "is_off": not window.is_enabled,
        "covers": "all" if window.covers_all else "some",
        "sites": [names[each] for each in window.site_ids if each in names],
        "monitors": [names[each] for each in window.monitor_ids if each in names],
        "tags": window.tags,
    }
    return _show(Form(values), window)


@web.post("/maintenance/<id:window_id>")
def maintenance_edit_post(window_id: int) -> BaseResponse:
    return _save(get_window(actor(), window_id))


@web.post("/maintenance/preview")
def maintenance_preview() -> str:
    """The next times of what is typed, or why there are none."""
    zone = request.form.get("timezone", "")
    try:
        spans, wrong = preview(_times(), 8), ""
    except InvalidError as error:
        labels = _labels()
        spans = []
        wrong = "; ".join(f"{labels.get(name, name)}: {in_words(why)}" for name, why in error.fields.items())
    rows = [present.span_row(each, zone) for each in spans]
    return render_template("maintenance/_preview.html", rows=rows, wrong=wrong, zone=zone)


@web.post("/maintenance/<id:window_id>/<any(end, skip, delete):act>")
def maintenance_act(window_id: int, act: str) -> BaseResponse:
    """End what runs, leave out the next time, or take the window off."""
    acts: dict[str, tuple[Callable[..., Any], str]] = {
        "end": (end_window, _("It is over: what it covered is watched as usual from now on.")),
        "skip": (skip_next, _("The next time is left out.")),
        "delete": (delete_window, _("The window is deleted.")),
    }
    do, words = acts[act]
    try:
        do(actor(), window_id)
    except ConflictError as error:
        say(in_words(error.msg), bad=True)
    else:
        say(words)
    return go(url_for("web.maintenance"))


def _save(window: MaintenanceWindow | None) -> BaseResponse:
    form = Form({**request.form.to_dict(), "days": request.form.getlist("days")})
    try:
        refuse_overtaken(window)
        values = {**_times(), **_covered(window), "is_enabled": "is_off" not in request.form}
        values |= {"name": request.form.get("name", ""), "note": request.form.get("note", "")[:2000]}
        if window is None:
            create_window(actor(), values)
        else:
            change_window(actor(), window.id, values)
    except InvalidError as error:
        form.refuse(InvalidError({_FIELD.get(name, name): why for name, why in error.fields.items()}))
        return _show(form, window, 400)
    say(_("Planned. What it covers is measured all the same, and nobody is woken."))
    return go(url_for("web.maintenance"))


# What a service calls it → where it is typed.
_FIELD = {"minutes": "length", "site_ids": "sites", "monitor_ids": "monitors", "covers_all": "covers"}


def _times() -> dict[str, Any]:
    """When, as typed."""
    given = request.form
    length = number(given.get("length"))
    if not isinstance(length, int):
        raise InvalidError({"length": "must be a whole number"})
    starts = given.get("starts", "")
    return {
        "timezone": given.get("timezone", ""),
        "starts": starts,
        "minutes": length * _UNITS.get(given.get("unit", ""), 1),
        "rule": repeat.rule_of(
            given.get("repeat", ""),
            given.getlist("days"),
            given.get("until", ""),
            given.get("rule", ""),
            starts,
        ),
    }


def _covered(window: MaintenanceWindow | None) -> dict[str, Any]:
    """What, as typed: everything, or sites and monitors by their names and sites by their tags."""
    # Several may have a name: what the form was read with stays the one that it was.
    sites = window.site_ids if window else [number_asked("site") or 0]
    monitors = window.monitor_ids if window else [number_asked("monitor") or 0]
    nothing: dict[str, Any] = {"covers_all": False, "site_ids": [], "monitor_ids": [], "tags": []}
    if request.form.get("covers") == "all":
        return {**nothing, "covers_all": True}
    return {
        **nothing,
        "site_ids": ids_named(actor(), "sites", lines(request.form.get("sites")), sites),
        "monitor_ids": ids_named(actor(), "monitors", lines(request.form.get("monitors")), monitors),
        "tags": [each.lstrip("#") for each in lines(request.form.get("tags"))],
    }


def _length_of(minutes: int) -> dict[str, Any]:
    unit = next(name for name in ("days", "hours", "minutes") if minutes % _UNITS[name] == 0)
    return {"length": minutes // _UNITS[unit], "unit": unit}


def _labels() -> dict[str, str]:
    return {
        "name": _("Name"),
        "starts": _("First start"),
        "length": _("Length"),
        "minutes": _("Length"),
        "timezone": _("Time zone"),
        "repeat": _("Repeat"),
        "rule": _("Rule"),
        "until": _("Last day"),
        "covers": _("What it covers"),
        "sites": _("Sites"),
        "monitors": _("Monitors"),
        "tags": _("Tags"),
    }


def _show(form: Form, window: MaintenanceWindow | None, status: int = 200) -> BaseResponse:
    form.labels = _labels()
    html = render_template(
        "maintenance/form.html",
        form=form,
        window=window,
        choices=repeat.CHOICES,
        days=repeat.DAYS,
        zones=sorted(available_timezones()),
    )
    return make_response(html, status)
