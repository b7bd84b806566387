"""Watched pages: the list, the page of one, and what one can do with it."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.engine.tamper.visible import visible
from app.models import Watch
from app.service.site import get_site
from app.service.tamper.alert import list_alerts
from app.service.tamper.overview import open_alert_counts
from app.service.tamper.region import forbid_key, list_regions, set_region
from app.service.tamper.snapshot import list_baselines, list_snapshots
from app.service.tamper.watch import (
    delete_watch,
    get_watch,
    list_watches,
    pause_watch,
    resume_watch,
    run_watch,
)
from app.service.tamper.words import get_words
from app.web.ask import PAGE_SIZE, cursor, go, number_asked, rows_asked, say, wants_fragment, without_empty
from app.web.blueprint import web
from app.web.identity import actor
from app.web.present.alert import alert_row
from app.web.present.tamper import (
    baseline_row,
    region_row,
    snapshot_row,
    tamper_tabs,
    watch_headline,
    watch_row,
)
from app.web.words.tamper import WATCH_STATES

FEW = 10


@web.get("/watches")
def watches() -> str:
    """The list; htmx gets rows only, a search or a refresh gets the whole table."""
    q, state = request.args.get("q", "").strip(), request.args.get("state", "")
    state = state if state in WATCH_STATES else ""
    site_id = number_asked("site")
    site = get_site(actor(), site_id) if site_id is not None else None
    page = list_watches(
        actor(), site_id=site_id, state=state or None, q=q or None, cursor=cursor(), limit=rows_asked()
    )
    counts = open_alert_counts(actor(), [each.id for each in page.items])
    asked = without_empty(q=q, state=state, site=site_id)
    context: dict[str, Any] = {
        "rows": [watch_row(each, counts) for each in page.items],
        "more_url": url_for("web.watches", cursor=page.next_cursor, **asked) if page.next_cursor else None,
        "here": url_for("web.watches", **asked),
        "is_filtered": bool(asked),
        "with_site": True,
        "q": q,
        "state": state,
        "site": site,
    }
    if wants_fragment():
        return render_template("watches/_rows.html" if cursor() else "watches/_table.html", **context)
    states = [(name, str(words)) for name, (words, _look) in WATCH_STATES.items()]
    return render_template("watches/list.html", tabs=tamper_tabs("watches"), states=states, **context)


def _changing(found: Watch) -> dict[str, Any]:
    """The parts of a watch's page that change by themselves."""
    row, headline = watch_row(found, {}), watch_headline(found)
    alerts = list_alerts(actor(), watch_id=found.id, limit=5)
    return {
        "watch": found,
        "row": row,
        "headline": headline,
        "sentence": row["note"],
        "alerts": [alert_row(each) for each in alerts.items],
        "alerts_url": url_for("web.alerts", watch=found.id, state="all") if alerts.next_cursor else None,
    }


def _known(found: Watch) -> dict[str, Any]:
    """What was learned, what was approved, and the copies that are kept."""
    baselines = list_baselines(actor(), watch_id=found.id, limit=FEW)
    snapshots = list_snapshots(actor(), watch_id=found.id, limit=FEW)
    return {
        "regions": [region_row(each) for each in list_regions(actor(), found.id)],
        "regions_url": url_for("web.watch_region", watch_id=found.id),
        "baselines": [baseline_row(each) for each in baselines.items],
        "baselines_url": _more("web.watch_baselines", found.id, baselines.next_cursor),
        "snapshots": [snapshot_row(each, found.url) for each in snapshots.items],
        "snapshots_url": _more("web.watch_snapshots", found.id, snapshots.next_cursor),
        "restore_url": url_for("web.watch_restore", watch_id=found.id) if baselines.items else None,
    }


@web.get("/watches/<id:watch_id>")
def watch(watch_id: int) -> str:
    """State, alerts, what was learned, what was approved, and the copies that are kept."""
    found = get_watch(actor(), watch_id)
    return render_template(
        "watches/watch.html",
        **_changing(found),
        **_known(found),
        exceptions=[{"key": key, "text": visible(key)} for key in found.allowed_keys],
        organization_words=len(get_words(actor())["words"]),
    )


def _more(endpoint: str, watch_id: int, next_cursor: str | None) -> str | None:
    return url_for(endpoint, watch_id=watch_id, cursor=next_cursor) if next_cursor else None


@web.get("/watches/<id:watch_id>/live")
def watch_live(watch_id: int) -> str:
    """The parts of the page that change by themselves, each to be put in its place."""
    found = get_watch(actor(), watch_id)
    return render_template("watches/_live.html", **_changing(found), **_known(found))


@web.get("/watches/<id:watch_id>/snapshots")
def watch_snapshots(watch_id: int) -> str:
    """More rows of the table of copies."""
    found = get_watch(actor(), watch_id)
    page = list_snapshots(actor(), watch_id=watch_id, cursor=cursor(), limit=PAGE_SIZE)
    more = _more("web.watch_snapshots", watch_id, page.next_cursor)
    rows = [snapshot_row(each, found.url) for each in page.items]
    return render_template("watches/_snapshots.html", snapshots=rows, snapshots_url=more)


@web.get("/watches/<id:watch_id>/baselines")
def watch_baselines(watch_id: int) -> str:
    """More rows of the history of approvals."""
    get_watch(actor(), watch_id)
    page = list_baselines(actor(), watch_id=watch_id, cursor=cursor(), limit=PAGE_SIZE)
    more = _more("web.watch_baselines", watch_id, page.next_cursor)
    rows = [baseline_row(each) for each in page.items]
    return render_template("watches/_baselines.html", baselines=rows, baselines_url=more)


@web.post("/watches/<id:watch_id>/run")
def watch_run(watch_id: int) -> BaseResponse:
    """Check at once; the page tells by itself when the answer is there."""
    run_watch(actor(), watch_id)
    text = _("The page is being fetched. What it says appears here by itself.")
    return make_response(render_template("watches/_run.html", text=text))


@web.post("/watches/<id:watch_id>/pause")
def watch_pause(watch_id: int) -> BaseResponse:
    pause_watch(actor(), watch_id)
    return go(url_for("web.watch", watch_id=watch_id))


@web.post("/watches/<id:watch_id>/resume")
def watch_resume(watch_id: int) -> BaseResponse:
    resume_watch(actor(), watch_id)
    return go(url_for("web.watch", watch_id=watch_id))


@web.post("/watches/<id:watch_id>/delete")
def watch_delete(watch_id: int) -> BaseResponse:
    found = get_watch(actor(), watch_id)
    delete_watch(actor(), watch_id)
    say(_("%(name)s was deleted.", name=found.name))
    return go(url_for("web.site", site_id=found.site_id))


@web.post("/watches/<id:watch_id>/regions")
def watch_region(watch_id: int) -> BaseResponse:
    """Say how a learned region is judged."""
    set_region(actor(), watch_id, request.form.get("key", ""), request.form.get("as", ""))
    say(_("Saved."))
    return go(url_for("web.watch", watch_id=watch_id, _anchor="watch-regions"))


@web.post("/watches/<id:watch_id>/forbid")
def watch_forbid(watch_id: int) -> BaseResponse:
    """Take back what was always allowed here."""
    forbid_key(actor(), watch_id, request.form.get("key", ""))
    say(_("It is reported again."))
    return go(url_for("web.watch", watch_id=watch_id))
