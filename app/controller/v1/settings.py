"""`/settings`: the organization's own settings."""

from __future__ import annotations

from typing import Any

from app.controller.common.output import Flag, Mapping, Text, Texts, Value
from app.controller.common.parser import body, boolean, choice, mapping, text, texts
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.service import organization as service
from app.service.actor import Actor
from app.service.bug.sla import fix_days

SETTINGS: dict[str, Value] = {
    "name": Text(),
    "timezone": Text(),
    "locale": Text(),
    "allowed_networks": Texts(),
    "fix_days": Mapping(attribute=fix_days),
    "retention": Mapping(nullable=True),
    "is_set_up": Flag(),
    "requires_factor": Flag(),
}
CHANGES = (
    body()
    .add("name", text(1, 200))
    .add("timezone", text(1, 64), help="IANA name.")
    .add("locale", choice("en", "zh"))
    .add(
        "allowed_networks",
        texts(50, 50),
        help="Private networks that probes and channels may reach, as CIDR.",
    )
    .add(
        "fix_days",
        mapping(),
        nullable=True,
        help="Days until weaknesses are to be fixed, by severity; null: the defaults.",
    )
    .add(
        "retention",
        mapping(),
        nullable=True,
        help="Days that results (raw) and roll-ups (5m, 1h, 1d) are kept; null: as the installation.",
    )
    .add("requires_factor", boolean(), help="Whether every member must have a second factor.")
    .add("is_set_up", boolean(), help="Whether the first-run wizard is done.")
)


@route(routes, "/settings", "settings")
class Settings(Resource):
    @operation("Read the organization's settings", output=SETTINGS)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return actor.organization

    @operation("Change the organization's settings", parser=CHANGES, output=SETTINGS)
    def patch(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.change_settings(actor, args)
