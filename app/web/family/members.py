"""The members of the organization, and who is invited."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.controller.common.identity import current_session_key
from app.controller.common.proof import need_proof
from app.core.errors import CloudEyeError, ConflictError, InvalidError, NotPermittedError, RateLimitedError
from app.models import Invitation, Membership
from app.service.account import invite, log_out
from app.service.account.letter import can_reach
from app.service.account.membership import (
    change_member,
    get_member,
    hand_over,
    list_members,
    rank,
    remove_member,
    roles_up_to,
)
from app.service.profile.avatar import avatars_of
from app.service.scope.manage import sites_named
from app.web.ask import PAGE_SIZE, cursor, go, say, wants_fragment
from app.web.blueprint import web
from app.web.family.settings import settings_tabs
from app.web.forms.form import Form, commas, lines
from app.web.identity import actor, can
from app.web.messages.lookup import in_words
from app.web.words.names import role_label

INVITED = 100
REFUSALS = (ConflictError, NotPermittedError, RateLimitedError)


def _row(each: Membership, picture: str | None) -> dict[str, Any]:
    is_mine = each.user_id == actor().user.id
    return {
        "id": each.id,
        "picture": url_for("v1.avatar_image", key=picture) if picture else None,
        "name": each.user.name or each.user.account,
        "account": each.user.account,
        "role": role_label(each.role),
        "is_owner": each.role == "owner",
        "is_active": each.is_active and each.user.is_active,
        "is_narrowed": each.site_ids is not None or each.tags is not None,
        "has_factor": each.user.has_factor,
        "last_login_at": each.user.last_login_at,
        "is_me": is_mine,
        "may_change": can("user.write") and not is_mine and rank(each.role) <= rank(actor().role),
    }


def _invited(each: Invitation) -> dict[str, Any]:
    return {
        "id": each.id,
        "account": each.account,
        "role": role_label(each.role),
        "invited_by": each.invited_by,
        "expires_at": each.expires_at,
        "is_narrowed": each.site_ids is not None or each.tags is not None,
        "may_revoke": rank(each.role) <= rank(actor().role),
    }


@web.get("/settings/members")
def members() -> str:
    page = list_members(actor(), cursor=cursor(), limit=PAGE_SIZE)
    pictures = avatars_of([each.user_id for each in page.items])
    rows = [_row(each, pictures.get(each.user_id)) for each in page.items]
    more = url_for("web.members", cursor=page.next_cursor) if page.next_cursor else None
    if wants_fragment():
        return render_template("settings/_members.html", rows=rows, more_url=more)
    found = invite.list_invitations(actor(), limit=INVITED).items if can("user.write") else []
    invited = [_invited(each) for each in found]
    return render_template(
        "settings/members.html", rows=rows, more_url=more, invited=invited, tabs=settings_tabs("members")
    )


def _roles() -> list[tuple[str, str]]:
    return [(each, role_label(each)) for each in reversed(roles_up_to(actor().role))]


@web.get("/settings/members/<id:member_id>")
def member(member_id: int) -> BaseResponse:
    row = get_member(actor(), member_id)
    return _show_member(row, Form({"role": row.role}))


def _show_member(row: Membership, form: Form, status: int = 200) -> BaseResponse:
    form.labels = {"role": _("Role"), "current_password": _("Your password")}
    html = render_template("settings/member.html", form=form, row=_row(row, None), roles=_roles())
    return make_response(html, status)


@web.post("/settings/members/<id:member_id>")
def member_post(member_id: int) -> BaseResponse:
    row = get_member(actor(), member_id)
    form = Form(dict(request.form))
    try:
        change_member(actor(), member_id, _member_change())
    except InvalidError as error:
        form.refuse(error)
        return _show_member(row, form, 400)
    except REFUSALS as error:
        return _refuse_member(row, form, error)
    say(_("Saved."))
    return go(url_for("web.members"))


def _member_change() -> dict[str, Any]:
    """A role, or whether they rest: each its own form on the page."""
    if "is_active" in request.form:
        return {"is_active": request.form["is_active"] == "1"}
    role = request.form.get("role", "")
    if role not in roles_up_to("owner"):
        raise InvalidError({"role": "is wrong"})
    return {"role": role}


def _refuse_member(row: Membership, form: Form, error: CloudEyeError) -> BaseResponse:
    form.errors["role"] = in_words(error.msg)
    return _show_member(row, form, error.http_status)


@web.post("/settings/members/<id:member_id>/log-out")
def member_log_out(member_id: int) -> BaseResponse:
    row = get_member(actor(), member_id)
    need_proof(actor())
    try:
        log_out.log_out_member(actor(), member_id, and_tokens="api_tokens" in request.form)
    except REFUSALS as error:
        return _refuse_member(row, Form({"role": row.role}), error)
    say(_("%(name)s is logged out of this organization everywhere.", name=row.user.name or row.user.account))
    return go(url_for("web.member", member_id=member_id))


@web.post("/settings/members/log-out")
def members_log_out() -> BaseResponse:
    need_proof(actor())
    and_tokens = "api_tokens" in request.form
    ended = log_out.log_out_all(actor(), current_session_key(), and_tokens=and_tokens)
    said = ngettext("%(num)s log-in has ended.", "%(num)s log-ins have ended.", ended)
    say(said if ended else _("Nobody else was logged in."))
    return go(url_for("web.members"))


@web.post("/settings/members/<id:member_id>/remove")
def member_remove(member_id: int) -> BaseResponse:
    row = get_member(actor(), member_id)
    try:
        remove_member(actor(), member_id)
    except REFUSALS as error:
        return _refuse_member(row, Form({"role": row.role}), error)
    say(_("%(name)s is no longer a member.", name=row.user.name or row.user.account))
    return go(url_for("web.members"))


@web.post("/settings/members/<id:member_id>/own")
def member_own(member_id: int) -> BaseResponse:
    row = get_member(actor(), member_id)
    form = Form({"role": row.role})
    try:
        hand_over(actor(), member_id, request.form.get("current_password", ""))
    except InvalidError as error:
        form.refuse(error)
        return _show_member(row, form, 400)
    except REFUSALS as error:
        return _refuse_member(row, form, error)
    say(_("%(name)s owns the organization now. You are an administrator.", name=row.user.name))
    return go(url_for("web.members"))


def _labels() -> dict[str, str]:
    return {
        "account": _("E-mail address or phone number"),
        "role": _("Role"),
        "sites": _("Sites"),
        "tags": _("Tags"),
    }


@web.get("/settings/members/invite")
def invite_new() -> BaseResponse:
    return _show_invite(Form({"role": "operator"}, labels=_labels()))


def _show_invite(form: Form, status: int = 200) -> BaseResponse:
    sends = {"email": can_reach("email"), "phone": can_reach("phone")}
    return make_response(
        render_template("settings/invite.html", form=form, roles=_roles(), sends=sends), status
    )


@web.post("/settings/members/invite")
def invite_post() -> BaseResponse:
    form = Form(dict(request.form), labels=_labels())
    try:
        row, link = invite.create_invitation(actor(), _invitation())
    except InvalidError as error:
        fields = {name.replace("site_ids", "sites"): why for name, why in error.fields.items()}
        form.refuse(InvalidError(fields))
        return _show_invite(form, 400)
    except REFUSALS as error:
        form.errors["account"] = in_words(error.msg)
        return _show_invite(form, error.http_status)
    if link is None:
        say(_("The invitation is on its way to %(account)s.", account=row.account))
        return go(url_for("web.members"))
    html = render_template("settings/invited.html", row=row, link=link, role=role_label(row.role))
    return make_response(html, 201)


def _invitation() -> dict[str, Any]:
    role = request.form.get("role", "")
    if role not in roles_up_to("owner"):
        raise InvalidError({"role": "is wrong"})
    values: dict[str, Any] = {"role": role, "account": request.form.get("account", "").strip() or None}
    if request.form.get("reach") == "some":
        named = sites_named(actor(), lines(request.form.get("sites")))
        values |= {"site_ids": named, "tags": commas(request.form.get("tags"))}
    return values


@web.post("/settings/members/invitations/<id:invitation_id>/revoke")
def invitation_revoke(invitation_id: int) -> BaseResponse:
    invite.revoke_invitation(actor(), invitation_id)
    say(_("The invitation is taken back."))
    return go(url_for("web.members"))
