"""Scans: the list, a scan as it runs and what came of it, asking for one, stopping one."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import ConflictError, InvalidError
from app.engine.bug.types import BUDGETS, PROFILES
from app.models import Scan, Site
from app.service.bug.compare import Comparison, compare_scans, findings_of_scan
from app.service.bug.report import report_of
from app.service.bug.scan import get_scan, list_scans, may_ask_actively, progress_of, request_scan, stop_scan
from app.service.bug.settings import get_settings_of
from app.service.site import get_site, list_sites
from app.web.ask import cursor, go, number_asked, rows_asked, say, wants_fragment, without_empty
from app.web.blueprint import web
from app.web.forms.form import Form, number
from app.web.identity import actor
from app.web.messages.lookup import in_words
from app.web.present.bug import bug_tabs
from app.web.present.scan import (
    GOING_ON,
    comparison_facts,
    found_row,
    progress_facts,
    report_facts,
    scan_row,
)
from app.web.words.scan import PROFILES as PROFILE_WORDS
from app.web.words.scan import SCAN_STATES

MAX_SITES = 200


@web.get("/scans")
def scans() -> str:
    """The newest first; retests of single findings are on their findings' pages."""
    state, site_id = request.args.get("state", ""), number_asked("site")
    state = state if state in SCAN_STATES else ""
    site = get_site(actor(), site_id) if site_id is not None else None
    page = list_scans(actor(), site_id=site_id, state=state or None, cursor=cursor(), limit=rows_asked())
    asked = without_empty(state=state, site=site_id)
    context: dict[str, Any] = {
        "rows": [scan_row(each) for each in page.items],
        "more_url": url_for("web.scans", cursor=page.next_cursor, **asked) if page.next_cursor else None,
        "here": url_for("web.scans", **asked),
        "is_filtered": bool(asked),
        "state": state,
        "site": site,
    }
    if wants_fragment():
        return render_template("scans/_rows.html" if cursor() else "scans/_table.html", **context)
    states = [(name, str(words)) for name, (words, _look) in SCAN_STATES.items()]
    return render_template("scans/list.html", tabs=bug_tabs("scans"), states=states, **context)


@web.get("/scans/<id:scan_id>")
def scan(scan_id: int) -> str:
    """How far it is; when it is over, what was found, what was looked at, and what is different."""
    found = get_scan(actor(), scan_id)
    context: dict[str, Any] = {
        "scan": scan_row(found),
        "progress": progress_facts(found, progress_of(found)) if found.state in GOING_ON else None,
    }
    if wants_fragment() and found.state in GOING_ON:
        return render_template("scans/_progress.html", **context)
    context |= {
        "findings": [found_row(each) for each in findings_of_scan(actor(), scan_id)],
        "report": report_facts(report_of(found)),
        "comparison": comparison_facts(_comparison(found)),
    }
    return render_template("scans/_result.html" if wants_fragment() else "scans/scan.html", **context)


def _comparison(found: Scan) -> Comparison | None:
    if found.state in GOING_ON or found.trigger == "retest":
        return None
    try:
        return compare_scans(actor(), found.id)
    except ConflictError:
        return None


@web.get("/scans/new")
def scan_new() -> str:
    """Which site, and how thoroughly."""
    site_id = number_asked("site")
    if site_id is None:
        return render_template("scans/choose.html", sites=list_sites(actor(), limit=MAX_SITES).items)
    site = get_site(actor(), site_id)
    settings = get_settings_of(actor(), site_id)
    profile = settings.profile if may_ask_actively(site) else "passive"
    return _form(site, Form({"profile": profile, "budget": "", "rate": f"{settings.rate:g}"}))


@web.post("/scans/new")
def scan_new_post() -> BaseResponse | str:
    """Ask for it, and go to where it can be watched."""
    site = get_site(actor(), number_asked("site") or 0)
    given = {name: request.form.get(name, "").strip() for name in ("profile", "budget", "rate")}
    form = Form(dict(given))
    values: dict[str, Any] = {"profile": given["profile"]}
    if given["budget"]:
        values["budget"] = number(given["budget"])
    if given["rate"]:
        values["rate"] = _rate(given["rate"])
    try:
        asked = request_scan(actor(), site.id, values)
    except InvalidError as error:
        form.refuse(error)
    except ConflictError as error:
        form.errors["profile"] = in_words(error.msg)
    else:
        return go(url_for("web.scan", scan_id=asked.id))
    return _form(site, form)


def _rate(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _form(site: Site, form: Form) -> str:
    form.labels = {"profile": _("Scan profile"), "budget": _("Requests"), "rate": _("Rate")}
    verified = may_ask_actively(site)
    profiles = [
        {
            "name": name,
            "text": str(PROFILE_WORDS[name][0]),
            "help": str(PROFILE_WORDS[name][1]),
            "budget": BUDGETS[name],
            "is_possible": verified or name == "passive",
        }
        for name in PROFILES
    ]
    return render_template("scans/form.html", site=site, form=form, profiles=profiles, is_verified=verified)


@web.post("/scans/<id:scan_id>/stop")
def scan_stop(scan_id: int) -> BaseResponse:
    """End it; what was found until now stays."""
    try:
        stop_scan(actor(), scan_id)
    except ConflictError as error:
        say(in_words(error.msg), bad=True)
    return go(url_for("web.scan", scan_id=scan_id))
