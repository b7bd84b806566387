"""`/channels/rules`: which messages go to which channels; `/channels/templates`: in whose words."""

from __future__ import annotations

from typing import Any

from app.controller.common.output import Flag, Id, Many, Moment, Text, Texts, Value, Whole
from app.controller.common.parser import (
    Parser,
    body,
    boolean,
    choice,
    identifier,
    identifiers,
    listing,
    query,
    some_of,
    text,
    texts,
)
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.engine.notify.kinds_of_message import EVERYTHING, RULE_EVENTS, TEMPLATE_EVENTS
from app.engine.notify.routing import LEAST, SEVERITY_RANKS
from app.engine.notify.templates import MOST_BODY_SOURCE, MOST_TITLE_SOURCE
from app.models import ChannelRule, MessageTemplate
from app.models.routing import OTHERWISE, ROUTING_MODES, TEMPLATE_FORMATS, TEMPLATE_LOCALES
from app.service.actor import Actor
from app.service.channel import rules as service
from app.service.channel import wording
from app.service.paging import Page

RULE: dict[str, Value] = {
    "id": Id(),
    "position": Whole(),
    "name": Text(),
    "is_enabled": Flag(),
    "events": Texts(),
    "least": Text(nullable=True),
    "site_ids": Texts(attribute=lambda rule: [str(each) for each in rule.site_ids]),
    "tags": Texts(),
    "channel_ids": Texts(attribute=lambda rule: [str(each) for each in rule.channel_ids]),
    "created_at": Moment(),
    "updated_at": Moment(),
}
ROUTING: dict[str, Value] = {"mode": Text(), "otherwise": Text()}
TRIED: dict[str, Value] = {
    "rules": Many({"id": Id(), "name": Text(), "says": Text()}),
    "channels": Many({"id": Id(), "name": Text(), "type": Text()}),
    "is_decided": Flag(),
}
TEMPLATE: dict[str, Value] = {
    "id": Id(),
    "event": Text(),
    "locale": Text(),
    "format": Text(),
    "title": Text(),
    "body": Text(),
    "is_enabled": Flag(),
    "last_error": Text(),
    "failed_at": Moment(nullable=True),
    "created_at": Moment(),
    "updated_at": Moment(),
}
PREVIEW: dict[str, Value] = {"title": Text(), "body": Text(), "format": Text()}


def with_conditions(parser: Parser, *, required: bool) -> Parser:
    return (
        parser.add("name", text(1, 200), required=required)
        .add("is_enabled", boolean())
        .add("events", some_of(*RULE_EVENTS), help="None at all: every event.")
        .add("least", choice(*LEAST), nullable=True, help="The least severity; null: any.")
        .add(
            "site_ids",
            identifiers(service.MOST_NAMED, least=0),
            help="With `tags`: a site fits when it is one of these or carries one of the tags. Both empty: "
            "every site.",
        )
        .add("tags", texts(service.MOST_NAMED, 50))
        .add(
            "channel_ids",
            identifiers(service.MOST_NAMED, least=0),
            help="Where it goes. None at all: nobody is told of what fits.",
        )
    )


def with_words(parser: Parser, *, required: bool) -> Parser:
    return (
        parser.add("format", choice(*TEMPLATE_FORMATS))
        .add("title", text(0, MOST_TITLE_SOURCE), help="Empty: CloudEye's own.")
        .add("body", text(1, MOST_BODY_SOURCE), required=required, help="Jinja; see docs/notifications.md.")
    )


@route(routes, "/channels/rules", "channel_rules")
class Rules(Resource):
    @operation("List the rules in their order", parser=query(), output=RULE, paged=True)
    def get(self, actor: Actor, args: dict[str, Any]) -> Page[ChannelRule]:
        return Page(service.list_rules(actor))

    @operation(
        "Add a rule behind the others",
        parser=with_conditions(body(), required=True),
        output=RULE,
        status=201,
        about="What fits all conditions of a rule goes to its channels.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> ChannelRule:
        return service.create_rule(actor, args)


@route(routes, "/channels/rules/order", "channel_rules_order")
class Order(Resource):
    @operation(
        "Put the rules into an order",
        parser=body().add("ids", identifiers(service.MOST_RULES), required=True, help="Each rule once."),
        output=RULE,
        paged=True,
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Page[ChannelRule]:
        return Page(service.order_rules(actor, args["ids"]))


@route(routes, "/channels/rules/manner", "channel_routing")
class Manner(Resource):
    @operation("How the rules are gone through", output=ROUTING)
    def get(self, actor: Actor, args: dict[str, Any]) -> dict[str, str]:
        return service.routing_of(actor)

    @operation(
        "Change how the rules are gone through",
        parser=body()
        .add("mode", choice(*ROUTING_MODES), help="The first rule that fits decides, or all that fit.")
        .add("otherwise", choice(*OTHERWISE), help="Who is told of what no rule fits."),
        output=ROUTING,
    )
    def patch(self, actor: Actor, args: dict[str, Any]) -> dict[str, str]:
        return service.change_routing(actor, args)


@route(routes, "/channels/rules/trial", "channel_rules_trial")
class Trial(Resource):
    @operation(
        "What the rules would do with an event",
        parser=query()
        .add("event", choice(*RULE_EVENTS), required=True)
        .add("severity", choice(*SEVERITY_RANKS))
        .add("site_id", identifier()),
        output=TRIED,
        about="`says` is decides, not_reached, or what does not fit: off, event, severity, site, channels.",
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> dict[str, Any]:
        event = args.pop("event")
        return service.try_rules(actor, event, **args)


@route(routes, "/channels/rules/<id:rule_id>", "channel_rule")
class Rule(Resource):
    @operation("Look at a rule", output=RULE)
    def get(self, actor: Actor, args: dict[str, Any], rule_id: int) -> ChannelRule:
        return service.get_rule(actor, rule_id)

    @operation("Change a rule", parser=with_conditions(body(), required=False), output=RULE)
    def patch(self, actor: Actor, args: dict[str, Any], rule_id: int) -> ChannelRule:
        return service.change_rule(actor, rule_id, args)

    @operation("Delete a rule")
    def delete(self, actor: Actor, args: dict[str, Any], rule_id: int) -> None:
        service.delete_rule(actor, rule_id)


@route(routes, "/channels/templates", "message_templates")
class Templates(Resource):
    @operation("List the organization's templates", parser=listing(), output=TEMPLATE, paged=True)
    def get(self, actor: Actor, args: dict[str, Any]) -> Page[MessageTemplate]:
        return wording.list_templates(actor, **args)

    @operation(
        "Add a template for a kind of message in a language",
        parser=with_words(
            body()
            .add("event", choice(*TEMPLATE_EVENTS), required=True)
            .add("locale", choice(*TEMPLATE_LOCALES), required=True)
            .add("is_enabled", boolean()),
            required=True,
        ),
        output=TEMPLATE,
        status=201,
        about="It is tried on a made-up message first. Messages are in the organization's language.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> MessageTemplate:
        return wording.create_template(actor, args)


@route(routes, "/channels/templates/preview", "message_template_preview")
class Preview(Resource):
    @operation(
        "What a template makes of a made-up message",
        parser=with_words(
            body()
            .add("event", choice(*TEMPLATE_EVENTS), default=EVERYTHING)
            .add("locale", choice(*TEMPLATE_LOCALES)),
            required=True,
        ),
        output=PREVIEW,
        about="Nothing is kept. What is wrong is said with its line.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> dict[str, str]:
        return wording.preview(actor, args)


@route(routes, "/channels/templates/<id:wording_id>", "message_template")
class Template(Resource):
    @operation("Look at a template", output=TEMPLATE)
    def get(self, actor: Actor, args: dict[str, Any], wording_id: int) -> MessageTemplate:
        return wording.get_template(actor, wording_id)

    @operation(
        "Change a template",
        parser=with_words(body().add("is_enabled", boolean()), required=False),
        output=TEMPLATE,
    )
    def patch(self, actor: Actor, args: dict[str, Any], wording_id: int) -> MessageTemplate:
        return wording.change_template(actor, wording_id, args)

    @operation("Delete a template")
    def delete(self, actor: Actor, args: dict[str, Any], wording_id: int) -> None:
        wording.delete_template(actor, wording_id)
