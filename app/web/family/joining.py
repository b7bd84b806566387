"""How somebody gets an account, or back into it: registration, forgotten passwords, invitations.

What these pages say is the same whether there is an account of that name or not.
"""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.controller.common.entering import enter
from app.controller.common.going_over import check_unbound, go_over
from app.core.errors import (
    CloudEyeError,
    ConflictError,
    InvalidError,
    NotFoundError,
    NotPermittedError,
    RateLimitedError,
)
from app.service.account import invite, register, reset, rules
from app.service.account.letter import can_reach
from app.web.ask import go, say
from app.web.blueprint import web
from app.web.forms.form import Form
from app.web.i18n import current_locale
from app.web.identity import check_csrf, client_address, reader
from app.web.messages.lookup import in_words, whole
from app.web.words.names import role_label

STOPS = (ConflictError, RateLimitedError, NotFoundError, NotPermittedError)


def _labels() -> dict[str, str]:
    return {
        "account": _("E-mail address or phone number"),
        "code": _("Verification code"),
        "name": _("Your name"),
        "organization": _("Organization"),
        "password": _("Password"),
        "password_again": _("Password again"),
    }


def _form() -> Form:
    """What was typed, without passwords."""
    kept = {name: value for name, value in request.form.items() if not name.startswith("password")}
    return Form(kept, labels=_labels())


def _show(template: str, form: Form, status: int = 200, **context: Any) -> BaseResponse:
    return make_response(render_template(f"entry/{template}.html", form=form, **context), status)


def _refused(form: Form, error: CloudEyeError) -> int:
    """Put what went wrong into the form; the status to answer with."""
    if isinstance(error, InvalidError):
        form.refuse(error)
        return 400
    form.errors["account"] = in_words(error.msg)
    return error.http_status


def _two_passwords() -> str:
    """The password that was typed twice."""
    if request.form.get("password", "") != request.form.get("password_again", ""):
        raise InvalidError({"password_again": "the two passwords differ"})
    return request.form.get("password", "")


@web.get("/register")
def register_page() -> BaseResponse:
    if reader() is not None:
        return redirect(url_for("web.home"))
    return _show("register", Form(labels=_labels()), rules=rules.registration())


@web.post("/register")
def register_post() -> BaseResponse:
    """First the address, then the code that was sent there with all the rest."""
    check_csrf()
    form = _form()
    account, ip = request.form.get("account", ""), client_address()
    try:
        if "code" not in request.form:
            register.ask_registration(account, ip=ip, locale=current_locale())
            return _show("register_code", form)
        who = register.register(
            account,
            request.form["code"],
            _two_passwords(),
            name=request.form.get("name", ""),
            organization=request.form.get("organization", ""),
            locale=current_locale(),
            ip=ip,
        )
    except (InvalidError, *STOPS) as error:
        status = _refused(form, error)
        template = "register_code" if "code" in request.form else "register"
        return _show(template, form, status, rules=rules.registration())
    enter(who)
    return go(url_for("web.home"))


@web.get("/forgot")
def forgot() -> BaseResponse:
    return _show("forgot", Form(labels=_labels()), can_send=can_reach("email") or can_reach("phone"))


@web.post("/forgot")
def forgot_post() -> BaseResponse:
    check_csrf()
    form = _form()
    try:
        reset.ask_reset(request.form.get("account", ""), ip=client_address(), locale=current_locale())
    except (InvalidError, *STOPS) as error:
        return _show("forgot", form, _refused(form, error), can_send=True)
    return _show("forgot_sent", form)


@web.get("/reset/<string:token>")
def reset_page(token: str) -> BaseResponse:
    try:
        account = reset.account_of(token, ip=client_address())
    except (NotFoundError, RateLimitedError) as error:
        return _show("gone", Form(), error.http_status, sentence=whole(in_words(error.msg)))
    return _show("reset", Form(labels=_labels()), account=account)


@web.post("/reset/<string:token>")
def reset_post(token: str) -> BaseResponse:
    check_csrf()
    form = _form()
    try:
        reset.reset_password(token, _two_passwords(), ip=client_address())
    except InvalidError as error:
        form.refuse(error)
        account = reset.account_of(token, ip=client_address())
        return _show("reset", form, 400, account=account)
    except (NotFoundError, RateLimitedError) as error:
        return _show("gone", Form(), error.http_status, sentence=whole(in_words(error.msg)))
    say(_("The password is changed. Every session has ended; log in with the new one."))
    return go(url_for("web.login"))


@web.get("/join/<string:token>")
def join_page(token: str) -> BaseResponse:
    return _offer(token, Form(labels=_labels()))


def _offer(token: str, form: Form, status: int = 200) -> BaseResponse:
    try:
        offer = invite.look(token, ip=client_address())
    except (NotFoundError, RateLimitedError) as error:
        return _show("gone", Form(), error.http_status, sentence=whole(in_words(error.msg)))
    role = role_label(offer.invitation.role)
    here = url_for("web.join_page", token=token)
    is_asked = "code" in request.form or "ask" in request.form
    return _show("join", form, status, offer=offer, token=token, role=role, here=here, is_asked=is_asked)


@web.post("/join/<string:token>")
def join_post(token: str) -> BaseResponse:
    """With the account one is logged in with."""
    check_csrf()
    who = reader()
    if who is None:
        return redirect(url_for("web.login", next=url_for("web.join_page", token=token)), 303)
    form = _form()
    try:
        check_unbound()
        joined = invite.accept_as(who, token)
    except STOPS as error:
        return _offer(token, form, _refused(form, error))
    go_over(joined)
    say(_("You are a member of %(name)s now.", name=joined.organization.name))
    return go(url_for("web.home"))


@web.post("/join/<string:token>/new")
def join_new(token: str) -> BaseResponse:
    """With a new account: `ask` sends the code first, where one is needed."""
    check_csrf()
    form = _form()
    account, ip = request.form.get("account", ""), client_address()
    try:
        if "ask" in request.form:
            invite.ask_join(token, account, ip=ip, locale=current_locale())
            return _offer(token, form)
        who = invite.accept_new(
            token,
            _two_passwords(),
            account=account,
            code=request.form.get("code", ""),
            name=request.form.get("name", ""),
            locale=current_locale(),
            ip=ip,
        )
    except (InvalidError, *STOPS) as error:
        return _offer(token, form, _refused(form, error))
    enter(who)
    return go(url_for("web.home"))
