"""`/user/vendors`: whose programs may call, their apps, and the secrets these sign with."""

from __future__ import annotations

from typing import Any

from app.controller.common.output import Flag, Id, Many, Moment, Text, Texts, Value
from app.controller.common.parser import Parser, body, boolean, identifier, integer, listing, text, texts
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.models import VendorApp
from app.service.access import vendors as service
from app.service.actor import Actor

APP: dict[str, Value] = {
    "id": Id(),
    "vendor_id": Id(),
    "name": Text(),
    "scopes": Texts(),
    "networks": Texts(),
    "is_enabled": Flag(),
    "user_id": Id(nullable=True),
    "acts_for": Text(nullable=True, attribute=lambda app: app.user.account if app.user else None),
    "secret_made_at": Moment(),
    "old_until": Moment(nullable=True),
    "last_used_at": Moment(nullable=True),
    "last_used_ip": Text(),
    "created_at": Moment(),
}
SECRET: dict[str, Value] = {"id": Id(), "vendor_id": Id(), "secret": Text()}
VENDOR: dict[str, Value] = {
    "id": Id(),
    "name": Text(),
    "contact": Text(),
    "created_at": Moment(),
    "apps": Many(APP),
}
NEW_VENDOR = body().add("name", text(1, 200), required=True).add("contact", text(0, 500))
VENDOR_CHANGES = body().add("name", text(1, 200)).add("contact", text(0, 500))
ROTATION = body().add(
    "overlap_hours",
    integer(*service.OVERLAP_HOURS),
    default=service.DEFAULT_OVERLAP,
    help="How long the old secret is good beside the new one.",
)
ONCE = "`secret` is given this once; docs/signing.md says how calls are signed with it."


def _app_values(*, required: bool) -> Parser:
    return (
        body()
        .add("name", text(1, 200), required=required)
        .add("scopes", texts(100, 50), required=required, help="Permissions, as /user/permissions has them.")
        .add(
            "networks",
            texts(service.MOST_NETWORKS, 50),
            help="Calls are taken from these alone; none: from anywhere.",
        )
        .add("user_id", identifier(), help="The member it acts for: yourself, unless said.")
    )


def _with_secret(made: tuple[VendorApp, str]) -> dict[str, Any]:
    app, secret = made
    return {"id": app.id, "vendor_id": app.vendor_id, "secret": secret}


@route(routes, "/user/vendors", "vendors")
class Vendors(Resource):
    @operation("List vendors with their apps, newest first", parser=listing(), output=VENDOR, paged=True)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.list_vendors(actor, **args)

    @operation("Enter a vendor", parser=NEW_VENDOR, output=VENDOR, status=201)
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.create_vendor(actor, args)


@route(routes, "/user/vendors/<id:vendor_id>", "vendor")
class Vendor(Resource):
    @operation("Get a vendor", output=VENDOR)
    def get(self, actor: Actor, args: dict[str, Any], vendor_id: int) -> Any:
        return service.get_vendor(actor, vendor_id)

    @operation("Change a vendor", parser=VENDOR_CHANGES, output=VENDOR)
    def patch(self, actor: Actor, args: dict[str, Any], vendor_id: int) -> Any:
        return service.change_vendor(actor, vendor_id, args)

    @operation("Delete a vendor and its apps")
    def delete(self, actor: Actor, args: dict[str, Any], vendor_id: int) -> None:
        service.delete_vendor(actor, vendor_id)


@route(routes, "/user/vendors/<id:vendor_id>/apps", "vendor_apps")
class VendorApps(Resource):
    @operation("Make an app", parser=_app_values(required=True), output=SECRET, status=201, about=ONCE)
    def post(self, actor: Actor, args: dict[str, Any], vendor_id: int) -> Any:
        return _with_secret(service.create_app(actor, vendor_id, args))


@route(routes, "/user/apps/<id:app_id>", "vendor_app")
class App(Resource):
    @operation("Get an app", output=APP)
    def get(self, actor: Actor, args: dict[str, Any], app_id: int) -> Any:
        return service.get_app(actor, app_id)

    @operation("Change an app", parser=_app_values(required=False).add("is_enabled", boolean()), output=APP)
    def patch(self, actor: Actor, args: dict[str, Any], app_id: int) -> Any:
        return service.change_app(actor, app_id, args)

    @operation("Delete an app")
    def delete(self, actor: Actor, args: dict[str, Any], app_id: int) -> None:
        service.delete_app(actor, app_id)


@route(routes, "/user/apps/<id:app_id>/rotate", "vendor_app_rotate")
class AppRotate(Resource):
    @operation("Change an app's secret", parser=ROTATION, output=SECRET, about=ONCE)
    def post(self, actor: Actor, args: dict[str, Any], app_id: int) -> Any:
        return _with_secret(service.rotate_secret(actor, app_id, args["overlap_hours"]))
