"""What opens one's account besides the password: an authenticator app, passkeys, recovery codes, links."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.controller.common import sign_in as way
from app.controller.common.challenge import take_challenge
from app.controller.common.proof import (
    need_proof,
    proof_ways,
    prove_by_code,
    prove_by_passkey,
    prove_by_password,
)
from app.core.errors import CloudEyeError, InvalidError
from app.service.factor import passkey as passkeys
from app.service.factor import sign_in as links
from app.service.factor.providers import get_provider, list_active
from app.service.factor.recovery import codes_left, new_codes
from app.service.factor.second import is_required
from app.service.factor.totp import begin_totp, confirm_totp, confirmed_since, remove_totp, waiting_totp
from app.web.ask import go, say
from app.web.blueprint import web
from app.web.errors import safe_next
from app.web.family.second_step import error_sentence, typed_credential
from app.web.forms.form import Form
from app.web.identity import actor
from app.web.messages.lookup import in_words
from app.web.present.account_tabs import account_tabs
from app.web.present.login import device


@web.get("/account/security")
def account_security() -> BaseResponse:
    return _show(Form())


def _show(form: Form, status: int = 200) -> BaseResponse:
    who = actor()
    linked = links.list_links(who)
    free = [each for each in list_active(who) if each.id not in {link.provider_id for link in linked}]
    html = render_template(
        "account/security.html",
        form=form,
        who=who,
        is_required=is_required(who.organization),
        totp_since=confirmed_since(who.user),
        codes_left=codes_left(who.user),
        passkeys=passkeys.list_passkeys(who.user),
        device=device(request.headers.get("User-Agent", "")),
        links=linked,
        providers=free,
        tabs=account_tabs("account_security"),
    )
    return make_response(html, status)


@web.post("/account/security/app")
def totp_begin() -> BaseResponse:
    need_proof(actor())
    begin_totp(actor())
    return go(url_for("web.totp_setup"))


@web.get("/account/security/app")
def totp_setup() -> BaseResponse:
    return _show_setup(Form())


def _show_setup(form: Form, status: int = 200) -> BaseResponse:
    """The secret is shown to who has just shown who they are, and no longer than it waits."""
    need_proof(actor())
    offer = waiting_totp(actor())
    if offer is None:
        return redirect(url_for("web.account_security"))
    secret = " ".join(offer.secret[start : start + 4] for start in range(0, len(offer.secret), 4))
    html = render_template("account/app.html", form=form, offer=offer, secret=secret)
    return make_response(html, status)


@web.post("/account/security/app/confirm")
def totp_setup_post() -> BaseResponse:
    need_proof(actor())
    form = Form()
    try:
        codes = confirm_totp(actor(), request.form.get("code", "").replace(" ", ""))
    except CloudEyeError as error:
        form.errors["code"] = in_words(error_sentence(error))
        return _show_setup(form, error.http_status)
    return _show_codes(codes, _("Your authenticator app is in use."))


@web.post("/account/security/app/remove")
def totp_remove() -> BaseResponse:
    need_proof(actor())
    remove_totp(actor())
    say(_("The authenticator app is removed. Its codes open nothing any more."))
    return go(url_for("web.account_security"))


@web.post("/account/security/codes")
def recovery_codes_new() -> BaseResponse:
    need_proof(actor())
    return _show_codes(new_codes(actor()))


def _show_codes(codes: list[str], done: str = "") -> BaseResponse:
    """This once; without new ones, back to where they are counted, with what has been done."""
    if not codes:
        say(done)
        return go(url_for("web.account_security"))
    return make_response(render_template("account/codes.html", codes=codes, who=actor()))


@web.post("/account/security/passkeys")
def passkey_add() -> BaseResponse:
    need_proof(actor())
    form = Form({"name": request.form.get("name", "")})
    try:
        kept = take_challenge("passkey")
        party = passkeys.party_of(request.host_url)
        credential = typed_credential()
        _made, codes = passkeys.add_passkey(
            actor(), party, kept["challenge"], credential, request.form.get("name", "")
        )
    except CloudEyeError as error:
        form.errors["passkey"] = in_words(error_sentence(error))
        return _show(form, error.http_status)
    return _show_codes(codes, _("The passkey is added. You can log in with it from now on."))


@web.post("/account/security/passkeys/<id:passkey_id>/rename")
def passkey_rename(passkey_id: int) -> BaseResponse:
    try:
        passkeys.rename_passkey(actor(), passkey_id, request.form.get("name", ""))
    except InvalidError as error:
        say(in_words(error_sentence(error)), bad=True)
    return go(url_for("web.account_security"))


@web.post("/account/security/passkeys/<id:passkey_id>/remove")
def passkey_remove(passkey_id: int) -> BaseResponse:
    passkeys.get_passkey(actor(), passkey_id)
    need_proof(actor())
    passkeys.remove_passkey(actor(), passkey_id)
    say(_("The passkey is removed here. Delete it on your device too."))
    return go(url_for("web.account_security"))


@web.post("/account/security/links/with/<id:provider_id>")
def link_begin(provider_id: int) -> str:
    """A page between, since a form may not lead to another site: our own rule for forms says so."""
    provider = get_provider(actor(), provider_id)
    need_proof(actor())
    url = way.begin_link(actor(), provider)
    return render_template("account/link.html", provider=provider, url=url)


@web.post("/account/security/links/<id:link_id>/remove")
def link_remove(link_id: int) -> BaseResponse:
    links.get_link(actor(), link_id)
    need_proof(actor())
    links.remove_link(actor(), link_id)
    say(_("The link is removed."))
    return go(url_for("web.account_security"))


@web.get("/account/confirm")
def confirm() -> BaseResponse:
    return _show_confirm(Form())


def _show_confirm(form: Form, status: int = 200) -> BaseResponse:
    onward = safe_next(request.args.get("next"))
    html = render_template("account/confirm.html", form=form, ways=proof_ways(actor()), onward=onward)
    return make_response(html, status)


@web.post("/account/confirm")
def confirm_post() -> BaseResponse:
    form = Form()
    try:
        if request.form.get("credential"):
            prove_by_passkey(actor(), typed_credential())
        elif "code" in request.form:
            prove_by_code(actor(), request.form["code"])
        else:
            prove_by_password(actor(), request.form.get("password", ""))
    except CloudEyeError as error:
        form.errors["proof"] = in_words(error_sentence(error))
        return _show_confirm(form, error.http_status)
    return go(safe_next(request.args.get("next")) or url_for("web.account_security"))
