"""The first page of somebody whose password was made for them: they choose one of their own."""

from __future__ import annotations

from dataclasses import replace

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.controller.common.identity import renew_session
from app.core.errors import InvalidError
from app.service.account.me import change_me
from app.service.account.reset import warn_of_change
from app.web.ask import go, say
from app.web.blueprint import web
from app.web.errors import safe_next
from app.web.family.settings import password_change
from app.web.forms.form import Form
from app.web.identity import actor


@web.get("/account/own-password")
def own_password() -> BaseResponse:
    if not actor().user.must_change_password:
        return redirect(url_for("web.account"))
    return _show(Form())


def _show(form: Form, status: int = 200) -> BaseResponse:
    form.labels = {
        "current_password": _("Present password"),
        "password": _("New password"),
        "password_again": _("New password again"),
    }
    return make_response(render_template("account/own_password.html", form=form), status)


@web.post("/account/own-password")
def own_password_post() -> BaseResponse:
    form = Form()
    try:
        user = change_me(actor(), password_change())
    except InvalidError as error:
        form.refuse(error)
        return _show(form, 400)
    renew_session(replace(actor(), user=user))
    warn_of_change(user)
    say(_("The password is yours now. The one before opens nothing any more."))
    return go(safe_next(request.args.get("next")) or url_for("web.home"))
