"""`/tamper/discoveries`: finding a site's key pages, and watching those that somebody chose."""

from __future__ import annotations

from typing import Any

from app.controller.common.output import Flag, Id, Many, Text, Value, Whole
from app.controller.common.parser import body, identifier, text, texts
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.controller.v1.tamper import WATCH, with_values
from app.service.actor import Actor
from app.service.paging import Page
from app.service.tamper import discover as service
from app.service.tamper.watch import MAX_AT_ONCE, create_watches

PAGE: dict[str, Value] = {
    "url": Text(),
    "title": Text(),
    "depth": Whole(),
    "why": Text(),
    "is_watched": Flag(),
}
DISCOVERY: dict[str, Value] = {
    "id": Id(),
    "site_id": Id(),
    "start_url": Text(),
    "state": Text(),
    "error": Text(nullable=True),
    "pages": Many(PAGE),
}


@route(routes, "/tamper/discoveries", "discoveries")
class Discoveries(Resource):
    @operation(
        "Look for a site's key pages",
        parser=body()
        .add("site_id", identifier(), required=True)
        .add("start_url", text(1, 2000), help="Left out: the site's own address."),
        output=DISCOVERY,
        status=202,
        about="A small polite crawl that respects robots.txt. Ask for the discovery again to see it grow.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.start_discovery(actor, **args)


@route(routes, "/tamper/discoveries/<id:job_id>", "discovery")
class Discovery(Resource):
    @operation(
        "Look at a discovery",
        output=DISCOVERY,
        about="`state` is waiting, running, done, stopped or failed. It is kept for an hour.",
    )
    def get(self, actor: Actor, args: dict[str, Any], job_id: int) -> Any:
        return service.get_discovery(actor, job_id)


@route(routes, "/tamper/discoveries/<id:job_id>/stop", "discovery_stop")
class DiscoveryStop(Resource):
    @operation("Stop looking; what was found stays to choose from", output=DISCOVERY)
    def post(self, actor: Actor, args: dict[str, Any], job_id: int) -> Any:
        return service.stop_discovery(actor, job_id)


@route(routes, "/tamper/discoveries/<id:job_id>/confirm", "discovery_confirm")
class DiscoveryConfirm(Resource):
    @operation(
        "Watch the chosen pages, all alike",
        parser=with_values(body().add("urls", texts(MAX_AT_ONCE, 2000), default=[])),
        output=WATCH,
        paged=True,
        status=201,
        about="Pages that are watched already are left out.",
    )
    def post(self, actor: Actor, args: dict[str, Any], job_id: int) -> Any:
        job = service.get_discovery(actor, job_id)
        return Page(create_watches(actor, int(job["site_id"]), args.pop("urls"), args))
