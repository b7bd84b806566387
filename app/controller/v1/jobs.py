"""`/jobs`: long work, how far it is and what came of it; and what can be asked for as a job."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from flask import Response

from app.controller.common.event_stream import MEDIA, job_events
from app.controller.common.file_answer import file_answer
from app.controller.common.output import Id, Mapping, Moment, Text, Value, Whole
from app.controller.common.parser import Parser, body, boolean, choice, identifier, listing, moment, text
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.controller.v1.bug_findings import filters_of, with_filters
from app.controller.v1.usability_time import asked, span, with_report
from app.core.errors import InvalidError
from app.models.job import JOB_STATES
from app.service.actor import Actor
from app.service.file.manage import get_file
from app.service.file.store import get_file_store
from app.service.job import manage as service
from app.service.job.ask import ask_for
from app.service.job.live import facts_of
from app.service.job.registry import all_kinds
from app.service.results.uptime import Asked
from app.service.trail.search import WAYS, check_order
from app.service.transfer.marks import told
from app.service.transfer.reading import LIMITS, MAX_BYTES
from app.service.transfer.site_import import DUPLICATES

FORMATS = ("csv", "xlsx")
OCTETS = "application/octet-stream"
LOCALES = ("en", "zh")
MOST_TEXT = 2 * 1024 * 1024
JOB: dict[str, Value] = {
    "id": Id(),
    "kind": Text(),
    "state": Text(),
    "values": Mapping(),
    "asked_by": Text(),
    "done": Whole(attribute=lambda job: facts_of(job)["done"]),
    "total": Whole(nullable=True, attribute=lambda job: facts_of(job)["total"]),
    "attempts": Whole(),
    "outcome": Mapping(attribute=lambda job: told(job.outcome)),
    "problem": Text(),
    "input_name": Text(),
    "result_name": Text(),
    "result_size": Whole(),
    "created_at": Moment(),
    "started_at": Moment(nullable=True),
    "finished_at": Moment(nullable=True),
    "kept_until": Moment(nullable=True),
}
ABOUT = "Answers with the job; `GET /jobs/{id}` says how far it is, `/jobs/{id}/events` tells it as it comes."


@route(routes, "/jobs", "jobs")
class Jobs(Resource):
    @operation(
        "List jobs, newest first",
        parser=listing()
        .add("state", choice(*JOB_STATES))
        .add("kind", choice(*all_kinds()))
        .add("mine", boolean(), default=False, help="Only one's own."),
        output=JOB,
        paged=True,
        about="One's own; who may manage jobs sees the organization's.",
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.list_jobs(actor, **args)


@route(routes, "/jobs/<id:work_id>", "job")
class Job(Resource):
    @operation("Look at a job", output=JOB)
    def get(self, actor: Actor, args: dict[str, Any], work_id: int) -> Any:
        return service.get_job(actor, work_id)

    @operation("Forget a job that is over, with what came of it")
    def delete(self, actor: Actor, args: dict[str, Any], work_id: int) -> Any:
        service.forget_job(actor, work_id)


@route(routes, "/jobs/<id:work_id>/cancel", "job_cancel")
class JobCancel(Resource):
    @operation("Cancel a job", output=JOB, about="One that runs ends within a second.")
    def post(self, actor: Actor, args: dict[str, Any], work_id: int) -> Any:
        return service.cancel_job(actor, work_id)


@route(routes, "/jobs/<id:work_id>/events", "job_events")
class JobEvents(Resource):
    @operation(
        "Follow a job as it runs",
        media=MEDIA,
        about="Server-sent events `progress` and, when it is over, `end`: {id, state, done, total, percent}.",
    )
    def get(self, actor: Actor, args: dict[str, Any], work_id: int) -> Response:
        return job_events(actor, work_id)


@route(routes, "/jobs/<id:work_id>/result", "job_result")
class JobResult(Resource):
    @operation("Download what came of a job", media=OCTETS, about="For who asked for it alone.")
    def get(self, actor: Actor, args: dict[str, Any], work_id: int) -> Response:
        response = file_answer(service.result_of(actor, work_id))
        response.mimetype = OCTETS
        return response


def with_format(parser: Parser) -> Parser:
    parser.add("format", choice(*FORMATS), default="csv")
    return parser.add("locale", choice(*LOCALES), default="en")


@route(routes, "/sites/exports", "site_exports")
class SiteExports(Resource):
    @operation(
        "Export sites as CSV or XLSX",
        parser=with_format(body())
        .add("q", text(0, 200))
        .add("tag", text(1, 50))
        .add("archived", boolean(), default=False),
        output=JOB,
        status=202,
        about=f"{ABOUT} The file can be imported again.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        return ask_for(actor, "sites.export", args)


@route(routes, "/sites/imports", "site_imports")
class SiteImports(Resource):
    @operation(
        "Import sites from CSV or XLSX",
        parser=body()
        .add("name", text(1, 200), default="sites.csv", help="What the file is called.")
        .add("data", text(1, MOST_TEXT), help="The file, in Base64. Either this …")
        .add("file_id", identifier(), help=f"… or an uploaded file, of at most {MAX_BYTES // 2**20} MB.")
        .add("is_dry", boolean(), default=True, help="Only try: say what would become of each row.")
        .add("duplicates", choice(*DUPLICATES), default="skip", help="What to do where an address is known.")
        .add("is_strict", boolean(), default=False, help="Take all rows, or none when one is wrong.")
        .add("locale", choice(*LOCALES), default="en", help="Of the report."),
        output=JOB,
        status=202,
        about=f"{ABOUT} At most {LIMITS.rows} rows. The first names the columns: name, base_url, tags, "
        "description, monitors (types, each with an address and an interval of its own or without, such as "
        "`http 60s, tls 6h, tcp db.example.org:5432 5m`). The result says what became of each row.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        handed = _handed_in(actor, args)
        return ask_for(actor, "sites.import", args, input=handed)


def _handed_in(actor: Actor, args: dict[str, Any]) -> tuple[str, bytes]:
    """The file's name and bytes; takes them out of the arguments."""
    name, data, file_id = args.pop("name"), args.pop("data", None), args.pop("file_id", None)
    if (data is None) == (file_id is None):
        raise InvalidError({"data": "give either data or file_id"})
    if file_id is not None:
        file = get_file(actor, file_id)
        if file.size > MAX_BYTES:
            raise InvalidError({"file_id": f"must have at most {MAX_BYTES // 2**20} MB"})
        return file.name, get_file_store().read(file.sha256)
    try:
        return name, base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidError({"data": "must be Base64"}) from error


@route(routes, "/bug/findings/exports", "finding_exports")
class FindingExports(Resource):
    @operation(
        "Export findings as CSV or XLSX",
        parser=with_filters(with_format(body()).add("q", text(0, 200))),
        output=JOB,
        status=202,
        about=f"{ABOUT} As many as there are.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        how = {name: args.pop(name) for name in ("format", "locale")}
        return ask_for(actor, "findings.export", {**how, "filters": filters_of(args)})


@route(routes, "/usability/uptime/exports", "uptime_exports")
class UptimeExports(Resource):
    @operation(
        "Export the uptime of a span as CSV or XLSX",
        parser=with_report(span(with_format(body()))),
        output=JOB,
        status=202,
        about=ABOUT,
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        how = {name: args.pop(name) for name in ("format", "locale")}
        wanted = asked(args)
        Asked(**wanted)  # What is wrong with the span is said now, not by a job that failed.
        return ask_for(actor, "uptime.export", {**how, "asked": wanted})


@route(routes, "/user/audit/exports", "audit_exports")
class AuditExports(Resource):
    @operation(
        "Export the audit log as CSV or XLSX",
        parser=with_format(body())
        .add("who", text(1, 254))
        .add("action", text(1, 64))
        .add("way", choice(*WAYS))
        .add("from", moment())
        .add("to", moment()),
        output=JOB,
        status=202,
        about=ABOUT,
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        check_order(args.get("from"), args.get("to"))
        for name in {"from", "to"} & args.keys():
            args[name] = args[name].isoformat()
        return ask_for(actor, "audit.export", args)
