"""`/usability/locations`: where probes run, and the keys their messages are signed with."""

from __future__ import annotations

from typing import Any

from app.controller.common.output import Flag, Id, Mapping, Moment, Text, Texts, Value, Whole
from app.controller.common.parser import Parser, body, boolean, listing, query, text, texts
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.core.clock import from_ms
from app.models import Location
from app.service.actor import Actor
from app.service.location import manage as service

LOCATION: dict[str, Value] = {
    "id": Id(),
    "code": Text(),
    "name": Text(),
    "is_enabled": Flag(),
    "state": Text(attribute=lambda location: service.state_of(location)),
    "control_targets": Texts(),
    "last_seen_at": Moment(
        nullable=True,
        attribute=lambda location: from_ms(location.last_seen_ms) if location.last_seen_ms else None,
    ),
    "report": Mapping(nullable=True, attribute="last_report"),
    "created_at": Moment(),
}
WITH_KEY: dict[str, Value] = {**LOCATION, "key": Text()}
ABOUT_KEY = "`key` is shown this once: it goes into CLOUDEYE_LOCATION_KEY of the location's probes."


def with_values(parser: Parser) -> Parser:
    return parser.add("name", text(0, 200)).add(
        "control_targets",
        texts(service.MOST_TARGETS, 500),
        help="What probes there look at to learn whether their own network is there: `tcp://host:port`, "
        "`dns://server`, `https://…`; none: their name servers or gateway.",
    )


@route(routes, "/usability/locations", "locations")
class Locations(Resource):
    @operation("List locations", parser=listing(), output=LOCATION, paged=True)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.list_locations(actor, **args)

    @operation(
        "Enter a location",
        parser=with_values(body().add("code", text(1, 32), required=True, help="a-z, 0-9 and -")),
        output=WITH_KEY,
        status=201,
        about=ABOUT_KEY,
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        return Keyed(*service.create_location(actor, args))


@route(routes, "/usability/locations/<id:location_id>", "location")
class OneLocation(Resource):
    @operation("Look at a location", output=LOCATION)
    def get(self, actor: Actor, args: dict[str, Any], location_id: int) -> Any:
        return service.get_location(actor, location_id)

    @operation(
        "Change a location",
        parser=with_values(body().add("is_enabled", boolean())),
        output=LOCATION,
        about="Switched off, it is asked for no checks; what its probes have measured still counts.",
    )
    def patch(self, actor: Actor, args: dict[str, Any], location_id: int) -> Any:
        return service.change_location(actor, location_id, args)

    @operation(
        "Delete a location",
        parser=query().add("force", boolean(), help="Also while monitors are checked from there."),
        output={"monitors": Whole()},
        about="Monitors that used it go on from their other locations, else from the installation's own.",
    )
    def delete(self, actor: Actor, args: dict[str, Any], location_id: int) -> Any:
        lost = service.delete_location(actor, location_id, is_forced=bool(args.get("force")))
        return {"monitors": lost}


@route(routes, "/usability/locations/<id:location_id>/rotate", "location_rotate")
class LocationRotate(Resource):
    @operation(
        "Give a location another key",
        output=WITH_KEY,
        about=f"{ABOUT_KEY} The old one is worth nothing within five seconds.",
    )
    def post(self, actor: Actor, args: dict[str, Any], location_id: int) -> Any:
        return Keyed(*service.rotate_key(actor, location_id))


class Keyed:
    """A location with its key, for the one answer that shows it."""

    def __init__(self, location: Location, key: str) -> None:
        self._location, self.key = location, key

    def __getattr__(self, name: str) -> Any:
        return getattr(self._location, name)
