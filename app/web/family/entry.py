"""Coming in and going out: home, log-in, log-out, language and theme."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.controller.common.entering import enter
from app.core.errors import NotLoggedInError, RateLimitedError, SecondFactorNeededError
from app.service.access.logins import note_logout
from app.service.account.me import change_me
from app.service.auth import log_in
from app.service.factor.providers import any_provider, are_several, providers_for
from app.web.ask import go, say
from app.web.blueprint import web
from app.web.errors import safe_next
from app.web.forms.form import Form
from app.web.i18n import COOKIE, LANGUAGES
from app.web.identity import actor, can, check_csrf, client_address, end_session, reader
from app.web.messages.lookup import in_words
from app.web.shell import THEME_COOKIE, THEMES

YEAR = 31_536_000


@web.get("/")
def home() -> BaseResponse:
    """To the sites; on a fresh installation to the first steps."""
    if not actor().organization.is_set_up and can("settings.write"):
        return redirect(url_for("web.setup"))
    return redirect(url_for("web.sites"))


@web.get("/login")
def login() -> BaseResponse | str:
    if reader() is not None:
        return redirect(url_for("web.home"))
    return _show_login(Form())


def _show_login(form: Form) -> str:
    return render_template(
        "login.html",
        form=form,
        providers=providers_for(),
        are_several=are_several() and any_provider(),
        onward=safe_next(request.args.get("next")),
    )


@web.post("/login")
def login_post() -> BaseResponse:
    check_csrf()
    account = request.form.get("account", "")
    form = Form({"account": account})
    try:
        who = log_in(account, request.form.get("password", ""), ip=client_address())
    except (NotLoggedInError, RateLimitedError) as error:
        form.errors["account"] = in_words(error.msg)
        return make_response(_show_login(form), error.http_status)
    try:
        enter(who)
    except SecondFactorNeededError:
        return redirect(url_for("web.second_step", next=safe_next(request.args.get("next"))), 303)
    return redirect(safe_next(request.args.get("next")) or url_for("web.home"), 303)


@web.post("/logout")
def logout() -> BaseResponse:
    note_logout(actor())
    end_session()
    say(_("You are logged out."))
    return go(url_for("web.login"))


@web.get("/language/<locale>")
def language(locale: str) -> BaseResponse:
    """Remember the language of this browser."""
    response = redirect(safe_next(request.args.get("next")) or url_for("web.home"))
    if locale in LANGUAGES:
        response.set_cookie(COOKIE, locale, max_age=YEAR, samesite="Lax", secure=request.is_secure)
    return response


@web.post("/theme")
def keep_theme() -> Response:
    """Remember the theme with the account; the page has changed it already."""
    theme = request.form.get("theme", "")
    if theme in THEMES:
        change_me(actor(), {"theme": theme})
    response = Response(status=204)
    if theme in THEMES:
        response.set_cookie(THEME_COOKIE, theme, max_age=YEAR, samesite="Lax", secure=request.is_secure)
    return response
