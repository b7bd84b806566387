"""Where one is logged in, and the tokens one's scripts come in with."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.controller.common.identity import current_session_key
from app.controller.common.proof import need_fresh
from app.core.errors import ConflictError, InvalidError
from app.service.access import api_tokens, logins
from app.service.permission.check import grantable_by
from app.web.ask import PAGE_SIZE, cursor, go, say, wants_fragment
from app.web.blueprint import web
from app.web.forms.form import Form, number
from app.web.identity import actor
from app.web.messages.lookup import in_words
from app.web.present.account_tabs import account_tabs
from app.web.present.login import login_row
from app.web.words.permission import permission_groups, permission_label

TOKEN_DAYS = (7, 30, 90, 180, 366)


@web.get("/account/sessions")
def account_sessions() -> str:
    page = logins.list_logins(actor(), current_session_key(), cursor=cursor(), limit=PAGE_SIZE)
    more = url_for("web.account_sessions", cursor=page.next_cursor) if page.next_cursor else None
    template = "account/_sessions.html" if wants_fragment() else "account/sessions.html"
    rows = [login_row(each) for each in page.items]
    return render_template(template, rows=rows, more_url=more, tabs=account_tabs("account_sessions"))


@web.post("/account/sessions/<string:key>/end")
def account_session_end(key: str) -> BaseResponse:
    need_fresh(actor())
    logins.end_login(actor(), key)
    say(_("That session has ended."))
    return go(url_for("web.account_sessions"))


@web.post("/account/sessions/end-others")
def account_sessions_end_others() -> BaseResponse:
    need_fresh(actor())
    ended = logins.end_other_logins(actor(), current_session_key())
    said = ngettext("%(num)s other session has ended.", "%(num)s other sessions have ended.", ended)
    say(said if ended else _("There was no other session."))
    return go(url_for("web.account_sessions"))


@web.get("/account/tokens")
def account_tokens() -> BaseResponse:
    return _show_tokens(Form({"days": "90"}))


def _show_tokens(form: Form, status: int = 200) -> BaseResponse:
    form.labels = {"name": _("Name"), "scopes": _("What it may do"), "days": _("Good for")}
    page = api_tokens.list_api_tokens(actor(), cursor=cursor(), limit=PAGE_SIZE)
    more = url_for("web.account_tokens", cursor=page.next_cursor) if page.next_cursor else None
    template = "account/_tokens.html" if wants_fragment() else "account/tokens.html"
    days = [(str(count), ngettext("%(num)s day", "%(num)s days", count)) for count in TOKEN_DAYS]
    html = render_template(
        template,
        rows=[{"token": each, "scopes": _labels(each.scopes)} for each in page.items],
        more_url=more,
        form=form,
        days=days,
        groups=permission_groups(grantable_by(actor())),
        tabs=account_tabs("account_tokens"),
    )
    return make_response(html, status)


def _labels(scopes: list[str]) -> list[str]:
    return [permission_label(each) for each in scopes]


@web.post("/account/tokens")
def account_tokens_post() -> BaseResponse:
    """Make a token, and show it this once."""
    values: dict[str, Any] = {
        "name": request.form.get("name", ""),
        "scopes": request.form.getlist("scopes"),
        "days": number(request.form.get("days")),
    }
    form = Form({**request.form.to_dict(), "scopes": values["scopes"]})
    try:
        if not isinstance(values["days"], int):
            raise InvalidError({"days": "must be a whole number"})
        token, text = api_tokens.create_api_token(actor(), values)
    except InvalidError as error:
        form.refuse(error)
        return _show_tokens(form, 400)
    except ConflictError as error:
        form.errors["name"] = in_words(error.msg)
        return _show_tokens(form, 409)
    html = render_template(
        "account/token.html",
        token=token,
        text=text,
        base_url=request.url_root.rstrip("/"),
        tabs=account_tabs("account_tokens"),
    )
    return make_response(html, 201)


@web.post("/account/tokens/<id:api_token_id>/delete")
def account_token_delete(api_token_id: int) -> BaseResponse:
    api_tokens.delete_api_token(actor(), api_token_id)
    say(_("The token is deleted. Nothing gets in with it any more."))
    return go(url_for("web.account_tokens"))
