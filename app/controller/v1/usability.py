"""`/usability/monitors`: availability checks, their results, and checking now."""

from __future__ import annotations

from typing import Any

from app.controller.common.answer import answer
from app.controller.common.monitor_shapes import MonitorFields
from app.controller.common.monitor_values import with_filter, with_values
from app.controller.common.output import (
    Flag,
    Id,
    Inside,
    Mapping,
    Moment,
    Number,
    Text,
    Texts,
    Value,
    Whole,
)
from app.controller.common.parser import (
    body,
    identifier,
    integer,
    listing,
    query,
    text,
)
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.core.clock import from_ms
from app.engine.usability.reasons import sentence
from app.engine.usability.registry import all_types
from app.models import Monitor
from app.service.actor import Actor
from app.service.monitor import manage as service
from app.service.monitor.config import masked
from app.service.paging import Page
from app.service.results.result import list_results
from app.service.results.uptime import MAX_DAYS, list_days
from app.service.scheduling.run import run_now

STATE: dict[str, Value] = {
    "state": Text(),
    "since": Moment(),
    "failures": Whole(),
    "successes": Whole(),
    "incident_id": Id(nullable=True),
    "checked_at": Moment(nullable=True),
    "status": Text(nullable=True),
    "reason": Text(nullable=True),
    "sentence": Text(),
    "total_ms": Number(nullable=True),
    "facts": Mapping(nullable=True),
    "is_flapping": Flag(),
    "votes": Mapping(nullable=True),
}
MONITOR = MonitorFields(
    "Monitor",
    {
        "id": Id(),
        "site_id": Id(),
        "type": Text(),
        "name": Text(),
        "interval_seconds": Whole(),
        "timeout_seconds": Whole(nullable=True),
        "confirm_count": Whole(),
        "recover_count": Whole(),
        "retry_seconds": Whole(nullable=True),
        "slow_ms": Whole(nullable=True),
        "slow_factor": Number(nullable=True),
        "locations": Texts(),
        "quorum": Whole(nullable=True),
        "escalation_id": Id(nullable=True),
        "dependencies": Texts(attribute=lambda monitor: [str(each) for each in monitor.dependencies]),
        "is_inverted": Flag(),
        "is_paused": Flag(),
        "config": Mapping(attribute=lambda monitor: masked(monitor)),
        "state": Text(attribute="state.state"),
        "status": Inside(STATE, attribute=lambda monitor: status_of(monitor)),
        "created_at": Moment(),
        "updated_at": Moment(),
    },
)
PHASES = {f"{name}_ms": Number(nullable=True) for name in ("dns", "connect", "tls", "first_byte", "transfer")}
RESULT: dict[str, Value] = {
    "monitor_id": Id(),
    "due_at": Moment(),
    "due_ms": Whole(),
    "location": Text(),
    "status": Text(),
    "is_maintained": Flag(),
    "reason": Text(nullable=True),
    "sentence": Text(),
    "detail": Mapping(),
    "total_ms": Number(nullable=True),
    "phases": Inside(PHASES),
    "late_ms": Number(),
    "lag_ms": Number(),
    "http_status": Whole(nullable=True),
    "address": Text(nullable=True),
}
DAY: dict[str, Value] = {
    "day": Text(),
    "uptime": Number(nullable=True),
    **{name: Whole() for name in ("up", "degraded", "down", "unknown", "maintenance")},
    **{f"{name}_ms": Whole() for name in ("up", "degraded", "down", "unknown", "maintenance")},
}
LOCATION = {"code": Text(), "name": Text()}
TYPE = {"name": Text(), "title": Mapping(), "doc": Mapping(), "config": Mapping()}


def status_of(monitor: Monitor) -> dict[str, Any]:
    state = monitor.state
    return {
        "state": state.state,
        "since": from_ms(state.since_ms),
        "failures": state.failures,
        "successes": state.successes,
        "incident_id": state.incident_id,
        "checked_at": from_ms(state.last_due_ms) if state.last_due_ms else None,
        "status": state.last_status,
        "reason": state.last_reason,
        "sentence": sentence(state.last_reason, state.last_detail or {}, "en") if state.last_reason else "",
        "total_ms": state.last_total_ms,
        "facts": state.facts,
        "is_flapping": state.is_flapping,
        "votes": state.votes,
    }


@route(routes, "/usability/types", "monitor_types")
class MonitorTypes(Resource):
    @operation(
        "List the monitor types with their configuration's schemas", parser=query(), output=TYPE, paged=True
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return Page(
            [{"name": t.name, "title": t.title, "doc": t.doc, "config": t.schema()} for t in all_types()]
        )


@route(routes, "/usability/monitors", "monitors")
class Monitors(Resource):
    @operation(
        "List monitors",
        parser=with_filter(listing(searchable=True)),
        output=MONITOR,
        paged=True,
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.list_monitors(actor, **args)

    @operation(
        "Add a monitor to a site",
        parser=with_values(
            body().add("site_id", identifier(), required=True).add("type", text(1, 32), required=True),
            required=True,
        ),
        output=MONITOR,
        status=201,
        about="The first check is made at once.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.create_monitor(actor, args)


@route(routes, "/usability/monitors/<id:monitor_id>", "monitor")
class OneMonitor(Resource):
    @operation("Look at a monitor", output=MONITOR)
    def get(self, actor: Actor, args: dict[str, Any], monitor_id: int) -> Any:
        return service.get_monitor(actor, monitor_id)

    @operation("Change a monitor", parser=with_values(body(), required=False), output=MONITOR)
    def patch(self, actor: Actor, args: dict[str, Any], monitor_id: int) -> Any:
        return service.change_monitor(actor, monitor_id, args)

    @operation("Delete a monitor")
    def delete(self, actor: Actor, args: dict[str, Any], monitor_id: int) -> None:
        service.delete_monitor(actor, monitor_id)


@route(routes, "/usability/monitors/<id:monitor_id>/run", "monitor_run")
class MonitorRun(Resource):
    @operation(
        "Check now",
        output=RESULT,
        about="Answers with the recorded result; 202 and no data when the target takes longer than 8 s.",
    )
    def post(self, actor: Actor, args: dict[str, Any], monitor_id: int) -> Any:
        result = run_now(actor, monitor_id)
        return answer(None, status=202, msg="the check is still running") if result is None else result


@route(routes, "/usability/monitors/<id:monitor_id>/pause", "monitor_pause")
class MonitorPause(Resource):
    @operation("Pause a monitor", output=MONITOR, about="Closes its open incident.")
    def post(self, actor: Actor, args: dict[str, Any], monitor_id: int) -> Any:
        return service.pause_monitor(actor, monitor_id)


@route(routes, "/usability/monitors/<id:monitor_id>/resume", "monitor_resume")
class MonitorResume(Resource):
    @operation("Resume a monitor", output=MONITOR)
    def post(self, actor: Actor, args: dict[str, Any], monitor_id: int) -> Any:
        return service.resume_monitor(actor, monitor_id)


@route(routes, "/usability/monitors/<id:monitor_id>/clone", "monitor_clone")
class MonitorClone(Resource):
    @operation(
        "Add a monitor like this one",
        parser=with_values(body().add("site_id", identifier()), required=False),
        output=MONITOR,
        status=201,
        about="What is not given is as it is here, secrets included. The first check is made at once.",
    )
    def post(self, actor: Actor, args: dict[str, Any], monitor_id: int) -> Any:
        return service.clone_monitor(actor, monitor_id, args)


@route(routes, "/usability/monitors/<id:monitor_id>/results", "monitor_results")
class MonitorResults(Resource):
    @operation(
        "List a monitor's results, newest first",
        parser=listing()
        .add("from_ms", integer(0, 10**14), help="Due at or after, unix ms.")
        .add("to_ms", integer(0, 10**14), help="Due before, unix ms."),
        output=RESULT,
        paged=True,
    )
    def get(self, actor: Actor, args: dict[str, Any], monitor_id: int) -> Any:
        return list_results(actor, monitor_id, **args)


@route(routes, "/usability/monitors/<id:monitor_id>/uptime", "monitor_uptime")
class MonitorUptime(Resource):
    @operation(
        "Count a monitor's results by UTC day, oldest first",
        parser=query().add("days", integer(1, MAX_DAYS), default=30),
        output=DAY,
        paged=True,
    )
    def get(self, actor: Actor, args: dict[str, Any], monitor_id: int) -> Any:
        return Page(list_days(actor, monitor_id, **args))
