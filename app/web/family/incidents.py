"""Incidents: the list, the page of one, and what people do about it."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import CloudEyeError, ConflictError, InvalidError, NotFoundError
from app.models import Incident, IncidentComment
from app.service.alerting.assign import assign_incident
from app.service.alerting.explain import group_of, list_notices
from app.service.alerting.rota import people
from app.service.cause.traces import has_been_asked
from app.service.incident.manage import acknowledge_incident, get_incident, list_incidents
from app.service.incident.story import (
    add_comment,
    alike,
    beside,
    details_of_votes,
    list_comments,
    timeline_of,
    trace_now,
)
from app.service.monitor.manage import get_monitor
from app.service.recording.replay import replay_incident
from app.service.site import get_site
from app.web.ask import cursor, go, number_asked, rows_asked, say, wants_fragment, without_empty
from app.web.blueprint import web
from app.web.family.snapshots import PICTURE_HEADERS
from app.web.forms.form import Form
from app.web.identity import actor
from app.web.messages.lookup import in_words
from app.web.present.availability_tabs import availability_tabs
from app.web.present.event import event_lines
from app.web.present.incident import incident_facts, notice_line, picture_of, replay_facts
from app.web.present.state import incident_row
from app.web.words.incident import CATEGORIES, LEVELS

SHOWN = {"open": True, "closed": False, "all": None}
COMMENTS = 100


@web.get("/incidents")
def incidents() -> str:
    """All incidents, newest first, or those that one asks for."""
    asked = _asked()
    page = list_incidents(
        actor(),
        is_open=SHOWN[asked["show"]],
        level=asked["level"] or None,
        category=asked["category"] or None,
        assigned_to="me" if asked["mine"] else None,
        site_id=number_asked("site"),
        monitor_id=number_asked("monitor"),
        cursor=cursor(),
        limit=rows_asked(),
    )
    kept = _kept(asked)
    context = {
        "rows": [incident_row(each) for each in page.items],
        "more_url": url_for("web.incidents", cursor=page.next_cursor, **kept) if page.next_cursor else None,
        "show": asked["show"],
        "here": url_for("web.incidents", **kept),
    }
    if wants_fragment() and cursor():
        return render_template("incidents/_rows.html", **context)
    if wants_fragment():
        return render_template("incidents/_table.html", **context)
    return render_template("incidents/list.html", **context, **_toolbar(asked, kept))


def _asked() -> dict[str, Any]:
    """The filters of the address; what is none of the known is none."""
    given = request.args
    return {
        "show": given.get("show", "all") if given.get("show") in SHOWN else "all",
        "level": given.get("level", "") if given.get("level") in LEVELS else "",
        "category": given.get("category", "") if given.get("category") in CATEGORIES else "",
        "mine": "1" if given.get("mine") else "",
    }


def _kept(asked: dict[str, Any]) -> dict[str, Any]:
    show = asked["show"] if asked["show"] != "all" else ""
    return without_empty(
        **{**asked, "show": show}, site=number_asked("site"), monitor=number_asked("monitor")
    )


def _toolbar(asked: dict[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in kept.items() if name != "show"}
    return {
        "tabs": availability_tabs("web.incidents"),
        "form": Form(asked),
        "choices": [
            (key, text, url_for("web.incidents", **without_empty(show=key if key != "all" else "", **rest)))
            for key, text in (("all", _("All")), ("open", _("Open")), ("closed", _("Closed")))
        ],
        "levels": [("", _("However bad")), *LEVELS.items()],
        "categories": [("", _("Whatever the cause")), *CATEGORIES.items()],
        "of": _whose(),
        "hidden": without_empty(
            show=kept.get("show"), site=number_asked("site"), monitor=number_asked("monitor")
        ),
    }


def _whose() -> str:
    """The name of the site or monitor whose incidents are shown."""
    site_id, monitor_id = number_asked("site"), number_asked("monitor")
    if monitor_id is not None:
        return get_monitor(actor(), monitor_id).name
    return get_site(actor(), site_id).name if site_id is not None else ""


@web.get("/incidents/<id:incident_id>")
def incident(incident_id: int) -> str:
    """The page of one; with a cursor, comments before the latest, as a piece of the page if htmx asks."""
    found = get_incident(actor(), incident_id)
    if wants_fragment() and cursor():
        return render_template("incidents/_comments.html", **_comments(found))
    return _page(found, Form())


def _page(found: Incident, form: Form) -> str:
    names = people(actor())
    facts = incident_facts(found, names, details_of_votes(found))
    alert_id = found.detail.get("alert_id")
    facts["alert_url"] = url_for("web.alert", alert_id=alert_id) if alert_id else None
    before, after = beside(found)
    like, group = alike(found), group_of(found)
    return render_template(
        "incidents/incident.html",
        incident=facts,
        events=event_lines(list(reversed(timeline_of(found)))),
        **_comments(found),
        notices=[notice_line(each) for each in list_notices(actor(), found.id, limit=100).items],
        alike=[incident_row(each) for each in like.items],
        alike_count=like.count,
        group=[incident_row(each) for each in group.members if each.id != found.id] if group else [],
        group_count=group.count if group else 0,
        people=sorted(names.items(), key=lambda each: each[1]),
        before_url=url_for("web.incident", incident_id=before) if before else None,
        after_url=url_for("web.incident", incident_id=after) if after else None,
        may_trace=has_been_asked(found) and found.closed_at is None,
        site_id=found.site_id,
        form=form,
    )


def _comments(found: Incident) -> dict[str, Any]:
    """The latest comments, or those before a cursor, in the order in which they were made."""
    page = list_comments(actor(), found.id, cursor=cursor(), limit=COMMENTS, newest_first=True)
    earlier: dict[str, Any] = {"incident_id": found.id, "cursor": page.next_cursor}
    return {
        "comments": [_comment(each) for each in reversed(page.items)],
        "earlier_url": url_for("web.incident", **earlier, _anchor="comments") if page.next_cursor else None,
        "latest_url": url_for("web.incident", incident_id=found.id, _anchor="comments") if cursor() else None,
    }


def _comment(comment: IncidentComment) -> dict[str, Any]:
    return {"id": comment.id, "author": comment.author, "at": comment.at, "text": comment.text}


@web.post("/incidents/<id:incident_id>/ack")
def incident_ack(incident_id: int) -> BaseResponse:
    acknowledge_incident(actor(), incident_id)
    say(_("Acknowledged: the others see that somebody is on it."))
    return go(url_for("web.incident", incident_id=incident_id))


@web.post("/incidents/<id:incident_id>/assign")
def incident_assign(incident_id: int) -> BaseResponse:
    """Give it to a member, or to nobody."""
    given = request.form.get("user_id", "")
    assign_incident(actor(), incident_id, int(given) if given.isdecimal() and len(given) < 20 else None)
    say(_("Assigned.") if given else _("It is nobody's now."))
    return go(url_for("web.incident", incident_id=incident_id))


@web.post("/incidents/<id:incident_id>/comments")
def incident_comment(incident_id: int) -> BaseResponse:
    form = Form(request.form.to_dict(), labels={"text": _("Comment")})
    try:
        add_comment(actor(), incident_id, request.form.get("text", ""))
    except InvalidError as error:
        form.refuse(error)
        return Response(_page(get_incident(actor(), incident_id), form), 400)
    return go(url_for("web.incident", incident_id=incident_id) + "#comments")


@web.post("/incidents/<id:incident_id>/trace")
def incident_trace(incident_id: int) -> BaseResponse:
    """Ask the probes for the path once more."""
    if not trace_now(actor(), incident_id):
        raise ConflictError("no probe can be asked for the path now")
    say(_("Asked. The path is here in a few seconds."))
    return go(url_for("web.incident", incident_id=incident_id))


@web.get("/incidents/<id:incident_id>/replay")
def incident_replay(incident_id: int) -> str:
    """The stored samples judged again, as a piece of the incident's page or a page of its own."""
    found = get_incident(actor(), incident_id)
    edit_url = url_for("web.monitor_edit", monitor_id=found.monitor_id) if found.monitor_id else None
    try:
        facts: dict[str, Any] | None = replay_facts(replay_incident(actor(), incident_id))
        error = ""
    except CloudEyeError as refused:
        facts, error = None, in_words(refused.msg)
    context = {"replay": facts, "error": error, "edit_url": edit_url}
    if wants_fragment():
        return render_template("incidents/_replay.html", **context)
    back_url = url_for("web.incident", incident_id=incident_id)
    return render_template("incidents/replay.html", back_url=back_url, **context)


@web.get("/incidents/<id:incident_id>/picture")
def incident_picture(incident_id: int) -> Response:
    """The screenshot a browser took of the failure."""
    picture = picture_of(get_incident(actor(), incident_id))
    if picture is None:
        raise NotFoundError
    headers = {**PICTURE_HEADERS, "X-Content-Type-Options": "nosniff"}
    return Response(picture, mimetype="image/jpeg", headers=headers)
