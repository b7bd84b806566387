"""The form of a watched page: new and edit, and the choice of the site it belongs to."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import InvalidError
from app.core.settings import get_settings
from app.engine.tamper.fetch import find_chromium
from app.engine.tamper.fetch.views import VIEWS
from app.engine.tamper.types import PLAIN
from app.models import Site, Watch
from app.service.site import get_site, list_sites
from app.service.tamper.watch import change_watch, create_watch, get_watch
from app.web.ask import PAGE_SIZE, cursor, go, number_asked, say, wants_fragment, without_empty
from app.web.blueprint import web
from app.web.forms.form import Form, lines, number
from app.web.forms.meanwhile import refuse_overtaken
from app.web.i18n import current_locale
from app.web.identity import actor
from app.web.times import duration
from app.web.words.tamper import view_label

INTERVALS = (60, 300, 900, 3600, 6 * 3600, 24 * 3600)
LISTS = ("watch_selectors", "ignore_selectors", "words", "allowed_words")
STEPS = ("watch_new", "watch_find", "deployment_new")


def intervals(present: Any = None) -> list[tuple[int, str]]:
    """Choices of how often to look, the present one among them."""
    known = {*INTERVALS, *([present] if isinstance(present, int) else [])}
    return [(each, duration(each)) for each in sorted(known)]


def choose_site(step: str) -> BaseResponse:
    """The page between: which site is it about? Skipped when there is only one."""
    q = request.args.get("q", "").strip()
    page = list_sites(actor(), q=q or None, cursor=cursor(), limit=PAGE_SIZE)
    here = f"web.{step}"
    if len(page.items) == 1 and not q and not cursor():
        return redirect(url_for(here, site=page.items[0].id))
    more = url_for(here, cursor=page.next_cursor, **without_empty(q=q)) if page.next_cursor else None
    context = {"rows": page.items, "more_url": more, "next": here, "here": url_for(here), "q": q}
    template = "watches/_choose.html" if wants_fragment() and cursor() else "watches/choose.html"
    return make_response(render_template(template, **context))


def browser_missing() -> str:
    """Why pages cannot be fetched by a real browser here; empty when they can."""
    if find_chromium(vars(get_settings()).get("CHROMIUM", "")):
        return ""
    return _("No Chromium is installed where CloudEye runs: apt-get install chromium.")


def _modes(present: str) -> list[dict[str, str]]:
    missing = browser_missing()
    return [
        {
            "name": "plain",
            "text": _("Plain fetch"),
            "help": _("Quick and light: what the server sends is read as it comes."),
            "off": "",
        },
        {
            "name": "browser",
            "text": _("Real browser"),
            "help": _(
                "Chromium runs the page and its scripts, and takes a picture. For pages made by scripts."
            ),
            "off": missing if present != "browser" else "",
        },
    ]


def _labels() -> dict[str, str]:
    return {
        "url": _("Address of the page"),
        "name": _("Name"),
        "interval_seconds": _("Look every"),
        "mode": _("How it is fetched"),
        "views": _("Seen as"),
        "watch_selectors": _("Watch only"),
        "ignore_selectors": _("Leave out"),
        "words": _("Sensitive words on this page"),
        "allowed_words": _("Words that are none here"),
        "snapshot_days": _("Keep copies for"),
    }


def _typed() -> dict[str, Any]:
    chosen = [view for view in VIEWS if view == PLAIN or view in request.form.getlist("views")]
    name = request.form.get("name", "").strip()
    return {
        **({"name": name} if name else {}),
        "url": request.form.get("url", "").strip(),
        "interval_seconds": number(request.form.get("interval_seconds")),
        "mode": request.form.get("mode", "plain"),
        "views": chosen,
        "snapshot_days": number(request.form.get("snapshot_days")),
        **{name: lines(request.form.get(name)) for name in LISTS},
    }


def _wrong(values: dict[str, Any]) -> dict[str, str]:
    """What is wrong before any service sees it: numbers that are none."""
    wrong = {}
    for name in ("interval_seconds", "snapshot_days"):
        if values[name] is None:
            wrong[name] = "must be filled in"
        elif isinstance(values[name], str):
            wrong[name] = "must be a whole number"
    return wrong


def _show(form: Form, site: Site, found: Watch | None, status: int = 200) -> BaseResponse:
    form.labels = _labels()
    views = form.values.get("views") or [PLAIN]
    html = render_template(
        "watches/form.html",
        form=form,
        site=site,
        watch=found,
        intervals=intervals(form.values.get("interval_seconds")),
        modes=_modes(str(form.values.get("mode"))),
        views=[
            {"name": each, "text": view_label(each, current_locale()), "always": each == PLAIN}
            for each in VIEWS
        ],
        chosen_views=views,
        more_open=any(form.value(name) for name in LISTS[:2]) or bool(form.errors.keys() & set(LISTS[:2])),
        words_open=any(form.value(name) for name in LISTS[2:]) or bool(form.errors.keys() & set(LISTS[2:])),
    )
    return make_response(html, status)


def _choice(view: str) -> dict[str, Any]:
    return {"name": view, "text": view_label(view, current_locale()), "always": view == PLAIN}


def _kept() -> dict[str, Any]:
    """Exactly what was typed, for the form that comes back."""
    return {**request.form.to_dict(), "views": [PLAIN, *request.form.getlist("views")]} | {
        "interval_seconds": number(request.form.get("interval_seconds"))
    }


@web.get("/watches/new")
def watch_new() -> BaseResponse:
    site_id = number_asked("site")
    if site_id is None:
        return choose_site("watch_new")
    site = get_site(actor(), site_id)
    start = {"url": site.base_url, "interval_seconds": 300, "mode": "plain", "snapshot_days": 90}
    return _show(Form({**start, "views": list(VIEWS)}), site, None)


@web.post("/watches/new")
def watch_new_post() -> BaseResponse:
    site = get_site(actor(), number_asked("site") or 0)
    form, values = Form(_kept()), _typed()
    try:
        if wrong := _wrong(values):
            raise InvalidError(wrong)
        made = create_watch(actor(), {**values, "site_id": site.id})
    except InvalidError as error:
        form.refuse(error)
        return _show(form, site, None, 400)
    say(_("The page is being fetched for the first time."))
    return go(url_for("web.watch", watch_id=made.id))


@web.get("/watches/<id:watch_id>/edit")
def watch_edit(watch_id: int) -> BaseResponse:
    found = get_watch(actor(), watch_id)
    return _show(Form({name: getattr(found, name) for name in _labels()}), found.site, found)


@web.post("/watches/<id:watch_id>/edit")
def watch_edit_post(watch_id: int) -> BaseResponse:
    found = get_watch(actor(), watch_id)
    form, values = Form(_kept()), _typed()
    try:
        refuse_overtaken(found)
        if wrong := _wrong(values):
            raise InvalidError(wrong)
        change_watch(actor(), watch_id, values)
    except InvalidError as error:
        form.refuse(error)
        return _show(form, found.site, found, 400)
    say(_("Saved."))
    return go(url_for("web.watch", watch_id=watch_id))
