"""Incidents: the list and the page of one."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.service.incident import acknowledge_incident, get_incident, incident_events, list_incidents
from app.web.ask import PAGE_SIZE, cursor, go, say, wants_fragment, without_empty
from app.web.blueprint import web
from app.web.identity import actor
from app.web.present.event import event_line
from app.web.present.state import incident_row

SHOWN = {"open": True, "closed": False, "all": None}


@web.get("/incidents")
def incidents() -> str:
    """Open incidents first asked for, then all, newest first."""
    shown = request.args.get("show", "all")
    page = list_incidents(actor(), is_open=SHOWN.get(shown), cursor=cursor(), limit=PAGE_SIZE)
    asked = without_empty(show=shown if shown != "all" else "")
    context = {
        "rows": [incident_row(each) for each in page.items],
        "more_url": url_for("web.incidents", cursor=page.next_cursor, **asked) if page.next_cursor else None,
        "show": shown,
        "here": url_for("web.incidents", **asked),
    }
    if wants_fragment() and cursor():
        return render_template("incidents/_rows.html", **context)
    if wants_fragment():
        return render_template("incidents/_table.html", **context)
    return render_template("incidents/list.html", **context)


@web.get("/incidents/<id:incident_id>")
def incident(incident_id: int) -> str:
    found = get_incident(actor(), incident_id)
    row = incident_row(found)
    alert_id = found.detail.get("alert_id")
    row["alert_url"] = url_for("web.alert", alert_id=alert_id) if alert_id else None
    lines = [event_line(event) for event in reversed(incident_events(found))]
    return render_template("incidents/incident.html", incident=row, events=lines, site_id=found.site_id)


@web.post("/incidents/<id:incident_id>/ack")
def incident_ack(incident_id: int) -> BaseResponse:
    acknowledge_incident(actor(), incident_id)
    say(_("Acknowledged: the others see that somebody is on it."))
    return go(url_for("web.incident", incident_id=incident_id))
