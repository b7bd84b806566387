"""`/sites`: what the organization answers for, and each site's timeline."""

from __future__ import annotations

from typing import Any

from app.controller.common.output import Id, Mapping, Moment, Text, Texts, Value, Whole
from app.controller.common.parser import Parser, body, boolean, listing, query, text, texts
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.service import site as service
from app.service.actor import Actor
from app.service.paging import Page

SITE: dict[str, Value] = {
    "id": Id(),
    "name": Text(),
    "base_url": Text(),
    "description": Text(),
    "tags": Texts(),
    "archived_at": Moment(nullable=True),
    "created_at": Moment(),
    "updated_at": Moment(),
}
EVENT: dict[str, Value] = {
    "id": Id(),
    "site_id": Id(),
    "monitor_id": Id(nullable=True),
    "incident_id": Id(nullable=True),
    "kind": Text(),
    "severity": Text(),
    "at": Moment(),
    "cause": Text(nullable=True),
    "detail": Mapping(),
}
TAG = {"tag": Text(), "sites": Whole()}


def site_body(*, required: bool) -> Parser:
    return (
        body()
        .add("name", text(1, 200), required=required)
        .add("base_url", text(1, 2000), required=required, help="http or https.")
        .add("description", text(0, 5000))
        .add("tags", texts(20, 50))
    )


@route(routes, "/sites", "sites")
class Sites(Resource):
    @operation(
        "List sites",
        parser=listing(service.SORTS, searchable=True)
        .add("tag", text(1, 50))
        .add("archived", boolean(), default=False, help="Only archived ones."),
        output=SITE,
        paged=True,
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.list_sites(actor, **args)

    @operation("Add a site", parser=site_body(required=True), output=SITE, status=201)
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.create_site(actor, args)


@route(routes, "/sites/tags", "site_tags")
class SiteTags(Resource):
    @operation("List the tags in use", parser=query(), output=TAG, paged=True)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        tags = [{"tag": tag, "sites": count} for tag, count in service.list_tags(actor)]
        return Page(tags)


@route(routes, "/sites/<id:site_id>", "site")
class Site(Resource):
    @operation("Look at a site", output=SITE)
    def get(self, actor: Actor, args: dict[str, Any], site_id: int) -> Any:
        return service.get_site(actor, site_id)

    @operation("Change a site", parser=site_body(required=False), output=SITE)
    def patch(self, actor: Actor, args: dict[str, Any], site_id: int) -> Any:
        return service.change_site(actor, site_id, args)

    @operation("Archive a site", output=SITE, about="Its monitors stop; its history stays.")
    def delete(self, actor: Actor, args: dict[str, Any], site_id: int) -> Any:
        return service.archive_site(actor, site_id)


@route(routes, "/sites/<id:site_id>/restore", "site_restore")
class SiteRestore(Resource):
    @operation("Bring an archived site back", output=SITE)
    def post(self, actor: Actor, args: dict[str, Any], site_id: int) -> Any:
        return service.restore_site(actor, site_id)


@route(routes, "/sites/<id:site_id>/events", "site_events")
class SiteEvents(Resource):
    @operation(
        "Read a site's timeline, newest first",
        parser=listing().add("kind", text(1, 48)),
        output=EVENT,
        paged=True,
    )
    def get(self, actor: Actor, args: dict[str, Any], site_id: int) -> Any:
        return service.list_events(actor, site_id, **args)
