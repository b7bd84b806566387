"""Objectives: the list, one with its budget over the window, and their form."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.clock import from_ms
from app.core.errors import InvalidError, NotFoundError
from app.engine.usability.series.budget import RULES
from app.models import Objective, Site
from app.service.monitor.manage import list_monitors
from app.service.objective.manage import (
    burn_of,
    change_objective,
    create_objective,
    delete_objective,
    get_objective,
    list_objectives,
)
from app.service.site import get_site, list_sites
from app.web.ask import cursor, go, say
from app.web.blueprint import web
from app.web.forms.form import Form, number
from app.web.forms.meanwhile import refuse_overtaken
from app.web.identity import actor
from app.web.present.availability_tabs import availability_tabs
from app.web.words.objective import KINDS, LEVELS, SPANS, WINDOWS

MAX_SITES = 200
PAGE = 50


def objective_row(objective: Objective) -> dict[str, Any]:
    """An objective as list and page show it."""
    status = objective.status or {}
    left = status.get("left")
    level = objective.burning
    return {
        "id": objective.id,
        "name": objective.name,
        "url": url_for("web.objective", objective_id=objective.id),
        "site": objective.site.name,
        "site_url": url_for("web.site", site_id=objective.site_id),
        "monitor": objective.monitor.name if objective.monitor else "",
        "goal": _goal(objective),
        "window": str(WINDOWS[objective.window]),
        "share": status.get("share"),
        "left": left,
        "level": level,
        "level_words": str(LEVELS[level]) if level else "",
        "since": from_ms(objective.burning_since_ms) if level and objective.burning_since_ms else None,
        "state": _state(objective, left),
        "is_enabled": objective.is_enabled,
    }


def _goal(objective: Objective) -> str:
    target = f"{objective.target:g}"
    if objective.kind == "latency":
        return _("%(target)s %% within %(ms)s ms", target=target, ms=objective.threshold_ms)
    return _("%(target)s %% available", target=target)


def _state(objective: Objective, left: float | None) -> str:
    if not objective.is_enabled:
        return "PAUSED"
    if left is None:
        return "UNKNOWN"
    return "DOWN" if left < 0 else "DEGRADED" if objective.burning else "UP"


def _rates(objective: Objective) -> list[dict[str, Any]]:
    rates = (objective.status or {}).get("rates") or {}
    return [
        {
            "words": str(LEVELS[rule.level]),
            "factor": rule.factor,
            "spans": [(str(SPANS[span]), rates.get(span)) for span in (rule.long, rule.short)],
            "burns": objective.burning == rule.level,
        }
        for rule in RULES
    ]


@web.get("/objectives")
def objectives() -> str:
    page = list_objectives(actor(), cursor=cursor(), limit=PAGE)
    more = url_for("web.objectives", cursor=page.next_cursor) if page.next_cursor else None
    return render_template(
        "objectives/list.html",
        tabs=availability_tabs("web.objectives"),
        rows=[objective_row(each) for each in page.items],
        more_url=more,
        is_first=not cursor(),
    )


@web.get("/objectives/<id:objective_id>")
def objective(objective_id: int) -> str:
    found = get_objective(actor(), objective_id)
    return render_template(
        "objectives/objective.html",
        objective=found,
        row=objective_row(found),
        rates=_rates(found),
        zone=actor().organization.timezone,
    )


@web.get("/objectives/<id:objective_id>/burn")
def objective_burn(objective_id: int) -> Response:
    """The chart's numbers."""
    return jsonify(burn_of(actor(), objective_id))


@web.get("/objectives/new")
def objective_new() -> BaseResponse:
    site = _site_asked_for()
    if site is None:
        sites = list_sites(actor(), limit=MAX_SITES).items
        return make_response(render_template("objectives/choose.html", sites=sites))
    form = Form({"kind": "availability", "target": "99.9", "window": "30d", "is_enabled": True})
    return _show(form, site, None)


@web.post("/objectives/new")
def objective_new_post() -> BaseResponse:
    site = _site_asked_for()
    if site is None:
        raise NotFoundError("there is no such site")
    form, values = _read()
    try:
        made = create_objective(actor(), {**values, "site_id": site.id})
    except InvalidError as error:
        form.refuse(error)
        return _show(form, site, None, 400)
    say(_("Saved."))
    return go(url_for("web.objective", objective_id=made.id))


@web.get("/objectives/<id:objective_id>/edit")
def objective_edit(objective_id: int) -> BaseResponse:
    found = get_objective(actor(), objective_id)
    names = ("name", "kind", "target", "threshold_ms", "window", "counts_maintenance", "is_enabled")
    return _show(Form({name: getattr(found, name) for name in names}), found.site, found)


@web.post("/objectives/<id:objective_id>/edit")
def objective_edit_post(objective_id: int) -> BaseResponse:
    found = get_objective(actor(), objective_id)
    form, values = _read()
    values.pop("monitor_id", None)
    try:
        refuse_overtaken(found)
        change_objective(actor(), objective_id, values)
    except InvalidError as error:
        form.refuse(error)
        return _show(form, found.site, found, 400)
    say(_("Saved."))
    return go(url_for("web.objective", objective_id=objective_id))


@web.post("/objectives/<id:objective_id>/delete")
def objective_delete(objective_id: int) -> BaseResponse:
    found = get_objective(actor(), objective_id)
    delete_objective(actor(), objective_id)
    say(_("%(name)s was deleted.", name=found.name))
    return go(url_for("web.objectives"))


def _site_asked_for() -> Site | None:
    text = request.args.get("site", "")
    return get_site(actor(), int(text)) if text.isdecimal() and len(text) < 20 else None


def _read() -> tuple[Form, dict[str, Any]]:
    given = request.form
    values: dict[str, Any] = {name: given.get(name, "") for name in ("name", "kind", "window")}
    values["target"] = _percent(given.get("target", ""))
    values["threshold_ms"] = number(given.get("threshold_ms"))
    values["counts_maintenance"] = "counts_maintenance" in given
    values["is_enabled"] = "is_enabled" in given
    chosen = given.get("monitor_id", "")
    values["monitor_id"] = int(chosen) if chosen.isdecimal() and len(chosen) < 20 else None
    return Form({**values, "target": given.get("target", ""), "monitor_id": chosen}), values


def _percent(text: str) -> float | None:
    try:
        return float(text.replace(",", ".").strip().removesuffix("%"))
    except ValueError:
        return None


def _show(form: Form, site: Site, found: Objective | None, status: int = 200) -> BaseResponse:
    form.labels = {"name": _("Name"), "target": _("Target"), "threshold_ms": _("No longer than")}
    monitors = list_monitors(actor(), site_id=site.id, limit=MAX_SITES).items
    html = render_template(
        "objectives/form.html",
        form=form,
        site=site,
        objective=found,
        kinds=[(kind, str(words)) for kind, words in KINDS.items()],
        windows=[(window, str(words)) for window, words in WINDOWS.items()],
        monitors=[("", _("All monitors of the site")), *((str(each.id), each.name) for each in monitors)],
    )
    return make_response(html, status)
