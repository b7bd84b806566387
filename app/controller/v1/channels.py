"""`/channels` and `/deliveries`: where notifications go, and what became of each."""

from __future__ import annotations

from typing import Any

from app.controller.common.output import Flag, Id, Many, Mapping, Moment, Number, Text, Texts, Value, Whole
from app.controller.common.parser import (
    Parser,
    body,
    boolean,
    choice,
    identifier,
    listing,
    mapping,
    query,
    some_of,
    text,
)
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.engine.notify.registry import all_kinds
from app.models.channel import DELIVERY_STATES
from app.service.actor import Actor
from app.service.alerting.turn import manners_of
from app.service.channel import delivery as deliveries
from app.service.channel import manage as service
from app.service.paging import Page

CHANNEL: dict[str, Value] = {
    "id": Id(),
    "type": Text(),
    "name": Text(),
    "config": Mapping(attribute=lambda channel: service.config_of(channel)),
    "is_enabled": Flag(),
    "alert_severities": Texts(attribute=lambda channel: service.severities_of(channel)),
    "manners": Mapping(attribute=lambda channel: manners_of(channel).model_dump(mode="json")),
    "created_at": Moment(),
    "updated_at": Moment(),
}
ATTEMPT: dict[str, Value] = {
    "at": Moment(),
    "is_ok": Flag(),
    "http_status": Whole(nullable=True),
    "ms": Number(nullable=True),
    "error": Text(),
}
DELIVERY: dict[str, Value] = {
    "id": Id(),
    "channel_id": Id(),
    "incident_id": Id(nullable=True),
    "alert_id": Id(nullable=True),
    "kind": Text(),
    "state": Text(),
    "attempts": Whole(),
    "next_attempt_at": Moment(),
    "sent_at": Moment(nullable=True),
    "last_error": Text(),
    "created_at": Moment(),
}
WITH_ATTEMPTS: dict[str, Value] = {**DELIVERY, "message": Mapping(), "log": Many(ATTEMPT)}
TEST = {
    "delivery_id": Id(nullable=True),
    "ok": Flag(),
    "http_status": Whole(nullable=True),
    "error": Text(nullable=True),
    "ms": Number(nullable=True),
}
TYPE = {"name": Text(), "title": Mapping(), "doc": Mapping(), "config": Mapping()}


def with_values(parser: Parser, *, required: bool) -> Parser:
    return (
        parser.add("name", text(1, 200), required=required)
        .add("config", mapping(), required=required, help="By the type's own schema; see `/channels/types`.")
        .add("is_enabled", boolean())
        .add(
            "alert_severities",
            some_of(*service.ALERT_SEVERITIES_KNOWN),
            nullable=True,
            help="Which tamper alerts and weaknesses go there; null: high and critical.",
        )
        .add(
            "manners",
            mapping(),
            nullable=True,
            help="How it likes to be told of incidents: {least: degraded|regional|down, "
            "quiet: {zone, spans: [{days: [0-6], start, end}], lets_down}, digest_minutes, digest_at, zone}; "
            "null: everything at once.",
        )
    )


@route(routes, "/channels/types", "channel_types")
class ChannelTypes(Resource):
    @operation(
        "List the channel types with their configuration's schemas", parser=query(), output=TYPE, paged=True
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return Page(
            [{"name": k.name, "title": k.title, "doc": k.doc, "config": k.schema()} for k in all_kinds()]
        )


@route(routes, "/channels", "channels")
class Channels(Resource):
    @operation("List channels", parser=listing(), output=CHANNEL, paged=True)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.list_channels(actor, **args)

    @operation(
        "Add a channel",
        parser=with_values(body().add("type", text(1, 32), required=True), required=True),
        output=CHANNEL,
        status=201,
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.create_channel(actor, args)


@route(routes, "/channels/<id:channel_id>", "channel")
class Channel(Resource):
    @operation("Look at a channel", output=CHANNEL, about="Secrets are masked.")
    def get(self, actor: Actor, args: dict[str, Any], channel_id: int) -> Any:
        return service.get_channel(actor, channel_id)

    @operation(
        "Change a channel",
        parser=with_values(body(), required=False),
        output=CHANNEL,
        about="A secret sent back as its mask stays what it is.",
    )
    def patch(self, actor: Actor, args: dict[str, Any], channel_id: int) -> Any:
        return service.change_channel(actor, channel_id, args)

    @operation("Delete a channel and its deliveries")
    def delete(self, actor: Actor, args: dict[str, Any], channel_id: int) -> None:
        service.delete_channel(actor, channel_id)


@route(routes, "/channels/<id:channel_id>/test", "channel_test")
class ChannelTest(Resource):
    @operation("Send a test message at once", output=TEST)
    def post(self, actor: Actor, args: dict[str, Any], channel_id: int) -> Any:
        return service.test_channel(actor, channel_id)


@route(routes, "/deliveries", "deliveries")
class Deliveries(Resource):
    @operation(
        "List deliveries, newest first",
        parser=listing().add("channel_id", identifier()).add("state", choice(*DELIVERY_STATES)),
        output=DELIVERY,
        paged=True,
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return deliveries.list_deliveries(actor, **args)


@route(routes, "/deliveries/<id:delivery_id>", "delivery")
class Delivery(Resource):
    @operation("Look at a delivery and its attempts", output=WITH_ATTEMPTS)
    def get(self, actor: Actor, args: dict[str, Any], delivery_id: int) -> Any:
        return deliveries.get_delivery(actor, delivery_id)


@route(routes, "/deliveries/<id:delivery_id>/redeliver", "delivery_redeliver")
class DeliveryRedeliver(Resource):
    @operation("Send a failed delivery again", output=DELIVERY)
    def post(self, actor: Actor, args: dict[str, Any], delivery_id: int) -> Any:
        return deliveries.redeliver(actor, delivery_id)
