"""Monitors: the page, the form made from the type's schema, and what one can do with a monitor."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import InvalidError
from app.engine.usability.registry import MonitorType, all_types, get_type
from app.models import Monitor, Site
from app.service.incident import list_incidents
from app.service.monitor import (
    change_monitor,
    create_monitor,
    delete_monitor,
    get_monitor,
    pause_monitor,
    resume_monitor,
)
from app.service.monitor_config import whole
from app.service.result import list_results
from app.service.run import run_now
from app.service.site import get_site
from app.web import schema_form
from app.web.ask import cursor, go, say
from app.web.blueprint import web
from app.web.charts import chart_numbers, chosen_range, range_words, ranges, strip_of
from app.web.forms import Form, number
from app.web.i18n import current_locale
from app.web.identity import actor
from app.web.present.facts import tls_facts
from app.web.present.state import headline, incident_row, monitor_row, result_row
from app.web.words import in_language

LIMITS = {
    "interval_seconds": (1, 86_400),
    "timeout_seconds": (1, 300),
    "confirm_count": (1, 20),
    "recover_count": (1, 20),
}
RESULTS = 25


def _monitor_context(found: Monitor) -> dict[str, Any]:
    results = list_results(actor(), found.id, limit=RESULTS)
    row = monitor_row(found)
    return {
        "monitor": found,
        "row": row,
        "state": found.state.state,
        "headline": headline(found.state.state, found.state.since_ms),
        "sentence": row["why"],
        "results": [result_row(each) for each in results.items],
        "results_url": _results_url(found.id, results.next_cursor),
        "incidents": [
            incident_row(each) for each in list_incidents(actor(), monitor_id=found.id, limit=5).items
        ],
        "facts": tls_facts(found.state.facts),
    }


def _results_url(monitor_id: int, next_cursor: str | None) -> str | None:
    return url_for("web.monitor_results", monitor_id=monitor_id, cursor=next_cursor) if next_cursor else None


@web.get("/monitors/<id:monitor_id>")
def monitor(monitor_id: int) -> str:
    """State, response times and recent results of one monitor."""
    found = get_monitor(actor(), monitor_id)
    key = chosen_range(found.created_at)
    return render_template(
        "monitors/monitor.html",
        **_monitor_context(found),
        type_title=in_language(get_type(found.type).title, current_locale()),
        range_key=key,
        range_text=range_words(key),
        ranges=ranges("web.monitor", monitor_id=monitor_id),
        strip=strip_of(actor(), monitor_id, key),
        zone=actor().organization.timezone,
    )


@web.get("/monitors/<id:monitor_id>/live")
def monitor_live(monitor_id: int) -> BaseResponse:
    """The parts of the page that change by themselves."""
    response = make_response(
        render_template("monitors/_live.html", **_monitor_context(get_monitor(actor(), monitor_id)))
    )
    response.headers["HX-Trigger"] = "chart-refresh"
    return response


@web.get("/monitors/<id:monitor_id>/results")
def monitor_results(monitor_id: int) -> str:
    """More rows of the table of results."""
    page = list_results(actor(), monitor_id, cursor=cursor(), limit=50)
    rows = [result_row(each) for each in page.items]
    return render_template(
        "monitors/_results.html", results=rows, results_url=_results_url(monitor_id, page.next_cursor)
    )


@web.get("/monitors/<id:monitor_id>/series")
def monitor_series(monitor_id: int) -> Response:
    """The chart's numbers."""
    return jsonify(chart_numbers(actor(), monitor_id, chosen_range()))


@web.post("/monitors/<id:monitor_id>/run")
def monitor_run(monitor_id: int) -> BaseResponse | str:
    """Check now; the answer is shown where the button is."""
    result = run_now(actor(), monitor_id)
    return render_template("monitors/_run.html", result=result_row(result) if result else None)


@web.post("/monitors/<id:monitor_id>/pause")
def monitor_pause(monitor_id: int) -> BaseResponse:
    pause_monitor(actor(), monitor_id)
    return go(url_for("web.monitor", monitor_id=monitor_id))


@web.post("/monitors/<id:monitor_id>/resume")
def monitor_resume(monitor_id: int) -> BaseResponse:
    resume_monitor(actor(), monitor_id)
    return go(url_for("web.monitor", monitor_id=monitor_id))


@web.post("/monitors/<id:monitor_id>/delete")
def monitor_delete(monitor_id: int) -> BaseResponse:
    found = get_monitor(actor(), monitor_id)
    delete_monitor(actor(), monitor_id)
    say(_("%(name)s was deleted.", name=found.name))
    return go(url_for("web.site", site_id=found.site_id))


def _labels() -> dict[str, str]:
    return {
        "name": _("Name"),
        "interval_seconds": _("Check every"),
        "timeout_seconds": _("Give up after"),
        "confirm_count": _("Failures until it counts as down"),
        "recover_count": _("Good results until it counts as up"),
    }


def _read(kind: MonitorType, stored: dict[str, Any]) -> tuple[Form, dict[str, Any], dict[str, str]]:
    """The typed form, the values for the service, and what is wrong before any service sees it."""
    fields = schema_form.fields_of(kind.schema(), current_locale(), stored)
    config = schema_form.read(fields, request.form, stored)
    values: dict[str, Any] = {"name": request.form.get("name", ""), "config": config}
    wrong: dict[str, str] = {}
    for name, (low, high) in LIMITS.items():
        values[name] = number(request.form.get(name))
        if values[name] is None and name != "timeout_seconds":
            wrong[name] = "must be filled in"
        elif isinstance(values[name], str):
            wrong[name] = "must be a whole number"
        elif values[name] is not None and not low <= values[name] <= high:
            wrong[name] = f"must be between {low} and {high}"
    typed = {**{name: request.form.get(name, "") for name in LIMITS}, "name": values["name"]}
    shown = {f"config.{each.key}": config.get(each.key) for each in fields if not each.is_secret}
    return Form({**typed, **shown}), values, wrong


def _show(
    form: Form, kind: MonitorType, site: Site, found: Monitor | None, status: int = 200
) -> BaseResponse:
    fields = schema_form.fields_of(kind.schema(), current_locale(), whole(found) if found else None)
    form.labels = {**_labels(), **{each.name: each.title for each in fields}}
    html = render_template(
        "monitors/form.html",
        form=form,
        groups=schema_form.groups_of(fields, form.errors),
        kind=kind.name,
        kinds=[(each.name, in_language(each.title, current_locale())) for each in all_types()],
        doc=in_language(kind.doc, current_locale()),
        site=site,
        monitor=found,
        limits=LIMITS,
    )
    return make_response(html, status)


def _new_form(kind: MonitorType, site: Site) -> Form:
    fields = schema_form.fields_of(kind.schema(), current_locale())
    values = schema_form.values_of(fields, kind.schema(), {"url": site.base_url})
    basics = {"name": site.name, "interval_seconds": 60, "confirm_count": 2, "recover_count": 2}
    return Form({**values, **basics})


def _site_asked_for() -> Site:
    text = request.args.get("site", "")
    return get_site(actor(), int(text) if text.isdecimal() and len(text) < 20 else 0)


def _kind_asked_for() -> MonitorType:
    names = {each.name: each for each in all_types()}
    return names.get(request.args.get("type", "http")) or next(iter(names.values()))


@web.get("/monitors/new")
def monitor_new() -> BaseResponse:
    site, kind = _site_asked_for(), _kind_asked_for()
    return _show(_new_form(kind, site), kind, site, None)


@web.post("/monitors/new")
def monitor_new_post() -> BaseResponse:
    site, kind = _site_asked_for(), _kind_asked_for()
    form, values, wrong = _read(kind, {})
    try:
        if wrong:
            raise InvalidError(wrong)
        made = create_monitor(actor(), {**values, "site_id": site.id, "type": kind.name})
    except InvalidError as error:
        form.refuse(error)
        return _show(form, kind, site, None, 400)
    say(_("The first check is on its way."))
    return go(url_for("web.monitor", monitor_id=made.id))


@web.get("/monitors/<id:monitor_id>/edit")
def monitor_edit(monitor_id: int) -> BaseResponse:
    found = get_monitor(actor(), monitor_id)
    kind = get_type(found.type)
    fields = schema_form.fields_of(kind.schema(), current_locale(), whole(found))
    values = schema_form.values_of(fields, kind.schema(), whole(found))
    basics = {name: getattr(found, name) for name in ("name", *LIMITS)}
    return _show(Form({**values, **basics}), kind, found.site, found)


@web.post("/monitors/<id:monitor_id>/edit")
def monitor_edit_post(monitor_id: int) -> BaseResponse:
    found = get_monitor(actor(), monitor_id)
    kind = get_type(found.type)
    form, values, wrong = _read(kind, whole(found))
    try:
        if wrong:
            raise InvalidError(wrong)
        change_monitor(actor(), monitor_id, values)
    except InvalidError as error:
        form.refuse(error)
        return _show(form, kind, found.site, found, 400)
    say(_("Saved."))
    return go(url_for("web.monitor", monitor_id=monitor_id))
