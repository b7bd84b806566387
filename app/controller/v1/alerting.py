"""`/usability/escalations`, `dependencies`, `alerting`, `contacts`: who is told, when, in which order."""

from __future__ import annotations

from typing import Any

from app.controller.common.output import Flag, Id, Many, Mapping, Moment, Text, Texts, Value, Whole
from app.controller.common.parser import (
    Parser,
    body,
    boolean,
    identifier,
    identifiers,
    integer,
    listing,
    mapping,
    mappings,
    query,
    text,
)
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.service.actor import Actor
from app.service.alerting import dependency as dependencies
from app.service.alerting import explain, wishes
from app.service.alerting import policy as policies
from app.service.monitor.dependency import MOST_PARENTS
from app.service.paging import Page

STEP: dict[str, Value] = {
    "after_minutes": Whole(),
    "channels": Texts(),
    "rotas": Texts(),
    "users": Texts(),
}
POLICY: dict[str, Value] = {
    "id": Id(),
    "name": Text(),
    "steps": Many(STEP, attribute=lambda policy: [step_of(each) for each in policy.steps]),
    "repeats": Whole(),
    "repeat_minutes": Whole(),
    "remind_minutes": Whole(nullable=True),
    "is_urgent": Flag(),
    "created_at": Moment(),
    "updated_at": Moment(),
}
EDGE: dict[str, Value] = {"monitor_id": Id(), "parent_id": Id()}
NAMED: dict[str, Value] = {"id": Id(), "name": Text()}
ALERTING: dict[str, Value] = {
    "storm_after": Whole(),
    "quiet": Mapping(
        nullable=True, attribute=lambda found: found.quiet and found.quiet.model_dump(mode="json")
    ),
    "remind_minutes": Whole(nullable=True),
    "escalation_id": Id(nullable=True),
}
CONTACT: dict[str, Value] = {
    "user_id": Id(),
    "name": Text(attribute="user.name"),
    "email": Text(attribute="user.email", nullable=True),
    "channels": Texts(attribute=lambda member: [str(each) for each in member.contact_channels or []]),
}
NOTICE: dict[str, Value] = {
    "id": Id(),
    "at": Moment(),
    "kind": Text(),
    "state": Text(),
    "held_by": Text(nullable=True),
    "channel_id": Id(nullable=True),
    "channel": Text(nullable=True),
    "user_id": Id(nullable=True),
    "user": Text(nullable=True),
    "why": Mapping(),
    "due_at": Moment(nullable=True),
}


def step_of(step: dict[str, Any]) -> dict[str, Any]:
    """Ids are texts, since JavaScript's numbers are too short for them."""
    lists = {name: [str(each) for each in step.get(name, ())] for name in ("channels", "rotas", "users")}
    return {"after_minutes": step.get("after_minutes", 0), **lists}


def with_policy(parser: Parser, *, required: bool) -> Parser:
    return (
        parser.add("name", text(1, 200), required=required)
        .add(
            "steps",
            mappings(20),
            required=required,
            help="[{after_minutes, channels: [id], rotas: [id], users: [id]}], the first after 0 minutes.",
        )
        .add("repeats", integer(0, 20), help="How often the steps are gone through again.")
        .add("repeat_minutes", integer(5, 1440), help="How long after the last step.")
        .add("remind_minutes", integer(5, 10_080), nullable=True, help="While nobody has acknowledged it.")
        .add("is_urgent", boolean(), help="Quiet hours and digests do not hold it.")
    )


@route(routes, "/usability/escalations", "escalations")
class Escalations(Resource):
    @operation("List escalation policies", parser=listing(), output=POLICY, paged=True)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return policies.list_policies(actor, **args)

    @operation(
        "Add an escalation policy", parser=with_policy(body(), required=True), output=POLICY, status=201
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        return policies.create_policy(actor, args)


@route(routes, "/usability/escalations/<id:policy_id>", "escalation")
class Escalation(Resource):
    @operation("Look at an escalation policy", output=POLICY)
    def get(self, actor: Actor, args: dict[str, Any], policy_id: int) -> Any:
        return policies.get_policy(actor, policy_id)

    @operation("Change an escalation policy", parser=with_policy(body(), required=False), output=POLICY)
    def patch(self, actor: Actor, args: dict[str, Any], policy_id: int) -> Any:
        return policies.change_policy(actor, policy_id, args)

    @operation("Delete an escalation policy", about="What followed it follows the organization's, if any.")
    def delete(self, actor: Actor, args: dict[str, Any], policy_id: int) -> None:
        policies.delete_policy(actor, policy_id)


@route(routes, "/usability/dependencies", "dependencies")
class Dependencies(Resource):
    @operation(
        "List which monitor depends on which",
        parser=listing().add("monitor_id", identifier()).add("parent_id", identifier()),
        output=EDGE,
        paged=True,
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return dependencies.list_dependencies(actor, **args)


@route(routes, "/usability/monitors/<id:monitor_id>/parents", "monitor_parents")
class MonitorParents(Resource):
    @operation("List what a monitor depends on", parser=query(), output=NAMED, paged=True)
    def get(self, actor: Actor, args: dict[str, Any], monitor_id: int) -> Any:
        return Page(dependencies.parents_of(actor, monitor_id))

    @operation(
        "Say what a monitor depends on",
        parser=body().add("parents", identifiers(MOST_PARENTS, least=0), help="All of them."),
        output=NAMED,
        paged=True,
        about="While one of them is in trouble, nobody is told of this monitor; it is measured all the same.",
    )
    def patch(self, actor: Actor, args: dict[str, Any], monitor_id: int) -> Any:
        return Page(dependencies.set_parents(actor, monitor_id, args.get("parents")))


@route(routes, "/usability/alerting", "alerting")
class AlertingWishes(Resource):
    @operation("Read how the organization wants to be told", output=ALERTING)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return wishes.alerting_of(actor)

    @operation(
        "Change how the organization wants to be told",
        parser=body()
        .add("storm_after", integer(1, 1000), help="More incidents than this in a minute are one message.")
        .add("quiet", mapping(), nullable=True, help="{zone, spans: [{days, start, end}], lets_down}")
        .add("remind_minutes", integer(5, 10_080), nullable=True)
        .add("escalation_id", identifier(), nullable=True, help="What monitors without a policy follow."),
        output=ALERTING,
    )
    def patch(self, actor: Actor, args: dict[str, Any]) -> Any:
        return wishes.change_alerting(actor, args)


@route(routes, "/usability/contacts", "contacts")
class Contacts(Resource):
    @operation("List on which channels each member is reached", parser=listing(), output=CONTACT, paged=True)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return wishes.list_contacts(actor, **args)


@route(routes, "/usability/contacts/<id:user_id>", "contact")
class Contact(Resource):
    @operation(
        "Say on which channels a member is reached",
        parser=body().add("channels", identifiers(wishes.MAX_CONTACTS, least=0), help="All of them."),
        output=CONTACT,
        about="One's own, or as an administrator anybody's.",
    )
    def patch(self, actor: Actor, args: dict[str, Any], user_id: int) -> Any:
        return wishes.change_contacts(actor, user_id, args.get("channels"))


@route(routes, "/usability/incidents/<id:incident_id>/notices", "incident_notices")
class IncidentNotices(Resource):
    @operation(
        "List who was told of an incident, and what held it back",
        parser=listing(),
        output=NOTICE,
        paged=True,
    )
    def get(self, actor: Actor, args: dict[str, Any], incident_id: int) -> Any:
        return explain.list_notices(actor, incident_id, **args)
