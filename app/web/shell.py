"""What every page has around it: navigation, and the functions templates may call."""

from __future__ import annotations

import hashlib
import re
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Response, g, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape

from app.core.clock import now_ms
from app.service.account.organizations import Place, list_places
from app.service.account.rules import registration
from app.service.bug.finding import grave_findings
from app.service.permission.check import may
from app.service.profile.avatar import avatar_of
from app.service.tamper.overview import open_alerts
from app.web import times
from app.web.forms.meanwhile import read_mark
from app.web.i18n import LANGUAGES, current_locale
from app.web.identity import can, csrf_token, reader
from app.web.present.state import percentage
from app.web.words import names as words

if TYPE_CHECKING:
    from flask import Flask

STATIC = Path(__file__).parent.parent / "static"
THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"
MOST_PLACES = 20
CLOCKS_DIFFER_MS = 1000


@cache
def _digest(name: str) -> str:
    path = STATIC / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else ""


def asset(name: str) -> str:
    """The address of a static file; it changes with the content, so browsers may keep it for ever."""
    return url_for("static", filename=name, v=_digest(name))


def current_theme() -> str:
    """auto, light or dark: this browser's choice, else the one kept with the account."""
    who = reader()
    for wanted in (request.cookies.get(THEME_COOKIE), who.user.theme if who else None):
        if wanted in THEMES:
            return wanted
    return "auto"


def page_token() -> str:
    """The reader's CSRF token, for scripts; empty for nobody: looking at a page begins no session."""
    return csrf_token() if reader() is not None else ""


def csrf_field() -> Markup:
    """A form's CSRF token; the form of a log-in begins a session by it."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(escape(csrf_token()))


def out_of_band(html: str) -> Markup:
    """A fragment whose first element takes the place of the one with its id, wherever that is on the page."""
    return Markup(re.sub(r"<\w+", r'\g<0> hx-swap-oob="true"', str(html), count=1))  # noqa: S704 - our own template's


def my_picture() -> str | None:
    """The address of the reader's own picture, if they have one."""
    who = reader()
    name = avatar_of(who.user.id) if who else None
    return url_for("v1.avatar_image", key=name) if name else None


def navigation() -> list[dict[str, Any]]:
    """The main navigation of the reader, with how many alerts and grave findings wait for somebody."""
    items = [
        ("overview", "eye", "web.overview", _("Overview")),
        ("sites", "sites", "web.sites", _("Sites")),
        ("tamper", "tamper", "web.watches", _("Tampering")),
        ("bug", "bug", "web.findings", _("Weaknesses")),
        ("incidents", "incidents", "web.incidents", _("Incidents")),
        ("channels", "channels", "web.channels", _("Channels")),
        ("settings", "settings", "web.settings", _("Settings")),
    ]
    who = reader()
    waiting = {
        "tamper": open_alerts(who) if who and may(who, "tamper.read") else 0,
        "bug": grave_findings(who) if who and may(who, "bug.read") else 0,
    }
    return [
        {"family": family, "icon": icon, "url": url_for(name), "text": text, "count": waiting.get(family, 0)}
        for family, icon, name, text in items
    ]


def listen_url(**asked: Any) -> str:
    """Where a page hears of changes since it was asked for; two machines' clocks may differ a little."""
    since = now_ms() - round((time.perf_counter() - g.asked_at) * 1000) - CLOCKS_DIFFER_MS
    return url_for("web.live", since=since, **asked)


def other_places() -> list[Place]:
    """Where else the reader is a member, to go over to."""
    who = reader()
    places = list_places(who, limit=MOST_PLACES) if who is not None and who.way == "session" else []
    return [each for each in places if each.is_active and not each.is_present]


def may_register() -> bool:
    """Whether the log-in page offers to register."""
    return registration()["enabled"]


def _keep_static(response: Response) -> Response:
    """A static file asked for by its digest may be kept for ever."""
    if request.endpoint == "static" and request.args.get("v"):
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def init_app(app: Flask) -> None:
    helpers: dict[str, Any] = {
        "listen_url": listen_url,
        "asset": asset,
        "actor": reader,
        "can": can,
        "csrf_field": csrf_field,
        "page_token": page_token,
        "current_locale": current_locale,
        "current_theme": current_theme,
        "duration": times.duration,
        "duration_ms": times.duration_ms,
        "full_time": times.full_time,
        "languages": LANGUAGES.items,
        "may_register": may_register,
        "my_picture": my_picture,
        "navigation": navigation,
        "other_places": other_places,
        "out_of_band": out_of_band,
        "percentage": percentage,
        "phase_label": words.phase_label,
        "phases": words.phases,
        "read_mark": read_mark,
        "relative_time": times.relative_time,
        "role_label": words.role_label,
        "state_label": words.state_label,
        "utc_time": times.utc_time,
        "zone_name": times.zone_name,
    }
    app.jinja_env.globals.update(helpers)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.after_request(_keep_static)
