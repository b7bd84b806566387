"""Programs of others that call us with signatures: vendors, their apps, and the secrets of these."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import ConflictError, InvalidError
from app.models import Vendor, VendorApp
from app.service.access import vendors as service
from app.service.permission.check import grantable_by
from app.web.ask import PAGE_SIZE, cursor, go, say, wants_fragment
from app.web.blueprint import web
from app.web.family.settings import settings_tabs
from app.web.forms.form import Form, lines, number
from app.web.identity import actor, can
from app.web.messages.lookup import in_words
from app.web.words.names import role_label
from app.web.words.permission import permission_groups, permission_label


@web.get("/settings/vendors")
def vendors() -> BaseResponse:
    return _show_list(Form())


def _show_list(form: Form, status: int = 200) -> BaseResponse:
    form.labels = {"name": _("Name"), "contact": _("Contact")}
    page = service.list_vendors(actor(), cursor=cursor(), limit=PAGE_SIZE)
    more = url_for("web.vendors", cursor=page.next_cursor) if page.next_cursor else None
    template = "vendors/_rows.html" if wants_fragment() else "vendors/list.html"
    html = render_template(template, rows=page.items, more_url=more, form=form, tabs=settings_tabs("vendors"))
    return make_response(html, status)


def _typed_vendor() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in ("name", "contact")}


@web.post("/settings/vendors")
def vendors_post() -> BaseResponse:
    form = Form(request.form.to_dict())
    try:
        made = service.create_vendor(actor(), _typed_vendor())
    except InvalidError as error:
        form.refuse(error)
        return _show_list(form, 400)
    except ConflictError as error:
        form.errors["name"] = in_words(error.msg)
        return _show_list(form, 409)
    say(_("The vendor is added. Now create its first app."))
    return go(url_for("web.vendor", vendor_id=made.id))


@web.get("/settings/vendors/<id:vendor_id>")
def vendor(vendor_id: int) -> BaseResponse:
    found = service.get_vendor(actor(), vendor_id)
    return _show_vendor(found, Form({"name": found.name, "contact": found.contact}), _new_app_form())


def _new_app_form() -> Form:
    return Form({"user_id": str(actor().user.id)})


def _show_vendor(found: Vendor, form: Form, app_form: Form, status: int = 200) -> BaseResponse:
    form.labels = {"name": _("Name"), "contact": _("Contact")}
    html = render_template(
        "vendors/vendor.html",
        vendor=found,
        form=form,
        apps=[_app_row(each) for each in found.apps],
        **_app_choices(app_form),
    )
    return make_response(html, status)


def _app_choices(form: Form) -> dict[str, Any]:
    """What the form of an app offers."""
    form.labels = {
        "app_name": _("Name"),
        "user_id": _("Acts for"),
        "scopes": _("What it may do"),
        "networks": _("Addresses it calls from"),
    }
    members = service.members_to_act_for(actor()) if can("vendor.write") else []
    people = [
        (str(each.user_id), f"{each.user.name or each.user.account} · {role_label(each.role)}")
        for each in members
    ]
    return {"app_form": form, "people": people, "groups": permission_groups(grantable_by(actor()))}


def _app_row(app: VendorApp) -> dict[str, Any]:
    acts_for = app.user.name or app.user.account if app.user else ""
    return {"app": app, "acts_for": acts_for, "scopes": [permission_label(each) for each in app.scopes]}


@web.post("/settings/vendors/<id:vendor_id>")
def vendor_post(vendor_id: int) -> BaseResponse:
    form = Form(request.form.to_dict())
    try:
        service.change_vendor(actor(), vendor_id, _typed_vendor())
    except InvalidError as error:
        form.refuse(error)
        return _show_vendor(service.get_vendor(actor(), vendor_id), form, _new_app_form(), 400)
    say(_("Saved."))
    return go(url_for("web.vendor", vendor_id=vendor_id))


@web.post("/settings/vendors/<id:vendor_id>/delete")
def vendor_delete(vendor_id: int) -> BaseResponse:
    service.delete_vendor(actor(), vendor_id)
    say(_("The vendor is deleted. Calls of its apps are not taken any more."))
    return go(url_for("web.vendors"))


@web.post("/settings/vendors/<id:vendor_id>/apps")
def vendor_app_new(vendor_id: int) -> BaseResponse:
    """Make an app, and show its secret this once."""
    app_form = _typed_app_form()
    try:
        made, secret = service.create_app(actor(), vendor_id, _typed_app())
    except InvalidError as error:
        _refuse_app(app_form, error)
        return _show_refused_app(vendor_id, app_form, 400)
    except ConflictError as error:
        app_form.errors["app_name"] = in_words(error.msg)
        return _show_refused_app(vendor_id, app_form, 409)
    return _secret_shown(made, secret, 201)


def _show_refused_app(vendor_id: int, app_form: Form, status: int) -> BaseResponse:
    found = service.get_vendor(actor(), vendor_id)
    return _show_vendor(found, Form({"name": found.name, "contact": found.contact}), app_form, status)


def _typed_app_form() -> Form:
    return Form({**request.form.to_dict(), "scopes": request.form.getlist("scopes")})


def _typed_app() -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": request.form.get("app_name", ""),
        "scopes": request.form.getlist("scopes"),
        "networks": lines(request.form.get("networks")),
    }
    typed = number(request.form.get("user_id"))
    if isinstance(typed, int) and 0 < typed < 1 << 63:
        values["user_id"] = typed
    return values


def _refuse_app(form: Form, error: InvalidError) -> None:
    """The form of an app stands beside the vendor's, which has a field of that name already."""
    form.refuse(error)
    if "name" in form.errors:
        form.errors["app_name"] = form.errors.pop("name")


def _secret_shown(app: VendorApp, secret: str, status: int = 200) -> BaseResponse:
    html = render_template(
        "vendors/secret.html", app=app, secret=secret, base_url=request.url_root.rstrip("/")
    )
    return make_response(html, status)


@web.get("/settings/apps/<id:app_id>")
def vendor_app(app_id: int) -> BaseResponse:
    app = service.get_app(actor(), app_id)
    values = {
        "app_name": app.name,
        "user_id": str(app.user_id or ""),
        "scopes": app.scopes,
        "networks": app.networks,
        "is_enabled": app.is_enabled,
    }
    return _show_app(app, Form(values))


def _show_app(app: VendorApp, form: Form, status: int = 200) -> BaseResponse:
    row = _app_row(app)
    return make_response(render_template("vendors/app.html", **row, **_app_choices(form)), status)


@web.post("/settings/apps/<id:app_id>")
def vendor_app_post(app_id: int) -> BaseResponse:
    app = service.get_app(actor(), app_id)
    form = _typed_app_form()
    try:
        service.change_app(actor(), app_id, {**_typed_app(), "is_enabled": "is_enabled" in request.form})
    except InvalidError as error:
        _refuse_app(form, error)
        return _show_app(service.get_app(actor(), app_id), form, 400)
    say(_("Saved."))
    return go(url_for("web.vendor", vendor_id=app.vendor_id))


@web.post("/settings/apps/<id:app_id>/rotate")
def vendor_app_rotate(app_id: int) -> BaseResponse:
    """Another secret, shown this once; the old one works for a day more unless asked otherwise."""
    overlap = 0 if "at_once" in request.form else service.DEFAULT_OVERLAP
    return _secret_shown(*service.rotate_secret(actor(), app_id, overlap))


@web.post("/settings/apps/<id:app_id>/delete")
def vendor_app_delete(app_id: int) -> BaseResponse:
    app = service.get_app(actor(), app_id)
    service.delete_app(actor(), app_id)
    say(_("The app is deleted. Its calls are not taken any more."))
    return go(url_for("web.vendor", vendor_id=app.vendor_id))
