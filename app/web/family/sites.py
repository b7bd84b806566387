"""Sites: the list, a site's page, its form."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import InvalidError
from app.models import Site
from app.service.bug.overview import site_security
from app.service.incident.manage import list_incidents
from app.service.monitor.manage import list_monitors
from app.service.overview import site_states
from app.service.site import (
    archive_site,
    change_site,
    create_site,
    get_site,
    list_events,
    list_sites,
    list_tags,
    restore_site,
)
from app.service.tamper.overview import open_alert_counts, site_tamper
from app.service.tamper.watch import list_watches
from app.web.ask import PAGE_SIZE, cursor, go, rows_asked, say, wants_fragment, without_empty
from app.web.blueprint import web
from app.web.charts import chosen_range, range_words, ranges, strip_of
from app.web.forms.form import Form, commas
from app.web.forms.meanwhile import refuse_overtaken
from app.web.identity import actor
from app.web.present.event import event_lines
from app.web.present.security import site_line
from app.web.present.state import headline, incident_row, monitor_row, site_row, site_sentence
from app.web.present.tamper import site_mark, watch_row

PAGES = 20
TOLD = 20
READ = 200
"""Events that are read for the lines of the timeline that are told: a scan may put many into one."""


@web.get("/sites")
def sites() -> BaseResponse | str:
    """The list; htmx gets rows only, a search or a refresh gets the whole table."""
    q, tag, archived = (
        request.args.get("q", "").strip(),
        request.args.get("tag", ""),
        "archived" in request.args,
    )
    page = list_sites(
        actor(), q=q or None, tag=tag or None, archived=archived, cursor=cursor(), limit=rows_asked()
    )
    states = site_states(actor(), page.items)
    tamper = site_tamper(actor(), page.items)
    asked = without_empty(q=q, tag=tag, archived=archived and "1")
    context: dict[str, Any] = {
        "rows": [
            {**site_row(site, states[site.id]), "tamper": site_mark(site, tamper[site.id])}
            for site in page.items
        ],
        "more_url": url_for("web.sites", cursor=page.next_cursor, **asked) if page.next_cursor else None,
        "q": q,
        "tag": tag,
        "archived": archived,
        "here": url_for("web.sites", **asked),
        "asked": asked,
    }
    if wants_fragment() and cursor():
        return render_template("sites/_rows.html", **context)
    if wants_fragment():
        return render_template("sites/_table.html", **context)
    return render_template("sites/list.html", tags=list_tags(actor()), **context)


def _pages_of(site: Site) -> dict[str, Any]:
    """The first of a site's watched pages, as the list of watches shows them."""
    page = list_watches(actor(), site_id=site.id, limit=PAGES)
    counts = open_alert_counts(actor(), [each.id for each in page.items])
    return {
        "pages": [watch_row(each, counts) for each in page.items],
        "pages_url": url_for("web.watches", site=site.id) if page.items else None,
    }


def _site_context(site: Site) -> dict[str, Any]:
    state = site_states(actor(), [site])[site.id]
    page = list_monitors(actor(), site_id=site.id, limit=100)
    monitors = [monitor_row(each) for each in page.items]
    events = list_events(actor(), site.id, limit=READ)
    lines, more = event_lines(events.items), url_for("web.site_events", site_id=site.id)
    incidents = list_incidents(actor(), site_id=site.id, limit=5)
    tamper = site_mark(site, site_tamper(actor(), [site])[site.id])
    unmeasured = _("Nothing checks whether it is up yet") if tamper else headline(None, None)
    return {
        **_pages_of(site),
        "tamper": tamper,
        "security": site_line(site_security(actor(), site.id)),
        "site": site,
        "state": state.state or "PENDING",
        "headline": headline(state.state, state.since_ms) if state.state else unmeasured,
        "sentence": site_sentence(state, monitors),
        "monitors": monitors,
        "events": lines[:TOLD],
        "more_events": more if events.next_cursor or len(lines) > TOLD else None,
        "incidents": [incident_row(each) for each in incidents.items],
    }


@web.get("/sites/<id:site_id>")
def site(site_id: int) -> str:
    """State, response times, monitors, incidents and the timeline of one site."""
    found = get_site(actor(), site_id)
    context = _site_context(found)
    wanted = request.args.get("monitor", "")
    ids = [str(each["id"]) for each in context["monitors"]]
    chosen = wanted if wanted in ids else (ids[0] if ids else None)
    key = chosen_range(found.created_at)
    return render_template(
        "sites/site.html",
        **context,
        chosen=chosen,
        range_key=key,
        range_text=range_words(key),
        ranges=ranges("web.site", site_id=site_id, **without_empty(monitor=chosen)),
        strip=strip_of(actor(), int(chosen), key) if chosen else None,
        zone=actor().organization.timezone,
    )


@web.get("/sites/<id:site_id>/live")
def site_live(site_id: int) -> BaseResponse:
    """The parts of a site's page that change by themselves, each to be put in its place."""
    response = make_response(render_template("sites/_live.html", **_site_context(get_site(actor(), site_id))))
    response.headers["HX-Trigger"] = "chart-refresh"
    return response


@web.get("/sites/<id:site_id>/events")
def site_events(site_id: int) -> str:
    """The whole timeline, page by page."""
    found = get_site(actor(), site_id)
    page = list_events(actor(), site_id, cursor=cursor(), limit=PAGE_SIZE)
    more = url_for("web.site_events", site_id=site_id, cursor=page.next_cursor) if page.next_cursor else None
    return render_template("sites/events.html", site=found, events=event_lines(page.items), more_url=more)


def _form_of(site: Site | None) -> Form:
    labels = {"name": _("Name"), "base_url": _("Address"), "tags": _("Tags"), "description": _("Notes")}
    if site is None:
        return Form({}, labels=labels)
    values = {
        "name": site.name,
        "base_url": site.base_url,
        "description": site.description,
        "tags": ", ".join(site.tags),
    }
    return Form(values, labels=labels)


def _typed() -> dict[str, Any]:
    values: dict[str, Any] = {
        name: request.form.get(name, "") for name in ("name", "base_url", "description")
    }
    return {**values, "tags": commas(request.form.get("tags"))}


def _show_form(form: Form, site: Site | None, status: int = 200) -> BaseResponse:
    tags = [tag for tag, _count in list_tags(actor())]
    return make_response(render_template("sites/form.html", form=form, site=site, tags=tags), status)


@web.get("/sites/new")
def site_new() -> BaseResponse:
    return _show_form(_form_of(None), None)


@web.post("/sites/new")
def site_new_post() -> BaseResponse:
    form = _form_of(None)
    form.values = dict(request.form)
    try:
        made = create_site(actor(), _typed())
    except InvalidError as error:
        form.refuse(error)
        return _show_form(form, None, 400)
    say(_("%(name)s was added. Now say how it is to be watched.", name=made.name))
    return go(url_for("web.monitor_new", site=made.id))


@web.get("/sites/<id:site_id>/edit")
def site_edit(site_id: int) -> BaseResponse:
    found = get_site(actor(), site_id)
    return _show_form(_form_of(found), found)


@web.post("/sites/<id:site_id>/edit")
def site_edit_post(site_id: int) -> BaseResponse:
    found = get_site(actor(), site_id)
    form = _form_of(found)
    form.values = dict(request.form)
    try:
        refuse_overtaken(found)
        change_site(actor(), site_id, _typed())
    except InvalidError as error:
        form.refuse(error)
        return _show_form(form, found, 400)
    say(_("Saved."))
    return go(url_for("web.site", site_id=site_id))


@web.post("/sites/<id:site_id>/archive")
def site_archive(site_id: int) -> BaseResponse:
    found = archive_site(actor(), site_id)
    say(_("%(name)s is archived. It is no longer checked.", name=found.name))
    return go(url_for("web.sites"))


@web.post("/sites/<id:site_id>/restore")
def site_restore(site_id: int) -> BaseResponse:
    found = restore_site(actor(), site_id)
    say(_("%(name)s is watched again.", name=found.name))
    return go(url_for("web.site", site_id=site_id))
