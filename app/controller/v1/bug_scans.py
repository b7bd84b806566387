"""`/bug/scans`: runs of the checks over a site, asked for, looked at, stopped and compared."""

from __future__ import annotations

from typing import Any

from app.controller.common.output import Flag, Id, Inside, Many, Mapping, Moment, Number, Text, Value, Whole
from app.controller.common.parser import body, boolean, choice, identifier, integer, listing, number, query
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.core.errors import NotFoundError
from app.engine.bug.types import BUDGETS, PROFILES
from app.models import Scan
from app.models.bug import SCAN_STATES
from app.service.actor import Actor
from app.service.bug import scan as service
from app.service.bug.compare import compare_scans, findings_of_scan
from app.service.bug.report import report_of
from app.service.bug.say import scan_sentence
from app.service.bug.settings import RATES

SCAN: dict[str, Value] = {
    "id": Id(),
    "site_id": Id(),
    "site": Text(attribute="site.name"),
    "finding_id": Id(nullable=True),
    "state": Text(),
    "trigger": Text(),
    "url": Text(),
    "profile": Text(),
    "budget": Whole(),
    "rate": Number(),
    "connections": Whole(),
    "requested_by": Text(),
    "stopped_by": Text(),
    "created_at": Moment(),
    "starts_at": Moment(),
    "started_at": Moment(nullable=True),
    "finished_at": Moment(nullable=True),
    "requests": Whole(),
    "pages": Whole(),
    "is_complete": Flag(),
    "reason": Text(nullable=True),
    "sentence": Text(attribute=lambda scan: scan_sentence(scan, "en")),
    "answer": Text(nullable=True),
    "score": Whole(nullable=True),
    "grade": Text(nullable=True),
    "new_findings": Whole(),
    "reopened_findings": Whole(),
    "fixed_findings": Whole(),
    "open_by_severity": Value(schema={"type": "object", "additionalProperties": {"type": "integer"}}),
}
PROGRESS: dict[str, Value] = {
    "stage": Text(),
    "check": Text(),
    "requests": Whole(),
    "budget": Whole(),
    "pages": Whole(),
    "checks_done": Whole(),
    "checks": Whole(),
    "findings": Whole(),
}
WHOLE_SCAN: dict[str, Value] = {
    **SCAN,
    "progress": Inside(PROGRESS, nullable=True, attribute=lambda scan: service.progress_of(scan)),
}
BRIEF: dict[str, Value] = {
    "id": Id(),
    "check": Text(attribute="rule"),
    "class": Text(attribute="cls"),
    "severity": Text(),
    "state": Text(),
    "title": Text(attribute="title_en"),
    "url": Text(),
}
COMPARISON: dict[str, Value] = {
    "earlier": Inside(SCAN),
    "later": Inside(SCAN),
    "new": Many(BRIEF),
    "changed": Many(BRIEF),
    "gone": Many(BRIEF),
    "same": Whole(),
}


@route(routes, "/bug/scans", "bug_scans")
class Scans(Resource):
    @operation(
        "List scans, newest first",
        parser=listing()
        .add("site_id", identifier())
        .add("state", choice(*SCAN_STATES))
        .add("with_retests", boolean(), help="Also the retests of single findings."),
        output=SCAN,
        paged=True,
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.list_scans(actor, **args)

    @operation(
        "Scan a site",
        parser=body()
        .add("site_id", identifier(), required=True)
        .add("profile", choice(*PROFILES), help="Left out: the site's.")
        .add("budget", integer(1, BUDGETS["full"]), help="Requests; at most the profile's.")
        .add("rate", number(*RATES), help="Requests a second."),
        output=WHOLE_SCAN,
        status=202,
        about="Other profiles than passive need a host that is shown to be yours. The scan waits for the "
        "site's allowed hours.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Scan:
        return service.request_scan(actor, args.pop("site_id"), args)


@route(routes, "/bug/scans/<id:scan_id>", "bug_scan")
class OneScan(Resource):
    @operation("Look at a scan, and how far it is", output=WHOLE_SCAN)
    def get(self, actor: Actor, args: dict[str, Any], scan_id: int) -> Scan:
        return service.get_scan(actor, scan_id)


@route(routes, "/bug/scans/<id:scan_id>/stop", "bug_scan_stop")
class ScanStop(Resource):
    @operation("Stop a scan at once; what it saw until then stays", output=WHOLE_SCAN)
    def post(self, actor: Actor, args: dict[str, Any], scan_id: int) -> Scan:
        return service.stop_scan(actor, scan_id)


@route(routes, "/bug/scans/<id:scan_id>/report", "bug_scan_report")
class ScanReport(Resource):
    @operation(
        "Read what a scan has looked at",
        output={
            "pages": Value(schema={"type": "array", "items": {"type": "string"}}),
            "skipped": Many({"check": Text(), "reason": Text(), "detail": Mapping()}),
            "headers": Mapping(nullable=True),
            "tls": Mapping(nullable=True),
            "technologies": Mapping(),
            "coverage": Mapping(),
            "not_kept": Whole(),
            "findings": Many(BRIEF),
        },
        about="`coverage` names the checks that ran to their end, and the places that gave an answer.",
    )
    def get(self, actor: Actor, args: dict[str, Any], scan_id: int) -> Any:
        report = report_of(service.get_scan(actor, scan_id))
        if report is None:
            raise NotFoundError("this scan has no report")
        return {"tls": None, **report, "findings": findings_of_scan(actor, scan_id)}


@route(routes, "/bug/scans/<id:scan_id>/compare", "bug_scan_compare")
class ScanCompare(Resource):
    @operation(
        "Compare two scans of a site: what is new, changed and gone in the later one",
        parser=query().add("with", identifier(), help="The other scan; left out: the one before it."),
        output=COMPARISON,
    )
    def get(self, actor: Actor, args: dict[str, Any], scan_id: int) -> Any:
        return compare_scans(actor, scan_id, args.get("with"))
