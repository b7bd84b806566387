"""Scheduled jobs: their last runs, running one now, another time of the day."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import InvalidError, NotFoundError, RateLimitedError
from app.core.settings import get_settings
from app.service.scheduling.manage import Entry, change_daily, get_scheduled, list_scheduled, run_now
from app.web.ask import go, say, wants_fragment
from app.web.blueprint import web
from app.web.family.settings import settings_tabs, zone_names
from app.web.forms.form import Form
from app.web.identity import actor
from app.web.messages.lookup import in_words
from app.web.words.scheduled import JOBS, RESULTS, STATES


def _row(entry: Entry) -> dict[str, Any]:
    words, look = STATES[entry.state]
    return {
        "name": entry.name,
        "text": str(JOBS.get(entry.name, entry.name)),
        "when": _when(entry),
        "is_daily": entry.at is not None,
        "state": str(words),
        "look": look,
        "last_at": entry.last_at,
        "took_ms": entry.took_ms,
        "result": _result(entry.result),
        "problem": entry.problem,
        "host": entry.host,
        "failures": entry.failures,
        "failed_at": entry.failed_at,
        "failed_problem": entry.failed_problem,
        "next_at": entry.next_at,
    }


def _result(told: dict[str, Any]) -> str:
    """How many of what it dealt with, such as `messages: 3`; empty where there was nothing to do."""
    counted = ((name, value) for name, value in told.items() if name in RESULTS and value)
    return ", ".join(_("%(name)s: %(value)s", name=RESULTS[name], value=value) for name, value in counted)


def _when(entry: Entry) -> str:
    if entry.at is not None:
        return _("daily at %(at)s, %(zone)s", at=entry.at, zone=entry.zone)
    seconds = entry.seconds or 0
    if seconds % 3600 == 0:
        return ngettext("every hour", "every %(num)s hours", seconds // 3600)
    if seconds % 60 == 0:
        return ngettext("every minute", "every %(num)s minutes", seconds // 60)
    return ngettext("every second", "every %(num)s seconds", seconds)


@web.get("/settings/jobs")
def scheduled_jobs() -> str:
    rows = [_row(each) for each in list_scheduled(actor())]
    template = "settings/_scheduled.html" if wants_fragment() else "settings/scheduled.html"
    has_flower: bool = vars(get_settings())["FLOWER"]
    return render_template(template, rows=rows, tabs=settings_tabs("scheduled_jobs"), has_flower=has_flower)


@web.post("/settings/jobs/<string:name>/run")
def scheduled_job_run(name: str) -> BaseResponse:
    try:
        run_now(actor(), name)
    except RateLimitedError as error:
        say(in_words(error.msg), bad=True)
    else:
        say(_("It is asked to run."))
    return go(url_for("web.scheduled_jobs"))


def _form_page(entry: Entry, form: Form, status: int = 200) -> BaseResponse:
    form.labels = {"at": _("Time of the day"), "zone": _("Time zone")}
    html = render_template(
        "settings/scheduled_form.html",
        form=form,
        row=_row(entry),
        zones=[(each, each) for each in zone_names()],
    )
    return make_response(html, status)


@web.get("/settings/jobs/<string:name>/time")
def scheduled_job_time(name: str) -> BaseResponse:
    entry = get_scheduled(actor(), name)
    if entry.at is None:
        raise NotFoundError("there is no such thing here")
    return _form_page(entry, Form({"at": entry.at, "zone": entry.zone}))


@web.post("/settings/jobs/<string:name>/time")
def scheduled_job_time_post(name: str) -> BaseResponse:
    form = Form(dict(request.form))
    if get_scheduled(actor(), name).at is None:
        raise NotFoundError("there is no such thing here")
    try:
        change_daily(actor(), name, {"at": request.form.get("at", ""), "zone": request.form.get("zone", "")})
    except InvalidError as error:
        form.refuse(error)
        return _form_page(get_scheduled(actor(), name), form, 400)
    say(_("Saved."))
    return go(url_for("web.scheduled_jobs"))
