"""Locations: where probes run, whether they are heard, and how one is started at another place."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from redis import RedisError
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import ConflictError, InvalidError
from app.models import Location
from app.service.location.manage import (
    change_location,
    create_location,
    delete_location,
    get_location,
    list_locations,
    rotate_key,
    runs_installation,
)
from app.service.location.refused import refused_counts
from app.service.location.starting import command_for, is_broker_reachable
from app.web.ask import go, say
from app.web.blueprint import web
from app.web.forms.form import Form, lines
from app.web.identity import actor
from app.web.messages.lookup import in_words
from app.web.present.availability_tabs import availability_tabs
from app.web.present.location import location_row, refusals


@web.get("/locations")
def locations() -> BaseResponse:
    return _show(Form())


@web.get("/locations/live")
def locations_live() -> str:
    """The rows alone, asked for every few seconds by the page."""
    return render_template("locations/_rows.html", **_rows())


def _rows() -> dict[str, Any]:
    page = list_locations(actor(), limit=200)
    runs = runs_installation(actor())
    rows = [location_row(each) for each in page.items]
    return {"rows": rows, "refused": _refused() if runs else "", "is_ours": runs}


def _refused() -> str:
    try:
        return refusals(refused_counts())
    except RedisError:
        return ""


def _show(form: Form, status: int = 200) -> BaseResponse:
    form.labels = {"code": _("Code"), "name": _("Name"), "control_targets": _("Control targets")}
    tabs = availability_tabs("web.locations")
    return make_response(render_template("locations/list.html", tabs=tabs, form=form, **_rows()), status)


def _values(*names: str) -> dict[str, Any]:
    values: dict[str, Any] = {name: request.form.get(name, "").strip() for name in names}
    return {**values, "control_targets": lines(request.form.get("control_targets"))}


@web.post("/locations")
def locations_post() -> BaseResponse:
    """Enter a location, and show its key this once."""
    form = Form(request.form.to_dict())
    try:
        made, key = create_location(actor(), _values("code", "name"))
    except InvalidError as error:
        form.refuse(error)
        return _show(form, 400)
    except ConflictError as error:
        form.errors["code"] = in_words(error.msg)
        return _show(form, 409)
    return _key_shown(made, key, 201)


def _key_shown(location: Location, key: str, status: int = 200) -> BaseResponse:
    html = render_template(
        "locations/key.html",
        location=location_row(location),
        command=command_for(location.code, key),
        is_reachable=is_broker_reachable(),
    )
    return make_response(html, status)


@web.get("/locations/<id:location_id>")
def location(location_id: int) -> BaseResponse:
    row = get_location(actor(), location_id)
    values = {"name": row.name, "control_targets": row.control_targets, "is_enabled": row.is_enabled}
    return _editing(Form(values), row)


def _editing(form: Form, row: Location, status: int = 200) -> BaseResponse:
    form.labels = {"name": _("Name"), "control_targets": _("Control targets")}
    command = command_for(row.code, "…")
    html = render_template("locations/form.html", form=form, location=location_row(row), command=command)
    return make_response(html, status)


@web.post("/locations/<id:location_id>")
def location_post(location_id: int) -> BaseResponse:
    row = get_location(actor(), location_id)
    form = Form(request.form.to_dict())
    values = _values("name")
    if not location_row(row)["is_home"]:
        values["is_enabled"] = "is_enabled" in request.form
    try:
        change_location(actor(), location_id, values)
    except InvalidError as error:
        form.refuse(error)
        return _editing(form, row, 400)
    say(_("Saved."))
    return go(url_for("web.locations"))


@web.post("/locations/<id:location_id>/rotate")
def location_rotate(location_id: int) -> BaseResponse:
    return _key_shown(*rotate_key(actor(), location_id))


@web.post("/locations/<id:location_id>/delete")
def location_delete(location_id: int) -> BaseResponse:
    delete_location(actor(), location_id, is_forced="force" in request.form)
    say(_("The location is gone. What was measured there stays."))
    return go(url_for("web.locations"))
