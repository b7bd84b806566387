"""How a site is scanned: its settings, its log-in, and what its owner consents to by name."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import InvalidError
from app.engine.bug.types import CONSENTS, PROFILES
from app.models import ScanSettings, Site
from app.service.bug.scan import may_ask_actively
from app.service.bug.settings import change_settings_of, facts_of, get_settings_of, give_consent
from app.service.bug.template import list_templates
from app.service.site import get_site
from app.web.ask import go, say
from app.web.blueprint import web
from app.web.family.settings import zone_names
from app.web.forms.form import Form, number
from app.web.identity import actor
from app.web.present.security import consent_rows
from app.web.words.scan import PROFILES as PROFILE_WORDS
from app.web.words.security import LOGIN_KINDS, SCHEDULES, hour_text, weekdays

_FLAGS = ("after_deployment", "on_change", "uses_templates")
_NUMBERS = ("budget", "connections", "hour", "weekday", "month_day", "from_hour", "until_hour")
_MAX_TEMPLATES = 100


@web.get("/sites/<id:site_id>/security/settings")
def scan_settings(site_id: int) -> BaseResponse:
    site = get_site(actor(), site_id)
    settings = get_settings_of(actor(), site_id)
    return _page(site, settings, Form(_shown(settings)), Form(_shown_login(settings)))


@web.post("/sites/<id:site_id>/security/settings")
def scan_settings_post(site_id: int) -> BaseResponse:
    """Everything but the log-in and the consents, which have forms of their own."""
    site = get_site(actor(), site_id)
    typed = _typed()
    try:
        change_settings_of(actor(), site_id, typed)
    except InvalidError as error:
        settings = get_settings_of(actor(), site_id)
        form = Form({**typed, "only": request.form.getlist("only")})
        form.refuse(error)
        return _page(site, settings, form, Form(_shown_login(settings)), 400)
    say(_("Saved."))
    return go(url_for("web.site_security", site_id=site_id))


@web.post("/sites/<id:site_id>/security/login")
def scan_login_post(site_id: int) -> BaseResponse:
    """How scans are let in; what comes back masked stays as it is."""
    site = get_site(actor(), site_id)
    typed = _typed_login()
    try:
        change_settings_of(actor(), site_id, {"login": typed})
    except InvalidError as error:
        settings = get_settings_of(actor(), site_id)
        form = Form({f"login.{name}": value for name, value in (typed or {}).items()})
        form.refuse(error)
        return _page(site, settings, Form(_shown(settings)), form, 400)
    say(_("Saved."))
    return go(url_for("web.scan_settings", site_id=site_id, _anchor="login"))


@web.post("/sites/<id:site_id>/security/consents")
def scan_consent(site_id: int) -> BaseResponse:
    """Consent to a probe, or take the consent back."""
    name, is_given = request.form.get("name", ""), request.form.get("given") == "1"
    if name in CONSENTS:
        give_consent(actor(), site_id, name, is_given)
    return go(url_for("web.scan_settings", site_id=site_id, _anchor="consents"))


def _typed() -> dict[str, Any]:
    """The form as the service wants it; what is no number stays as typed, and is refused by name."""
    values: dict[str, Any] = {name: request.form.get(name, "") for name in ("profile", "schedule")}
    values |= {name: number(request.form.get(name)) for name in _NUMBERS if name in request.form}
    values |= {name: name in request.form for name in _FLAGS}
    values["rate"] = _decimal(request.form.get("rate", ""))
    values["timezone"] = request.form.get("timezone", "").strip() or None
    values["template_ids"] = request.form.getlist("only") or None
    return values


def _decimal(text: str) -> float | str:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return text


def _typed_login() -> dict[str, Any] | None:
    kind = request.form.get("login.kind", "")
    if kind not in ("headers", "form"):
        return None
    secret = "headers" if kind == "headers" else "fields"
    names = request.form.getlist(f"login.{secret}.name")
    texts = request.form.getlist(f"login.{secret}.value")
    values = {name.strip(): text for name, text in zip(names, texts, strict=False) if name.strip()}
    login: dict[str, Any] = {
        "kind": kind,
        secret: values,
        "logged_in": request.form.get("login.logged_in", "").strip(),
    }
    return {**login, "url": request.form.get("login.url", "").strip()} if kind == "form" else login


def _shown(settings: ScanSettings) -> dict[str, Any]:
    facts = facts_of(settings)
    return {**facts, "rate": f"{settings.rate:g}", "only": settings.template_ids or []}


def _shown_login(settings: ScanSettings) -> dict[str, Any]:
    return {f"login.{name}": value for name, value in (facts_of(settings)["login"] or {}).items()}


def _page(site: Site, settings: ScanSettings, form: Form, login: Form, status: int = 200) -> BaseResponse:
    form.labels, login.labels = _labels(), _login_labels()
    hours = [(str(hour), hour_text(hour)) for hour in range(24)]
    html = render_template(
        "security/settings.html",
        site=site,
        form=form,
        login=login,
        profiles=[(name, str(PROFILE_WORDS[name][0]), str(PROFILE_WORDS[name][1])) for name in PROFILES],
        is_verified=may_ask_actively(site),
        schedules=[(name, str(words)) for name, words in SCHEDULES.items()],
        hours=hours,
        any_hours=[("", _("any")), *hours],
        weekdays=weekdays(),
        zones=zone_names(),
        own_zone=actor().organization.timezone,
        login_kinds=[(name, str(words)) for name, words in LOGIN_KINDS.items()],
        consents=consent_rows(settings),
        templates=list_templates(actor(), is_refused=False, limit=_MAX_TEMPLATES).items,
    )
    return make_response(html, status)


def _labels() -> dict[str, str]:
    return {
        "profile": _("Scan profile"),
        "budget": _("Requests"),
        "rate": _("Rate"),
        "connections": _("Connections"),
        "schedule": _("Schedule"),
        "hour": _("Hour"),
        "weekday": _("Weekday"),
        "month_day": _("Day of the month"),
        "timezone": _("Time zone"),
        "from_hour": _("From"),
        "until_hour": _("Until"),
        "template_ids": _("Templates"),
    }


def _login_labels() -> dict[str, str]:
    return {
        "login.url": _("Address of the log-in page"),
        "login.fields": _("Fields"),
        "login.headers": _("Headers"),
        "login.logged_in": _("Seen when logged in"),
    }
