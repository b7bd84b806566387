"""Alerts: the list, the page of one, and what one can decide about it."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.controller.common.headers import FRAMING
from app.models import Alert
from app.models.alert import SEVERITIES as ALL_SEVERITIES
from app.service.site import get_site
from app.service.tamper.alert import alert_events, folded_counts, folded_under, get_alert, list_alerts
from app.service.tamper.decide import allow_alert, approve_alert, confirm_alert
from app.service.tamper.watch import get_watch
from app.web.ask import cursor, go, number_asked, rows_asked, say, wants_fragment, without_empty
from app.web.blueprint import web
from app.web.identity import actor
from app.web.present.alert import alert_row, effects, other_row, reason_row, snapshot_facts
from app.web.present.event import event_line
from app.web.present.tamper import tamper_tabs
from app.web.present.versions import SHOWS, show_tabs, versions_of, view_tabs
from app.web.words.tamper import ALERT_STATES, CLASSES, SEVERITIES

EVERY = "all"


@web.get("/alerts")
def alerts() -> str:
    """Open alerts, or those the filters ask for; pages with the same change stand under one of them."""
    state, cls, severity = (request.args.get(name, "") for name in ("state", "class", "severity"))
    state = state if state in ALERT_STATES or state == EVERY else "open"
    cls, severity = cls if cls in CLASSES else "", severity if severity in ALL_SEVERITIES else ""
    site_id, watch_id = number_asked("site"), number_asked("watch")
    site = get_site(actor(), site_id) if site_id is not None else None
    watch = get_watch(actor(), watch_id) if watch_id is not None else None
    page = list_alerts(
        actor(),
        state=None if state == EVERY else state,
        cls=cls or None,
        severity=severity or None,
        site_id=site_id,
        watch_id=watch_id,
        cursor=cursor(),
        limit=rows_asked(),
    )
    counts = folded_counts(page.items)
    asked = without_empty(state=state if state != "open" else "", severity=severity, **{"class": cls})
    narrowed = {**asked, **without_empty(site=site_id, watch=watch_id)}
    context: dict[str, Any] = {
        "rows": [alert_row(each, counts.get(each.id, 0)) for each in page.items],
        "more_url": url_for("web.alerts", cursor=page.next_cursor, **narrowed) if page.next_cursor else None,
        "here": url_for("web.alerts", **narrowed),
        "is_filtered": bool(narrowed),
        "state": state,
        "cls": cls,
        "severity": severity,
        "site": site,
        "watch": watch,
        "without_site": url_for("web.alerts", **asked),
    }
    if wants_fragment():
        return render_template("alerts/_rows.html" if cursor() else "alerts/_table.html", **context)
    return render_template("alerts/list.html", tabs=tamper_tabs("alerts"), **_choices(), **context)


def _choices() -> dict[str, list[tuple[str, str]]]:
    states = [(name, str(words)) for name, (words, _look) in ALERT_STATES.items()]
    return {
        "states": [*states, (EVERY, _("All alerts"))],
        "classes": [(name, str(words)) for name, words in CLASSES.items()],
        "severities": [(name, str(words)) for name, words in SEVERITIES.items()],
    }


@web.get("/alerts/<id:alert_id>")
def alert(alert_id: int) -> BaseResponse:
    """What happened, why CloudEye thinks so, before and after, and the buttons."""
    found = get_alert(actor(), alert_id)
    show, view = request.args.get("show", "text"), request.args.get("view", found.view)
    show = show if show in SHOWS else "text"
    view = view if view == found.view or view in found.snapshots else found.view
    versions = versions_of(actor(), found, view, show)
    context: dict[str, Any] = {
        "show": show,
        "shows": show_tabs(found, view, show),
        "views": view_tabs(found, view, show),
        "versions": versions,
        "edit_url": url_for("web.watch_edit", watch_id=found.watch_id),
    }
    template = "alerts/_compare.html" if wants_fragment() else "alerts/alert.html"
    if not wants_fragment():
        context.update(_about(found))
        context["facts"] = snapshot_facts(versions.after)
    response = make_response(render_template(template, **context))
    response.headers["Content-Security-Policy"] = FRAMING
    return response


def _about(found: Alert) -> dict[str, Any]:
    others = folded_under(found)
    if found.parent_id is not None:
        others = [get_alert(actor(), found.parent_id), *others]
    row = alert_row(found, len(others) - (found.parent_id is not None))
    row["evidence_url"] = url_for("web.alert_evidence", alert_id=found.id)
    return {
        "alert": row,
        "reasons": [reason_row(each, alert_view=found.view) for each in found.reasons],
        "others": [other_row(each) for each in others],
        "events": [event_line(each) for each in reversed(alert_events(found))],
        **effects(found, row["folded"]),
    }


def _reason() -> str:
    return request.form.get("reason", "").strip()[:500]


@web.post("/alerts/<id:alert_id>/approve")
def alert_approve(alert_id: int) -> BaseResponse:
    """It was us: what the page shows becomes an approved version."""
    if not _reason():
        say(_("Say what was changed and why: the next person will ask."), bad=True)
        return go(url_for("web.alert", alert_id=alert_id))
    approve_alert(actor(), alert_id, reason=_reason())
    say(_("Approved. The page is compared with what it shows now."))
    return go(url_for("web.alert", alert_id=alert_id))


@web.post("/alerts/<id:alert_id>/allow")
def alert_allow(alert_id: int) -> BaseResponse:
    """Always right here: the chosen findings stay silent on this page."""
    keys = request.form.getlist("keys")
    if not keys:
        say(_("Nothing was chosen to be allowed."), bad=True)
        return go(url_for("web.alert", alert_id=alert_id))
    allow_alert(actor(), alert_id, keys=keys, reason=_reason())
    say(_("Allowed on this page from now on."))
    return go(url_for("web.alert", alert_id=alert_id))


@web.post("/alerts/<id:alert_id>/confirm")
def alert_confirm(alert_id: int) -> BaseResponse:
    """Real: an incident opens."""
    confirm_alert(actor(), alert_id, reason=_reason())
    say(_("An incident is open, and the channels are told."))
    return go(url_for("web.alert", alert_id=alert_id))
