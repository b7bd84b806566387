"""`/usability/rotas`: who is on call, who takes over, and the calendar of the weeks to come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.controller.common.output import Flag, Id, Inside, Many, Moment, Text, Value, Whole
from app.controller.common.output import Mapping as Object
from app.controller.common.parser import Parser, body, identifier, listing, mappings, moment, query, text
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.core.clock import now
from app.models import Rota
from app.service.actor import Actor
from app.service.alerting import rota as service
from app.service.paging import Page

DUTY: dict[str, Value] = {
    "user_id": Id(),
    "layer": Whole(nullable=True),
    "override_id": Id(nullable=True),
}
LAYER: dict[str, Value] = {
    "name": Text(),
    "participants": Object(schema={"type": "array", "items": {"type": "string"}}),
    "days": Whole(),
    "time": Text(),
    "starts_on": Text(),
    "hours": Object(schema={"type": "array", "items": {"type": "object"}}),
}
ROTA: dict[str, Value] = {
    "id": Id(),
    "name": Text(),
    "zone": Text(),
    "layers": Many(LAYER, attribute=lambda rota: [layer_of(each) for each in rota.layers]),
    "has_feed": Flag(attribute=lambda rota: rota.feed_hash is not None),
    "now": Inside(DUTY, nullable=True, attribute=lambda rota: service.who_now(rota)),
    "created_at": Moment(),
    "updated_at": Moment(),
}
TURN: dict[str, Value] = {"starts": Moment(), "ends": Moment(), "duty": Inside(DUTY, nullable=True)}
OVERRIDE: dict[str, Value] = {
    "id": Id(),
    "rota_id": Id(),
    "user_id": Id(),
    "starts_at": Moment(),
    "ends_at": Moment(),
}
FEED: dict[str, Value] = {"token": Text()}
AHEAD = timedelta(days=28)


def layer_of(layer: dict[str, Any]) -> dict[str, Any]:
    """Ids are texts, since JavaScript's numbers are too short for them."""
    return {**layer, "participants": [str(each) for each in layer["participants"]]}


def with_rota(parser: Parser, *, required: bool) -> Parser:
    return (
        parser.add("name", text(1, 200), required=required)
        .add("zone", text(1, 64), help="IANA name; the organization's when left out.")
        .add(
            "layers",
            mappings(5),
            required=required,
            help="[{name, participants: [user id], days, time, starts_on, hours: [{days, start, end}]}]; "
            "the last one in force says who it is.",
        )
    )


@route(routes, "/usability/rotas", "rotas")
class Rotas(Resource):
    @operation("List rotas, with who is on call now", parser=listing(), output=ROTA, paged=True)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.list_rotas(actor, **args)

    @operation("Add a rota", parser=with_rota(body(), required=True), output=ROTA, status=201)
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.create_rota(actor, args)


@route(routes, "/usability/rotas/<id:rota_id>", "rota")
class OneRota(Resource):
    @operation("Look at a rota", output=ROTA)
    def get(self, actor: Actor, args: dict[str, Any], rota_id: int) -> Rota:
        return service.get_rota(actor, rota_id)

    @operation("Change a rota", parser=with_rota(body(), required=False), output=ROTA)
    def patch(self, actor: Actor, args: dict[str, Any], rota_id: int) -> Rota:
        return service.change_rota(actor, rota_id, args)

    @operation("Delete a rota", about="Refused while an escalation policy names it.")
    def delete(self, actor: Actor, args: dict[str, Any], rota_id: int) -> None:
        service.delete_rota(actor, rota_id)


@route(routes, "/usability/rotas/<id:rota_id>/turns", "rota_turns")
class RotaTurns(Resource):
    @operation(
        "List a rota's turns, the next four weeks by default",
        parser=query().add("from", moment()).add("to", moment(), help="At most a year later."),
        output=TURN,
        paged=True,
        about="Stretches without a gap between them; where nobody is on call, `duty` is null.",
    )
    def get(self, actor: Actor, args: dict[str, Any], rota_id: int) -> Any:
        start = args.get("from") or now()
        return Page(
            service.calendar(service.get_rota(actor, rota_id), start, args.get("to") or start + AHEAD)
        )


@route(routes, "/usability/rotas/<id:rota_id>/overrides", "rota_overrides")
class RotaOverrides(Resource):
    @operation("List who takes over, now and later", parser=query(), output=OVERRIDE, paged=True)
    def get(self, actor: Actor, args: dict[str, Any], rota_id: int) -> Any:
        return Page(service.list_overrides(actor, rota_id))

    @operation(
        "Take over for a while",
        parser=body()
        .add("user_id", identifier(), help="Needed, as both ends are.")
        .add("starts_at", moment())
        .add("ends_at", moment()),
        output=OVERRIDE,
        status=201,
    )
    def post(self, actor: Actor, args: dict[str, Any], rota_id: int) -> Any:
        return service.take_over(actor, rota_id, args)


@route(routes, "/usability/rotas/<id:rota_id>/overrides/<id:override_id>", "rota_override")
class RotaOverride(Resource):
    @operation("Call off that somebody takes over")
    def delete(self, actor: Actor, args: dict[str, Any], rota_id: int, override_id: int) -> None:
        service.give_back(actor, rota_id, override_id)


@route(routes, "/usability/rotas/<id:rota_id>/feed", "rota_feed")
class RotaFeed(Resource):
    @operation(
        "Make a secret address for the rota's calendar",
        output=FEED,
        status=201,
        about="iCalendar at `/on-call/<token>.ics`. The token is shown this once; the one before ends.",
    )
    def post(self, actor: Actor, args: dict[str, Any], rota_id: int) -> Any:
        return {"token": service.make_feed(actor, rota_id)}

    @operation("End the calendar's address")
    def delete(self, actor: Actor, args: dict[str, Any], rota_id: int) -> None:
        service.end_feed(actor, rota_id)
