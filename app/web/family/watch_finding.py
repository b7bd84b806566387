"""Finding a site's key pages: a small walk is started, shown while it goes, and its finds are chosen from."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import InvalidError
from app.engine.tamper.visible import visible
from app.models import Site
from app.service.site import get_site
from app.service.tamper.discover import get_discovery, start_discovery, stop_discovery
from app.service.tamper.watch import create_watches
from app.web.ask import go, number_asked, say
from app.web.blueprint import web
from app.web.family.watch_forms import choose_site, intervals
from app.web.forms.form import Form, number
from app.web.identity import actor
from app.web.words.tamper import FOUND_AS

CHOSEN_AT_FIRST = 10


@web.get("/watches/find")
def watch_find() -> BaseResponse:
    """Where to begin, or (with `?job=`) what was found so far."""
    site_id = number_asked("site")
    if site_id is None:
        return choose_site("watch_find")
    site = get_site(actor(), site_id)
    form = Form({"start_url": site.base_url, "interval_seconds": 300})
    job_id = number_asked("job")
    return _show(site, form, get_discovery(actor(), job_id) if job_id is not None else None)


@web.post("/watches/find")
def watch_find_post() -> BaseResponse:
    site = get_site(actor(), number_asked("site") or 0)
    form = Form(request.form.to_dict())
    try:
        job = start_discovery(actor(), site.id, request.form.get("start_url", "").strip())
    except InvalidError as error:
        form.refuse(error)
        return _show(site, form, None, 400)
    return go(url_for("web.watch_find", site=site.id, job=job["id"]))


@web.post("/watches/find/<id:job_id>/stop")
def watch_find_stop(job_id: int) -> BaseResponse:
    job = stop_discovery(actor(), job_id)
    return go(url_for("web.watch_find", site=job["site_id"], job=job_id))


@web.post("/watches/find/<id:job_id>/confirm")
def watch_find_confirm(job_id: int) -> BaseResponse:
    """The chosen pages become watches."""
    found = get_discovery(actor(), job_id)
    site = get_site(actor(), int(found["site_id"]))
    form, urls = Form(request.form.to_dict()), request.form.getlist("urls")
    try:
        if not urls:
            raise InvalidError({"urls": "choose at least one page"})
        values = {"interval_seconds": number(request.form.get("interval_seconds")) or 300}
        made = create_watches(actor(), site.id, urls, values)
    except InvalidError as error:
        form.refuse(error)
        return _show(site, form, found, 400, chosen=urls)
    say(ngettext("%(num)s page is watched now.", "%(num)s pages are watched now.", len(made)))
    return go(url_for("web.watches", site=site.id))


def _job(site: Site, job: dict[str, Any], chosen: list[str] | None) -> dict[str, Any]:
    new = [page for page in job["pages"] if not page.get("is_watched")]
    wanted = chosen if chosen is not None else [page["url"] for page in new[:CHOSEN_AT_FIRST]]
    again = url_for("web.watch_find", site=site.id)
    return {
        "url": url_for("web.watch_find", site=site.id, job=job["id"]),
        "is_running": job["state"] in ("waiting", "running"),
        "error": _problem(job["error"]),
        "pages": [{**_page(page), "chosen": page["url"] in wanted} for page in job["pages"]],
        "stop_url": url_for("web.watch_find_stop", job_id=job["id"]),
        "confirm_url": url_for("web.watch_find_confirm", job_id=job["id"]),
        "again_url": again,
    }


def _page(page: dict[str, Any]) -> dict[str, Any]:
    """A page that was found: what it calls itself is shown with its unseen characters named."""
    why = str(FOUND_AS.get(page["why"], page["why"]))
    return {"url": page["url"], "title": visible(page["title"]), "why": why, "is_watched": page["is_watched"]}


def _problem(code: str | None) -> str:
    """Why the walk ended early; that nothing was found is said by the page itself."""
    return {
        "crawl_failed": _("The walk broke off. The log names the cause."),
        "worker_lost": _("Nobody walks on: the worker of the tamper queue has gone away."),
    }.get(code or "", "")


def _show(
    site: Site,
    form: Form,
    job: dict[str, Any] | None,
    status: int = 200,
    *,
    chosen: list[str] | None = None,
) -> BaseResponse:
    form.labels = {
        "start_url": _("Begin at"),
        "urls": _("Pages to watch"),
        "interval_seconds": _("Look every"),
    }
    html = render_template(
        "watches/find.html",
        site=site,
        form=form,
        job=_job(site, job, chosen) if job else None,
        intervals=intervals(form.values.get("interval_seconds")),
    )
    return make_response(html, status)
