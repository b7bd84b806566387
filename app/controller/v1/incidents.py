"""`/usability/incidents`: what went wrong, when, whose fault it is, and who is on it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.controller.common.output import Flag, Id, Many, Mapping, Moment, Number, Text, Texts, Value, Whole
from app.controller.common.parser import Kind, body, boolean, choice, id_schema, identifier, listing, text
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.core.clock import now
from app.core.errors import InvalidError
from app.engine.usability.cause.case import CATEGORIES
from app.models import Incident as Row
from app.service.actor import Actor
from app.service.alerting.assign import assign_incident
from app.service.cause.compute import sentence_of
from app.service.incident import manage as service
from app.service.incident import story
from app.service.tamper.say import incident_sentence

LEVELS = ("down", "regional", "degraded")


def _cause(name: str) -> Any:
    return lambda row: (row.evidence or {}).get("_cause", {}).get(name)


def _evidence(row: Row) -> dict[str, Any]:
    """What the failing check itself kept; a picture is on the incident's page."""
    kept = (row.evidence or {}).items()
    return {name: value for name, value in kept if not name.startswith("_") and not name.endswith("_b64")}


def _seconds(row: Row) -> float:
    end: datetime = row.closed_at or now()
    return max(0.0, (end - row.started_at).total_seconds())


INCIDENT: dict[str, Value] = {
    "id": Id(),
    "site_id": Id(),
    "monitor_id": Id(nullable=True),
    "watch_id": Id(nullable=True),
    "site": Text(attribute="site.name"),
    "monitor": Text(nullable=True, attribute=lambda incident: incident.monitor and incident.monitor.name),
    "watch": Text(nullable=True, attribute=lambda incident: incident.watch and incident.watch.name),
    "state": Text(attribute=lambda incident: "closed" if incident.closed_at else "open"),
    "level": Text(),
    "is_withdrawn": Flag(),
    "severity": Text(),
    "cause": Text(),
    "sentence": Text(attribute=lambda incident: incident_sentence(incident, "en")),
    "detail": Mapping(),
    "category": Text(nullable=True),
    "rule": Text(nullable=True),
    "confidence": Text(nullable=True, attribute=_cause("confidence")),
    "cause_sentence": Text(attribute=lambda incident: sentence_of(incident, "en")),
    "votes": Mapping(nullable=True),
    "evidence": Mapping(attribute=_evidence),
    "traces": Mapping(attribute=lambda incident: (incident.evidence or {}).get("_traces", {})),
    "started_at": Moment(),
    "opened_at": Moment(),
    "closed_at": Moment(nullable=True),
    "closed_by": Text(nullable=True),
    "duration_seconds": Number(attribute=_seconds),
    "acked_at": Moment(nullable=True),
    "acked_by": Id(nullable=True),
    "assigned_to": Id(nullable=True),
    "telling": Text(),
    "held_by": Text(nullable=True),
    "decide_at": Moment(nullable=True),
    "storm_id": Id(nullable=True),
    "escalate_at": Moment(nullable=True),
}
COMMENT: dict[str, Value] = {
    "id": Id(),
    "user_id": Id(nullable=True),
    "author": Text(),
    "at": Moment(),
    "text": Text(),
}
EVENT: dict[str, Value] = {
    "id": Id(),
    "kind": Text(),
    "severity": Text(),
    "at": Moment(),
    "cause": Text(nullable=True),
    "detail": Mapping(),
    "monitor_id": Id(nullable=True),
    "watch_id": Id(nullable=True),
    "alert_id": Id(nullable=True),
    "incident_id": Id(nullable=True),
}


def assignee() -> Kind:
    """A user's id, "me" or "nobody"."""
    one = identifier()

    def take(value: Any) -> int | str:
        return value if isinstance(value, str) and value in ("me", "nobody") else int(one(value))

    return Kind(id_schema("me", "nobody"), take)


@route(routes, "/usability/incidents", "incidents")
class Incidents(Resource):
    @operation(
        "List incidents, newest first",
        parser=listing()
        .add("site_id", identifier())
        .add("monitor_id", identifier())
        .add("watch_id", identifier())
        .add("is_open", boolean(), help="Only open, or only closed ones.")
        .add("level", choice(*LEVELS))
        .add("category", choice(*CATEGORIES), help="Whose fault it is.")
        .add("assigned_to", assignee(), help="A user's id, `me` or `nobody`."),
        output=INCIDENT,
        paged=True,
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.list_incidents(actor, **args)


@route(routes, "/usability/incidents/<id:incident_id>", "incident")
class Incident(Resource):
    @operation("Look at an incident", output=INCIDENT)
    def get(self, actor: Actor, args: dict[str, Any], incident_id: int) -> Any:
        return service.get_incident(actor, incident_id)


@route(routes, "/usability/incidents/<id:incident_id>/ack", "incident_ack")
class IncidentAck(Resource):
    @operation("Acknowledge an incident", output=INCIDENT)
    def post(self, actor: Actor, args: dict[str, Any], incident_id: int) -> Any:
        return service.acknowledge_incident(actor, incident_id)


@route(routes, "/usability/incidents/<id:incident_id>/assign", "incident_assign")
class IncidentAssign(Resource):
    @operation(
        "Give an incident to a member",
        parser=body().add("user_id", identifier(), nullable=True, help="Needed; null: to nobody."),
        output=INCIDENT,
    )
    def post(self, actor: Actor, args: dict[str, Any], incident_id: int) -> Any:
        service.get_incident(actor, incident_id)  # Whose it is comes before what is wrong with the rest.
        if "user_id" not in args:
            raise InvalidError({"user_id": "must be given"})
        return assign_incident(actor, incident_id, args["user_id"])


@route(routes, "/usability/incidents/<id:incident_id>/comments", "incident_comments")
class IncidentComments(Resource):
    @operation("List what people said, oldest first", parser=listing(), output=COMMENT, paged=True)
    def get(self, actor: Actor, args: dict[str, Any], incident_id: int) -> Any:
        return story.list_comments(actor, incident_id, **args)

    @operation(
        "Say something about an incident",
        parser=body().add("text", text(0, story.LONGEST), default="", help="Needed."),
        output=COMMENT,
        status=201,
    )
    def post(self, actor: Actor, args: dict[str, Any], incident_id: int) -> Any:
        return story.add_comment(actor, incident_id, args["text"])


@route(routes, "/usability/incidents/<id:incident_id>/timeline", "incident_timeline")
class IncidentTimeline(Resource):
    @operation(
        "List what happened on the site around an incident, oldest first",
        output={"items": Many(EVENT)},
        about="From an hour before the first failure to 15 minutes after the end; at most 200 events.",
    )
    def get(self, actor: Actor, args: dict[str, Any], incident_id: int) -> Any:
        return {"items": story.timeline_of(service.get_incident(actor, incident_id))}


@route(routes, "/usability/incidents/<id:incident_id>/similar", "incident_similar")
class IncidentSimilar(Resource):
    @operation(
        "List earlier incidents like it, newest first",
        output={"items": Many(INCIDENT), "count": Whole()},
        about="Of the same monitor or page, with the same reason: at most ten, `count` counts all.",
    )
    def get(self, actor: Actor, args: dict[str, Any], incident_id: int) -> Any:
        found = story.alike(service.get_incident(actor, incident_id))
        return {"items": found.items, "count": found.count}


@route(routes, "/usability/incidents/<id:incident_id>/trace", "incident_trace")
class IncidentTrace(Resource):
    @operation(
        "Ask probes for the path to the target",
        output={"locations": Texts()},
        status=202,
        about="The hops come into `traces` within seconds. Only for incidents in which nobody could connect.",
    )
    def post(self, actor: Actor, args: dict[str, Any], incident_id: int) -> Any:
        return {"locations": story.trace_now(actor, incident_id)}
