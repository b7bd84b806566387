"""`/settings/jobs`: what the installation does by itself, for the organization that runs it."""

from __future__ import annotations

from typing import Any

from app.controller.common.output import Flag, Mapping, Moment, Text, Value, Whole
from app.controller.common.parser import body, query, text
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.service.actor import Actor
from app.service.paging import Page
from app.service.scheduling import manage as service

SCHEDULED: dict[str, Value] = {
    "name": Text(),
    "queue": Text(),
    "seconds": Whole(nullable=True),
    "at": Text(nullable=True),
    "zone": Text(nullable=True),
    "is_changed": Flag(),
    "state": Text(),
    "last_at": Moment(nullable=True),
    "took_ms": Whole(nullable=True),
    "problem": Text(),
    "result": Mapping(),
    "host": Text(),
    "runs": Whole(),
    "failures": Whole(),
    "failed_at": Moment(nullable=True),
    "failed_problem": Text(),
    "next_at": Moment(nullable=True),
}
ABOUT = "For members of the organization that runs the installation: its first one."


@route(routes, "/settings/jobs", "scheduled_jobs")
class ScheduledJobs(Resource):
    @operation(
        "List the scheduled jobs with their last runs",
        parser=query(),
        output=SCHEDULED,
        paged=True,
        about=f"{ABOUT} `state` is never, ok, failed or late.",
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return Page(service.list_scheduled(actor))


@route(routes, "/settings/jobs/<string:name>", "scheduled_job")
class ScheduledJob(Resource):
    @operation("Look at a scheduled job", output=SCHEDULED, about=ABOUT)
    def get(self, actor: Actor, args: dict[str, Any], name: str) -> Any:
        return service.get_scheduled(actor, name)

    @operation(
        "Give a daily job another time",
        parser=body()
        .add("at", text(5, 5), nullable=True, help="HH:MM; null: the default.")
        .add("zone", text(1, 64), nullable=True, help="An IANA time zone; null: the installation's."),
        output=SCHEDULED,
        about=ABOUT,
    )
    def patch(self, actor: Actor, args: dict[str, Any], name: str) -> Any:
        return service.change_daily(actor, name, args)


@route(routes, "/settings/jobs/<string:name>/run", "scheduled_job_run")
class ScheduledJobRun(Resource):
    @operation("Run a scheduled job now", output=SCHEDULED, status=202, about=ABOUT)
    def post(self, actor: Actor, args: dict[str, Any], name: str) -> Any:
        return service.run_now(actor, name)
