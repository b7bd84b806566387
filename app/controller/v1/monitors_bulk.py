"""`/usability/monitors/bulk`: the same for many monitors at once."""

from __future__ import annotations

from typing import Any

from app.controller.common.monitor_values import with_filter, with_values
from app.controller.common.output import Mapping, Value, Whole
from app.controller.common.parser import Kind, Parser, body, choice, identifiers, text
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.core.errors import InvalidError
from app.service.actor import Actor
from app.service.monitor.bulk import ACTS, CHANGEABLE, MOST, Done, act_on_many

DONE: dict[str, Value] = {
    "count": Whole(),
    "left": Whole(),
    "refused": Mapping(attribute=lambda done: _refused(done)),
}


def _refused(done: Done) -> dict[str, dict[str, str]]:
    return {str(monitor_id): why for monitor_id, why in done.refused.items()}


def _part(name: str, parser: Parser) -> Kind:
    """An object inside the body, with fields of its own."""
    known = {each.name: each for each in parser.arguments}

    def take(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValueError("must be an object")
        found: dict[str, Any] = {}
        wrong = {f"{name}.{each}": "is not known here" for each in value if each not in known}
        for each in value.keys() & known.keys():
            try:
                found[each] = known[each].take(value)
            except ValueError as error:
                wrong[f"{name}.{each}"] = str(error)
        if wrong:
            raise InvalidError(wrong)
        return found

    return Kind(parser.schema(), take)


def _changeable() -> Parser:
    parser = with_values(body(), required=False)
    parser.arguments = [each for each in parser.arguments if each.name in CHANGEABLE]
    return parser


@route(routes, "/usability/monitors/bulk", "monitors_bulk")
class MonitorsBulk(Resource):
    @operation(
        "Pause, resume, delete or change many monitors",
        parser=body()
        .add("act", choice(*ACTS), required=True)
        .add("ids", identifiers(MOST), help="Either these …")
        .add(
            "filter", _part("filter", with_filter(body().add("q", text(0, 200)))), help="… or all that match."
        )
        .add("values", _part("values", _changeable()), help="For `change`: what is to be different."),
        output=DONE,
        about=(
            f"At most {MOST} at a time, the oldest first; `left` says how many more match. One that refuses "
            "holds up no other: `refused` names it with its fields."
        ),
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        return act_on_many(
            actor, args["act"], ids=args.get("ids"), wanted=args.get("filter"), values=args.get("values")
        )
