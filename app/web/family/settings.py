"""Settings: the organization, its members, one's own account, and the audit log."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import InvalidError
from app.service.audit import list_entries
from app.service.bug.sla import DEFAULT_DAYS, fix_days
from app.service.organization import change_settings, settings_of
from app.service.user import change_me, list_members
from app.web.ask import PAGE_SIZE, cursor, go, say, wants_fragment
from app.web.blueprint import web
from app.web.bug_words import SEVERITIES
from app.web.forms import Form, lines, number
from app.web.i18n import COOKIE, LANGUAGES
from app.web.identity import actor, begin_session, can
from app.web.present.audit import entry_row
from app.web.words import role_label


def settings_tabs(active: str) -> list[dict[str, Any]]:
    """The pages under "Settings" that the reader may see."""
    tabs = [
        ("settings", _("Organization"), True),
        ("members", _("Members"), can("user.read")),
        ("account", _("My account"), True),
        ("audit", _("Audit log"), can("audit.read")),
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
    }
    days = {f"fix_days.{name}": days for name, days in fix_days(actor().organization).items()}
    return Form({**settings_of(actor().organization), **days}, labels=labels)


def _show_organization(form: Form, status: int = 200) -> BaseResponse:
    html = render_template(
        "settings/organization.html",
        form=form,
        tabs=settings_tabs("settings"),
        zones=zone_names(),
        locales=list(LANGUAGES.items()),
        fix_days=[(f"fix_days.{name}", str(SEVERITIES[name])) for name in DEFAULT_DAYS],
    )
    return make_response(html, status)


def _typed_days() -> dict[str, Any] | None:
    """Days by severity that are not the defaults, which an empty field is too."""
    typed = {name: number(request.form.get(f"fix_days.{name}")) for name in DEFAULT_DAYS}
    return {name: days for name, days in typed.items() if days not in (None, DEFAULT_DAYS[name])} or None


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
        change_settings(actor(), {**values, "allowed_networks": networks, "fix_days": _typed_days()})
    except InvalidError as error:
        form.refuse(error)
        return _show_organization(form, 400)
    say(_("Saved."))
    return go(url_for("web.settings"))


@web.get("/settings/members")
def members() -> str:
    page = list_members(actor(), cursor=cursor(), limit=PAGE_SIZE)
    rows = [
        {
            "name": each.user.name,
            "email": each.user.email,
            "role": role_label(each.role),
            "last_login_at": each.user.last_login_at,
            "is_me": each.user_id == actor().user.id,
        }
        for each in page.items
    ]
    more = url_for("web.members", cursor=page.next_cursor) if page.next_cursor else None
    template = "settings/_members.html" if wants_fragment() else "settings/members.html"
    return render_template(template, rows=rows, more_url=more, tabs=settings_tabs("members"))


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
    html = render_template("settings/account.html", form=form, tabs=settings_tabs("account"), locales=options)
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
        user = change_me(actor(), _password_change() if is_password else _profile_change())
    except InvalidError as error:
        form.refuse(error)
        return _show_account(form, 400)
    say(_("The password is changed. Other sessions have ended.") if is_password else _("Saved."))
    if is_password:
        who = actor()
        begin_session(type(who)(user, who.organization, who.role, who.way, who.ip))
    response = go(url_for("web.account"))
    response.delete_cookie(COOKIE)
    return response


def _profile_change() -> dict[str, Any]:
    locale = request.form.get("locale") or None
    if locale is not None and locale not in LANGUAGES:
        raise InvalidError({"locale": "is wrong"})
    return {"name": request.form.get("name", "").strip()[:200], "locale": locale}


def _password_change() -> dict[str, Any]:
    new = request.form.get("password", "")
    if not new:
        raise InvalidError({"password": "must be filled in"})
    if new != request.form.get("password_again", ""):
        raise InvalidError({"password_again": "the two passwords differ"})
    return {"password": new, "current_password": request.form.get("current_password", "")}


@web.get("/audit")
def audit() -> str:
    """Who changed what, newest first."""
    page = list_entries(actor(), cursor=cursor(), limit=PAGE_SIZE)
    more = url_for("web.audit", cursor=page.next_cursor) if page.next_cursor else None
    template = "settings/_audit.html" if wants_fragment() else "settings/audit.html"
    return render_template(
        template, rows=[entry_row(each) for each in page.items], more_url=more, tabs=settings_tabs("audit")
    )
