"""`/usability/objectives`: what is promised, how much of the error budget is left, and how fast it burns."""

from __future__ import annotations

from typing import Any

from app.controller.common.output import Flag, Id, Inside, Mapping, Moment, Number, Text, Value, Whole
from app.controller.common.parser import (
    Parser,
    body,
    boolean,
    choice,
    identifier,
    integer,
    listing,
    number,
    text,
)
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.controller.v1.usability_time import Column
from app.models.objective import KINDS, WINDOWS
from app.service.actor import Actor
from app.service.objective import manage as service

STATUS: dict[str, Value] = {
    "good": Number(),
    "bad": Number(),
    "share": Number(nullable=True),
    "left": Number(nullable=True),
    "from_ms": Whole(),
    "to_ms": Whole(),
    "rates": Mapping(),
}
OBJECTIVE: dict[str, Value] = {
    "id": Id(),
    "site_id": Id(),
    "monitor_id": Id(nullable=True),
    "name": Text(),
    "kind": Text(),
    "target": Number(),
    "threshold_ms": Whole(nullable=True),
    "window": Text(),
    "counts_maintenance": Flag(),
    "is_enabled": Flag(),
    "status": Inside(STATUS, nullable=True),
    "evaluated_ms": Whole(nullable=True),
    "burning": Text(nullable=True),
    "burning_since_ms": Whole(nullable=True),
    "created_at": Moment(),
    "updated_at": Moment(),
}
BURN: dict[str, Value] = {
    "from_ms": Whole(),
    "to_ms": Whole(),
    "t": Column(),
    "left": Column(),
    "share": Column(),
}
ABOUT = (
    "`left` is the error budget that is left, in percent; `rates` are burn rates by span. It burns fast at "
    "14.4 over 1h and 5m, medium at 6 over 6h and 30m, slow at 1 over 3d and 6h."
)


def with_values(parser: Parser, *, required: bool) -> Parser:
    return (
        parser.add("name", text(1, 200), required=required)
        .add("kind", choice(*KINDS), required=required)
        .add("target", number(*service.TARGETS), required=required, help="Percent.")
        .add(
            "threshold_ms",
            integer(*service.THRESHOLDS),
            nullable=True,
            help="Of latency: good answers take no longer.",
        )
        .add("window", choice(*WINDOWS), help="Rolling days, or the calendar's month.")
        .add("counts_maintenance", boolean())
        .add("is_enabled", boolean())
    )


@route(routes, "/usability/objectives", "objectives")
class Objectives(Resource):
    @operation(
        "List objectives",
        parser=listing().add("site_id", identifier()),
        output=OBJECTIVE,
        paged=True,
        about=ABOUT,
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.list_objectives(actor, **args)

    @operation(
        "Set an objective for a site or one of its monitors",
        parser=with_values(
            body().add("site_id", identifier(), required=True).add("monitor_id", identifier(), nullable=True),
            required=True,
        ),
        output=OBJECTIVE,
        status=201,
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.create_objective(actor, args)


@route(routes, "/usability/objectives/<id:objective_id>", "objective")
class OneObjective(Resource):
    @operation("Look at an objective", output=OBJECTIVE, about=ABOUT)
    def get(self, actor: Actor, args: dict[str, Any], objective_id: int) -> Any:
        return service.get_objective(actor, objective_id)

    @operation("Change an objective", parser=with_values(body(), required=False), output=OBJECTIVE)
    def patch(self, actor: Actor, args: dict[str, Any], objective_id: int) -> Any:
        return service.change_objective(actor, objective_id, args)

    @operation("Delete an objective")
    def delete(self, actor: Actor, args: dict[str, Any], objective_id: int) -> None:
        service.delete_objective(actor, objective_id)


@route(routes, "/usability/objectives/<id:objective_id>/burn", "objective_burn")
class ObjectiveBurn(Resource):
    @operation("The error budget left over the window, day by day", output=BURN)
    def get(self, actor: Actor, args: dict[str, Any], objective_id: int) -> Any:
        return service.burn_of(actor, objective_id)
