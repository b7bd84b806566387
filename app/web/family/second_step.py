"""The rest of a log-in: the second step, passkeys, an organization's own sign-in service."""

from __future__ import annotations

import json
from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.controller.common import sign_in as way
from app.controller.common.entering import complete, half_actor
from app.controller.v1.second_step import enter_by_passkey
from app.core.errors import CloudEyeError, InvalidError, SecondFactorNeededError
from app.service.factor.providers import get_provider, providers_for
from app.service.factor.second import check_code, ways_of
from app.web.ask import say
from app.web.blueprint import web
from app.web.errors import safe_next
from app.web.forms.form import Form
from app.web.identity import check_csrf, reader
from app.web.messages.lookup import in_words


def typed_credential() -> dict[str, Any]:
    """What the page's script put into the form; `InvalidError` when it is no object."""
    try:
        credential = json.loads(request.form.get("credential", ""))
    except (ValueError, RecursionError):
        credential = None
    if not isinstance(credential, dict):
        raise InvalidError({"credential": "is missing: this browser showed no passkey"})
    return credential


def _onward() -> BaseResponse:
    return redirect(safe_next(request.args.get("next")) or url_for("web.home"), 303)


@web.get("/login/second")
def second_step() -> BaseResponse:
    return _show(Form())


def _show(form: Form, status: int = 200) -> BaseResponse:
    who = half_actor()
    if who is None:
        return redirect(url_for("web.login", next=safe_next(request.args.get("next"))))
    onward = safe_next(request.args.get("next"))
    html = render_template("login_second.html", form=form, ways=ways_of(who.user), who=who, onward=onward)
    return make_response(html, status)


@web.post("/login/second")
def second_step_post() -> BaseResponse:
    check_csrf()
    who, form = half_actor(), Form()
    if who is None:
        return _show(form)
    try:
        complete(who, check_code(who, request.form.get("code", "")))
    except CloudEyeError as error:
        form.errors["code"] = in_words(error_sentence(error))
        return _show(form, error.http_status)
    return _onward()


@web.post("/login/passkey")
def login_passkey() -> BaseResponse:
    """A passkey: the second step, or both in one."""
    check_csrf()
    try:
        enter_by_passkey(typed_credential())
    except CloudEyeError as error:
        form = Form(errors={"code": in_words(error_sentence(error))})
        if half_actor() is not None:
            return _show(form, error.http_status)
        say(form.errors["code"], bad=True)
        return redirect(url_for("web.login", next=safe_next(request.args.get("next"))), 303)
    return _onward()


@web.get("/login/organization")
def login_organization() -> str:
    """Which services there are is told to who knows the organization's code."""
    code = request.args.get("code", "").strip().lower()
    return render_template(
        "login_organization.html",
        form=Form({"code": code}),
        providers=providers_for(code) if code else [],
        asked=bool(code),
        onward=safe_next(request.args.get("next")),
    )


@web.get("/login/with/<string:key>")
def login_with(key: str) -> BaseResponse:
    """Off to the service."""
    provider = way.provider_of(key)
    way.throttle()
    return redirect(way.begin_sign_in(provider, onward=safe_next(request.args.get("next"))))


@web.get("/login/with/<string:key>/answer")
def login_with_answer(key: str) -> BaseResponse:
    """Back from the service: to log in, or to link who is logged in."""
    provider = way.provider_of(key)
    who = reader()
    try:
        if who is not None and way.is_linking():
            way.link(who, get_provider(who, provider.id), way.answer_of(request.args))
            say(_("Your account is linked. You can sign in with %(name)s from now on.", name=provider.name))
            return redirect(url_for("web.account_security"))
        _actor, onward = way.sign_in(provider, way.answer_of(request.args))
    except SecondFactorNeededError:
        return redirect(url_for("web.second_step"))
    except CloudEyeError as error:
        say(in_words(error_sentence(error)), bad=True)
        return redirect(url_for("web.account_security" if who is not None else "web.login"))
    return redirect(safe_next(onward) or url_for("web.home"))


def error_sentence(error: CloudEyeError) -> str:
    """The one thing that is wrong, without the name of its field."""
    if isinstance(error, InvalidError):
        return next(iter(error.fields.values()), error.msg)
    return error.msg
