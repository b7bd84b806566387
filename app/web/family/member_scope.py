"""Which sites a member answers for: all of the organization's, or some by name and tag."""

from __future__ import annotations

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import ConflictError, InvalidError
from app.models import Membership
from app.service.scope.manage import get_member, names_of, set_scope, sites_named
from app.service.site import list_tags
from app.web.ask import go, say
from app.web.blueprint import web
from app.web.family.settings import settings_tabs
from app.web.forms.form import Form, commas, lines
from app.web.identity import actor
from app.web.words.names import role_label


@web.get("/settings/members/<id:member_id>/scope")
def member_scope(member_id: int) -> BaseResponse:
    member = get_member(actor(), member_id)
    is_narrowed = member.site_ids is not None or member.tags is not None
    values = {
        "reach": "some" if is_narrowed else "all",
        "sites": names_of(actor(), member.site_ids),
        "tags": ", ".join(member.tags or ()),
    }
    return _show(member, Form(values))


@web.post("/settings/members/<id:member_id>/scope")
def member_scope_post(member_id: int) -> BaseResponse:
    member = get_member(actor(), member_id)
    form = Form(dict(request.form))
    try:
        if request.form.get("reach") == "some":
            named = sites_named(actor(), lines(request.form.get("sites")), member.site_ids or ())
            set_scope(actor(), member_id, named, commas(request.form.get("tags")))
        else:
            set_scope(actor(), member_id, None, None)
    except InvalidError as error:
        form.refuse(
            InvalidError({name.replace("site_ids", "sites"): why for name, why in error.fields.items()})
        )
        return _show(member, form, 400)
    except ConflictError:
        form.errors["reach"] = _("An owner answers for the whole organization.")
        return _show(member, form, 409)
    say(_("Saved."))
    return go(url_for("web.members"))


def _show(member: Membership, form: Form, status: int = 200) -> BaseResponse:
    form.labels = {"reach": _("Answers for"), "sites": _("Sites"), "tags": _("Tags")}
    html = render_template(
        "settings/member_scope.html",
        form=form,
        who=member.user.name or member.user.account,
        role=role_label(member.role),
        is_owner=member.role == "owner",
        tags_in_use=[tag for tag, _count in list_tags(actor())][:40],
        tabs=settings_tabs("members"),
    )
    return make_response(html, status)
