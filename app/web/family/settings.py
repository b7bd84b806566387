"""Settings: the organization, its members and one's own account."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import available_timezones

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from app.controller.common.identity import renew_session
from app.core.errors import InvalidError
from app.service.account.me import change_me
from app.service.account.reset import warn_of_change
from app.service.account.rules import runs_installation
from app.service.bug.sla import DEFAULT_DAYS, fix_days
from app.service.organization import change_settings, settings_of
from app.service.results.retention import kept_days
from app.web.ask import go, say
from app.web.blueprint import web
from app.web.forms.form import Form, lines, number
from app.web.i18n import COOKIE, LANGUAGES
from app.web.identity import actor, can
from app.web.present.account_tabs import account_tabs
from app.web.words.bug import SEVERITIES

RETENTION = {
    "raw": _l("Results"),
    "5m": _l("5 minutes"),
    "1h": _l("Hours"),
    "1d": _l("Days"),
}


def settings_tabs(active: str) -> list[dict[str, Any]]:
    """The pages under "Settings" that the reader may see."""
    tabs = [
        ("settings", _("Organization"), True),
        ("members", _("Members"), can("user.read")),
        ("sign_in_settings", _("Sign-in"), can("provider.read")),
        ("vendors", _("Connected programs"), can("vendor.read")),
        ("account_rules", _("Accounts"), can("installation.read") and runs_installation(actor())),
        ("audit", _("Audit log"), can("audit.read")),
        ("jobs", _("Jobs"), can("job.read")),
        ("scheduled_jobs", _("Scheduled jobs"), can("installation.read") and runs_installation(actor())),
    ]
    return [
        {"url": url_for(f"web.{name}"), "text": text, "active": name == active, "shown": shown}
        for name, text, shown in tabs
    ]


def zone_names() -> list[str]:
    """The time zones a person would choose from, UTC first."""
    return [
        "UTC",
        *sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")),
    ]


def _organization_form() -> Form:
    labels = {
        "name": _("Name"),
        "timezone": _("Time zone"),
        "locale": _("Language"),
        "allowed_networks": _("Private networks that may be checked"),
        "fix_days": _("Days to fix weaknesses in"),
        "retention": _("Days that results are kept"),
    }
    days = {f"fix_days.{name}": days for name, days in fix_days(actor().organization).items()}
    kept = {f"retention.{kind}": kept_days(kind, actor().organization.retention) for kind in RETENTION}
    return Form({**settings_of(actor().organization), **days, **kept}, labels=labels)


def _show_organization(form: Form, status: int = 200) -> BaseResponse:
    html = render_template(
        "settings/organization.html",
        form=form,
        tabs=settings_tabs("settings"),
        zones=zone_names(),
        locales=list(LANGUAGES.items()),
        retention=[(f"retention.{kind}", str(words), kept_days(kind)) for kind, words in RETENTION.items()],
        fix_days=[(f"fix_days.{name}", str(SEVERITIES[name])) for name in DEFAULT_DAYS],
    )
    return make_response(html, status)


def _typed_days() -> dict[str, Any] | None:
    """Days by severity that are not the defaults, which an empty field is too."""
    typed = {name: number(request.form.get(f"fix_days.{name}")) for name in DEFAULT_DAYS}
    return {name: days for name, days in typed.items() if days not in (None, DEFAULT_DAYS[name])} or None


def _typed_retention() -> dict[str, Any] | None:
    """Days by kind that are fewer than the installation's, which an empty field is too."""
    typed = {kind: number(request.form.get(f"retention.{kind}")) for kind in RETENTION}
    return {kind: days for kind, days in typed.items() if days not in (None, kept_days(kind))} or None


@web.get("/settings")
def settings() -> BaseResponse:
    return _show_organization(_organization_form())


@web.post("/settings")
def settings_post() -> BaseResponse:
    form = _organization_form()
    form.values = dict(request.form)
    values = {name: request.form.get(name, "") for name in ("name", "timezone", "locale")}
    try:
        if values["locale"] not in LANGUAGES:
            raise InvalidError({"locale": "is wrong"})
        networks = lines(request.form.get("allowed_networks"))
        days = {"fix_days": _typed_days(), "retention": _typed_retention()}
        change_settings(actor(), {**values, "allowed_networks": networks, **days})
    except InvalidError as error:
        form.refuse(error)
        return _show_organization(form, 400)
    say(_("Saved."))
    return go(url_for("web.settings"))


def _account_form() -> Form:
    user = actor().user
    labels = {
        "name": _("Name"),
        "locale": _("Language"),
        "current_password": _("Present password"),
        "password": _("New password"),
        "password_again": _("New password again"),
    }
    return Form({"name": user.name, "locale": user.locale or ""}, labels=labels)


def _show_account(form: Form, status: int = 200) -> BaseResponse:
    options = [("", _("Like the organization")), *LANGUAGES.items()]
    html = render_template("settings/account.html", form=form, tabs=account_tabs("account"), locales=options)
    return make_response(html, status)


@web.get("/settings/account")
def account() -> BaseResponse:
    return _show_account(_account_form())


@web.post("/settings/account")
def account_post() -> BaseResponse:
    """Name and language, or the password: each its own form on the page."""
    form = _account_form()
    is_password = "password" in request.form
    form.values = {**form.values, **({} if is_password else dict(request.form))}
    try:
        user = change_me(actor(), password_change() if is_password else _profile_change())
    except InvalidError as error:
        form.refuse(error)
        return _show_account(form, 400)
    say(_("The password is changed. Other sessions have ended.") if is_password else _("Saved."))
    if is_password:
        renew_session(replace(actor(), user=user))
        warn_of_change(user)
    response = go(url_for("web.account"))
    response.delete_cookie(COOKIE)
    return response


def _profile_change() -> dict[str, Any]:
    locale = request.form.get("locale") or None
    if locale is not None and locale not in LANGUAGES:
        raise InvalidError({"locale": "is wrong"})
    return {"name": request.form.get("name", "").strip()[:200], "locale": locale}


def password_change() -> dict[str, Any]:
    """The present password and the new one, as a form with both says them."""
    new = request.form.get("password", "")
    if not new:
        raise InvalidError({"password": "must be filled in"})
    if new != request.form.get("password_again", ""):
        raise InvalidError({"password_again": "the two passwords differ"})
    return {"password": new, "current_password": request.form.get("current_password", "")}
