"""`/usability/incidents`: what went wrong, when, why, and who is on it."""

from __future__ import annotations

from typing import Any

from app.controller.common.output import Id, Mapping, Moment, Text, Value
from app.controller.common.parser import boolean, identifier, listing
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.service import incident as service
from app.service.actor import Actor
from app.service.tamper.say import incident_sentence

INCIDENT: dict[str, Value] = {
    "id": Id(),
    "site_id": Id(),
    "monitor_id": Id(nullable=True),
    "watch_id": Id(nullable=True),
    "site": Text(attribute="site.name"),
    "monitor": Text(nullable=True, attribute=lambda incident: incident.monitor and incident.monitor.name),
    "watch": Text(nullable=True, attribute=lambda incident: incident.watch and incident.watch.name),
    "state": Text(attribute=lambda incident: "closed" if incident.closed_at else "open"),
    "severity": Text(),
    "cause": Text(),
    "sentence": Text(attribute=lambda incident: incident_sentence(incident, "en")),
    "detail": Mapping(),
    "started_at": Moment(),
    "opened_at": Moment(),
    "closed_at": Moment(nullable=True),
    "closed_by": Text(nullable=True),
    "acked_at": Moment(nullable=True),
    "acked_by": Id(nullable=True),
}


@route(routes, "/usability/incidents", "incidents")
class Incidents(Resource):
    @operation(
        "List incidents, newest first",
        parser=listing()
        .add("site_id", identifier())
        .add("monitor_id", identifier())
        .add("watch_id", identifier())
        .add("is_open", boolean(), help="Only open, or only closed ones."),
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
