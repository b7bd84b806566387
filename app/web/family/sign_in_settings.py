"""How an organization's members come in: the required second factor, and its sign-in services."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.controller.common.proof import need_proof
from app.controller.common.sign_in import redirect_uri
from app.core.errors import CloudEyeError, InvalidError
from app.models.factor import NEW_ROLES, OidcProvider
from app.service.factor import providers as service
from app.service.factor.openid import Client
from app.service.factor.reset import find_member, reset_factors
from app.service.factor.second import is_required
from app.service.organization import change_settings
from app.web.ask import go, say
from app.web.blueprint import web
from app.web.family.second_step import error_sentence
from app.web.family.settings import settings_tabs
from app.web.forms.form import Form, lines
from app.web.identity import actor
from app.web.messages.lookup import in_words
from app.web.words.names import role_label


@web.get("/settings/sign-in")
def sign_in_settings() -> str:
    return render_template(
        "settings/sign_in.html",
        providers=service.list_providers(actor()),
        requires_factor=actor().organization.requires_factor,
        is_required=is_required(actor().organization),
        tabs=settings_tabs("sign_in_settings"),
    )


@web.post("/settings/sign-in")
def sign_in_settings_post() -> BaseResponse:
    try:
        change_settings(actor(), {"requires_factor": "requires_factor" in request.form})
    except InvalidError as error:
        say(in_words(error_sentence(error)), bad=True)
    else:
        say(_("Saved."))
    return go(url_for("web.sign_in_settings"))


def _labels() -> dict[str, str]:
    return {
        "name": _("Name"),
        "issuer": _("Issuer"),
        "client_id": _("Client ID"),
        "client_secret": _("Client secret"),
        "domains": _("Domains"),
        "new_role": _("Somebody new becomes"),
    }


def _show(form: Form, provider: OidcProvider | None = None, status: int = 200) -> BaseResponse:
    form.labels = _labels()
    html = render_template(
        "settings/provider.html",
        form=form,
        provider=provider,
        redirect_uri=redirect_uri(provider.id) if provider else "",
        roles=[("", _("Nobody new is let in")), *((role, role_label(role)) for role in NEW_ROLES)],
    )
    return make_response(html, status)


def _typed() -> dict[str, Any]:
    said = request.form
    values: dict[str, Any] = {name: said.get(name, "") for name in ("name", "issuer", "client_id")}
    values["client_secret"] = None if "client_secret.__forget" in said else said.get("client_secret", "")
    values["domains"] = lines(said.get("domains"))
    values["new_role"] = said.get("new_role") or None
    return values | {name: name in said for name in ("proves_factor", "is_active")}


@web.get("/settings/sign-in/new")
def provider_new() -> BaseResponse:
    return _show(Form({"is_active": True}))


@web.post("/settings/sign-in/new")
def provider_new_post() -> BaseResponse:
    need_proof(actor())
    form = Form(_typed())
    try:
        provider = service.create_provider(actor(), form.values)
    except InvalidError as error:
        form.refuse(error)
        return _show(form, status=400)
    say(_("The service is added. Enter its return address there, then test it."))
    return go(url_for("web.provider_edit", provider_id=provider.id))


@web.get("/settings/sign-in/<id:provider_id>")
def provider_edit(provider_id: int) -> BaseResponse:
    provider = service.get_provider(actor(), provider_id)
    return _show(Form({name: getattr(provider, name) for name in service.FIELDS}), provider)


@web.post("/settings/sign-in/<id:provider_id>")
def provider_edit_post(provider_id: int) -> BaseResponse:
    provider, form = service.get_provider(actor(), provider_id), Form(_typed())
    need_proof(actor())
    try:
        service.change_provider(actor(), provider_id, form.values)
    except InvalidError as error:
        form.refuse(error)
        return _show(form, provider, 400)
    say(_("Saved."))
    return go(url_for("web.provider_edit", provider_id=provider_id))


@web.post("/settings/sign-in/<id:provider_id>/test")
def provider_check(provider_id: int) -> BaseResponse:
    provider = service.get_provider(actor(), provider_id)
    try:
        Client(provider, actor().organization, redirect_uri(provider.id)).discover()
    except CloudEyeError as error:
        say(in_words(error.msg), bad=True)
    else:
        say(_("The service answers as it should. Try it at a log-in now."))
    return go(url_for("web.provider_edit", provider_id=provider_id))


@web.post("/settings/sign-in/<id:provider_id>/delete")
def provider_delete(provider_id: int) -> BaseResponse:
    service.get_provider(actor(), provider_id)
    need_proof(actor())
    service.delete_provider(actor(), provider_id)
    say(_("The service is deleted. Nobody signs in by it any more."))
    return go(url_for("web.sign_in_settings"))


@web.post("/settings/members/<id:member_id>/factors/reset")
def member_factors_reset(member_id: int) -> BaseResponse:
    find_member(actor(), member_id)
    need_proof(actor())
    try:
        reset_factors(actor(), member_id)
    except CloudEyeError as error:
        say(in_words(error.msg), bad=True)
    else:
        say(_("Their second factors are taken away, and their sessions have ended."))
    return go(url_for("web.members"))
