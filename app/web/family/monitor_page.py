"""A monitor's page: its state, its times in phases and percentiles, when it is slow, results, reasons."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.engine.usability.registry import UnknownTypeError, get_type
from app.models import Monitor
from app.service.incident.manage import list_incidents
from app.service.monitor.manage import get_monitor
from app.service.passive.heartbeat import heartbeat_of
from app.service.results.result import list_results
from app.service.scheduling.schedule import is_probed
from app.web.ask import cursor
from app.web.blueprint import web
from app.web.charts import (
    chart_numbers,
    chosen_range,
    heat_numbers,
    range_words,
    ranges,
    reason_rows,
    series_in,
    strip_of,
)
from app.web.i18n import current_locale
from app.web.identity import actor
from app.web.present.facts import call_facts, tls_facts
from app.web.present.state import headline, incident_row, monitor_row, result_row
from app.web.words.names import in_language, phases

RESULTS = 25
MORE = 50
EXAMPLES = 50


def _wants_failures() -> bool:
    return request.args.get("only") == "failures"


def _context(found: Monitor) -> dict[str, Any]:
    failed = _wants_failures()
    results = list_results(actor(), found.id, limit=RESULTS, failed=failed)
    row = monitor_row(found)
    return {
        "monitor": found,
        "row": row,
        "state": found.state.state,
        "headline": headline(found.state.state, found.state.since_ms, is_failing=bool(row["why"])),
        "sentence": row["why"],
        "is_probed": is_probed(found.type),
        "only_failures": failed,
        "results": [result_row(each) for each in results.items],
        "results_url": _results_url(found.id, results.next_cursor),
        "incidents": [
            incident_row(each) for each in list_incidents(actor(), monitor_id=found.id, limit=5).items
        ],
        "facts": [*call_facts(heartbeat_of(found.id)), *_told(found), *tls_facts(found.state.facts)],
    }


def _told(found: Monitor) -> list[tuple[str, str]]:
    """What its kind tells of the newest result beyond its times; nothing of what nobody can read."""
    try:
        return get_type(found.type).told(found.state.facts or {}, current_locale())
    except (UnknownTypeError, AttributeError, IndexError, KeyError, TypeError, ValueError):
        return []


def _call_url(found: Monitor) -> str | None:
    """The address that a heartbeat's target calls."""
    if found.push_token is None:
        return None
    return url_for("v1.call", token=found.push_token, _external=True)


def _results_url(monitor_id: int, next_cursor: str | None) -> str | None:
    if next_cursor is None:
        return None
    only = "failures" if _wants_failures() else None
    return url_for("web.monitor_results", monitor_id=monitor_id, cursor=next_cursor, only=only)


def phase_names(kind: str) -> list[tuple[str, str]]:
    """The parts of a type's time with what they are called there, in the order of time."""
    try:
        names = get_type(kind).phases
    except UnknownTypeError:
        return phases()
    return [(slot, in_language(names[slot], current_locale())) for slot, _words in phases() if slot in names]


@web.get("/monitors/<id:monitor_id>")
def monitor(monitor_id: int) -> str:
    """State, response times and recent results of one monitor."""
    found = get_monitor(actor(), monitor_id)
    key = chosen_range(found.created_at)
    failures = list_results(actor(), monitor_id, limit=EXAMPLES, failed=True).items
    return render_template(
        "monitors/monitor.html",
        **_context(found),
        type_title=in_language(get_type(found.type).title, current_locale()),
        call_url=_call_url(found),
        range_key=key,
        range_text=range_words(key),
        ranges=ranges("web.monitor", monitor_id=monitor_id, only="failures" if _wants_failures() else None),
        strip=strip_of(actor(), monitor_id, key),
        reasons=reason_rows(series_in(actor(), monitor_id, key), failures),
        phase_names=phase_names(found.type),
        zone=actor().organization.timezone,
    )


@web.get("/monitors/<id:monitor_id>/live")
def monitor_live(monitor_id: int) -> BaseResponse:
    """The parts of the page that change by themselves."""
    response = make_response(
        render_template("monitors/_live.html", **_context(get_monitor(actor(), monitor_id)))
    )
    response.headers["HX-Trigger"] = "chart-refresh"
    return response


@web.get("/monitors/<id:monitor_id>/results")
def monitor_results(monitor_id: int) -> str:
    """More rows of the table of results."""
    page = list_results(actor(), monitor_id, cursor=cursor(), limit=MORE, failed=_wants_failures())
    rows = [result_row(each) for each in page.items]
    return render_template(
        "monitors/_results.html", results=rows, results_url=_results_url(monitor_id, page.next_cursor)
    )


@web.get("/monitors/<id:monitor_id>/series")
def monitor_series(monitor_id: int) -> Response:
    """The chart's numbers."""
    return jsonify(chart_numbers(actor(), monitor_id, chosen_range()))


@web.get("/monitors/<id:monitor_id>/heat")
def monitor_heat(monitor_id: int) -> Response:
    """The numbers of the map of hours and days."""
    return jsonify(heat_numbers(actor(), monitor_id))
