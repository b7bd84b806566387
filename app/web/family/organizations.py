"""A user's organizations and addresses, and the rules by which people get accounts here."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.controller.common.going_over import check_unbound, check_unbound_for, go_over, settle
from app.core.errors import ConflictError, InvalidError, NotPermittedError, RateLimitedError
from app.service.account import contact, rules
from app.service.account import organizations as service
from app.web.ask import go, say
from app.web.blueprint import web
from app.web.family.settings import settings_tabs
from app.web.forms.form import Form
from app.web.identity import actor
from app.web.messages.lookup import in_words
from app.web.present.account_tabs import account_tabs
from app.web.words.names import role_label

REFUSALS = (ConflictError, NotPermittedError, RateLimitedError)


@web.get("/account/organizations")
def account_organizations() -> BaseResponse:
    return _show(Form())


def _show(form: Form, status: int = 200) -> BaseResponse:
    form.labels = {"name": _("Name")}
    html = render_template(
        "account/organizations.html",
        form=form,
        places=service.list_places(actor()),
        role_label=role_label,
        may_create=service.may_create(actor()),
        tabs=account_tabs("account_organizations"),
    )
    return make_response(html, status)


@web.post("/account/organizations")
def account_organizations_post() -> BaseResponse:
    form = Form(dict(request.form))
    try:
        check_unbound()
        made = service.create_organization(actor(), request.form.get("name", "")[:200])
    except InvalidError as error:
        form.refuse(error)
        return _show(form, 400)
    except REFUSALS as error:
        form.errors["name"] = in_words(error.msg)
        return _show(form, error.http_status)
    go_over(made)
    say(_("%(name)s is created, and you are there now.", name=made.organization.name))
    return go(url_for("web.home"))


@web.post("/account/organizations/<id:organization_id>/switch")
def account_organization_switch(organization_id: int) -> BaseResponse:
    there = service.switch_organization(actor(), organization_id)
    go_over(there)
    say(_("You are at %(name)s now.", name=there.organization.name))
    return go(url_for("web.home"))


@web.post("/account/organizations/<id:organization_id>/leave")
def account_organization_leave(organization_id: int) -> BaseResponse:
    check_unbound_for(actor(), organization_id)
    try:
        settle(actor(), service.leave_organization(actor(), organization_id))
    except ConflictError as error:
        form = Form()
        form.errors["name"] = in_words(error.msg)
        return _show(form, error.http_status)
    say(_("You have left the organization."))
    return go(url_for("web.home"))


def _contact_form() -> Form:
    labels = {
        "account": _("New e-mail address or phone number"),
        "code": _("Verification code"),
        "current_password": _("Your password"),
    }
    kept = {name: value for name, value in request.form.items() if name != "current_password"}
    return Form(kept, labels=labels)


def _show_contact(form: Form, *, is_asked: bool = False, status: int = 200) -> BaseResponse:
    html = render_template("account/contact.html", form=form, user=actor().user, is_asked=is_asked)
    return make_response(html, status)


@web.get("/account/contact")
def account_contact() -> BaseResponse:
    return _show_contact(_contact_form())


@web.post("/account/contact")
def account_contact_post() -> BaseResponse:
    """First the new address, then the code that was sent there with the password."""
    form, account = _contact_form(), request.form.get("account", "")
    is_asked = "code" in request.form
    try:
        if not is_asked:
            contact.ask_contact(actor(), account)
            return _show_contact(form, is_asked=True)
        password = request.form.get("current_password", "")
        contact.change_contact(actor(), account, request.form["code"], password)
    except InvalidError as error:
        form.refuse(error)
        return _show_contact(form, is_asked=is_asked, status=400)
    except REFUSALS as error:
        form.errors["account"] = in_words(error.msg)
        return _show_contact(form, is_asked=is_asked, status=error.http_status)
    say(_("Saved."))
    return go(url_for("web.account"))


def _rules_form() -> Form:
    labels = {
        "registration": _("Anybody may register"),
        "mail_channel": _("E-mails go through"),
        "sms_channel": _("Text messages go through"),
    }
    return Form(rules.read_rules(actor()), labels=labels)


def _channels(kind: str) -> list[tuple[str, str]]:
    offered = [(str(each.id), each.name) for each in rules.offered_channels(actor(), kind)]
    return [("", _("None")), *offered]


def _show_rules(form: Form, status: int = 200) -> BaseResponse:
    html = render_template(
        "settings/accounts.html",
        form=form,
        mail=_channels("email"),
        sms=_channels("phone"),
        tabs=settings_tabs("account_rules"),
    )
    return make_response(html, status)


@web.get("/settings/accounts")
def account_rules() -> BaseResponse:
    return _show_rules(_rules_form())


@web.post("/settings/accounts")
def account_rules_post() -> BaseResponse:
    form = _rules_form()
    form.values = dict(request.form)
    try:
        rules.change_rules(actor(), _typed_rules())
    except InvalidError as error:
        form.refuse(error)
        return _show_rules(form, 400)
    say(_("Saved."))
    return go(url_for("web.account_rules"))


def _typed_rules() -> dict[str, Any]:
    values: dict[str, Any] = {"registration": request.form.get("registration") == "1"}
    for name in ("mail_channel", "sms_channel"):
        typed = request.form.get(name, "")
        if typed and not (typed.isdecimal() and len(typed) < 20):
            raise InvalidError({name: "is wrong"})
        values[name] = int(typed) if typed else None
    return values
