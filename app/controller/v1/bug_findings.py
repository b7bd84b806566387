"""`/bug/findings`: weaknesses, where they were seen, and what people say of them."""

from __future__ import annotations

from typing import Any

from app.controller.common.output import Flag, Id, Many, Mapping, Moment, Text, Texts, Value, Whole
from app.controller.common.parser import (
    Parser,
    body,
    boolean,
    choice,
    identifier,
    identifiers,
    listing,
    moment,
    text,
)
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.controller.v1.bug_scans import WHOLE_SCAN
from app.models import Finding, Scan
from app.models.finding import FINDING_SEVERITIES, FINDING_SOURCES, FINDING_STATES
from app.service.actor import Actor
from app.service.bug import decide
from app.service.bug import finding as service
from app.service.bug.retest import retest_finding
from app.service.bug.say import finding_texts

FINDING: dict[str, Value] = {
    "id": Id(),
    "site_id": Id(),
    "site": Text(attribute="site.name"),
    "fingerprint": Text(),
    "check": Text(attribute="rule"),
    "class": Text(attribute="cls"),
    "title": Text(attribute="title_en"),
    "severity": Text(),
    "confidence": Text(),
    "cvss": Text(nullable=True),
    "cwe": Texts(),
    "owasp": Text(nullable=True),
    "method": Text(),
    "url": Text(),
    "place": Text(),
    "parameter": Text(nullable=True),
    "component": Text(nullable=True),
    "source": Text(),
    "state": Text(),
    "state_since": Moment(),
    "assignee_id": Id(nullable=True),
    "assignee": Text(attribute="assignee_email"),
    "due_at": Moment(nullable=True),
    "is_overdue": Flag(attribute=lambda finding: service.is_overdue(finding)),
    "accepted_by": Text(),
    "accepted_reason": Text(),
    "accepted_until": Moment(nullable=True),
    "first_seen_at": Moment(),
    "last_seen_at": Moment(),
    "fixed_at": Moment(nullable=True),
    "first_scan_id": Id(nullable=True),
    "last_scan_id": Id(nullable=True),
    "missed": Whole(),
    "reopened": Whole(),
}
LOCATION: dict[str, Value] = {
    "url": Text(),
    "evidence": Text(),
    "request": Text(),
    "response": Text(),
    "first_seen_at": Moment(),
    "last_seen_at": Moment(),
}
LINE: dict[str, Value] = {
    "id": Id(),
    "at": Moment(),
    "kind": Text(),
    "by": Text(),
    "scan_id": Id(nullable=True),
    "before": Text(),
    "after": Text(),
    "note": Text(),
}
WHOLE_FINDING: dict[str, Value] = {
    **FINDING,
    "why": Text(attribute=lambda finding: finding_texts(finding, "en")["why"]),
    "remedy": Text(attribute=lambda finding: finding_texts(finding, "en")["remedy"]),
    "references": Texts(attribute="reference_urls"),
    "detail": Mapping(),
    "locations": Many(LOCATION, attribute=lambda finding: service.locations_of(finding)),
    "history": Many(LINE, attribute=lambda finding: service.history_of(finding)),
}
ANSWER: dict[str, Value] = {"id": Id(), "ok": Flag(), "error": Text(nullable=True)}
NOTE = "Why; for the finding's history."


def with_filters(parser: Parser) -> Parser:
    return (
        parser.add("site_id", identifier())
        .add("state", choice("living", "all", *FINDING_STATES), default="living")
        .add("severity", choice(*FINDING_SEVERITIES))
        .add("class", text(1, 80))
        .add("check", text(1, 120))
        .add("assignee_id", identifier())
        .add("unassigned", boolean())
        .add("overdue", boolean(), help="Only those past their due date.")
        .add("source", choice(*FINDING_SOURCES))
        .add("scan_id", identifier(), help="Only those this scan was the last to see.")
    )


def filters_of(args: dict[str, Any]) -> dict[str, Any]:
    """The query's words as the service's."""
    values = dict(args)
    for theirs, ours in (("class", "cls"), ("check", "rule")):
        if theirs in values:
            values[ours] = values.pop(theirs)
    if values.pop("unassigned", False):
        values["assignee_id"] = 0
    return values


@route(routes, "/bug/findings", "bug_findings")
class Findings(Resource):
    @operation(
        "List findings",
        parser=with_filters(listing(service.SORTS, searchable=True)),
        output=FINDING,
        paged=True,
        about="`living` are those that are open or confirmed.",
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        return service.list_findings(actor, **filters_of(args))


@route(routes, "/bug/findings/bulk", "bug_findings_bulk")
class FindingsBulk(Resource):
    @operation(
        "Do one act to up to 500 findings",
        parser=body()
        .add("ids", identifiers(decide.MAX_BULK), required=True)
        .add("act", choice(*decide.ACTS), required=True)
        .add("note", text(0, decide.MAX_NOTE), default="")
        .add("until", moment(), help="For accept.")
        .add("assignee_id", identifier(), nullable=True, help="For assign; null: nobody.")
        .add("due_at", moment(), nullable=True, help="For due; null: no date."),
        output={"items": Many(ANSWER)},
        about="Who may not do the act does it to none. Else each has its own answer.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        return {"items": decide.decide_many(actor, args.pop("ids"), args.pop("act"), args)}


@route(routes, "/bug/findings/<id:finding_id>", "bug_finding")
class OneFinding(Resource):
    @operation("Look at a finding: what, where, proof, how to fix it, history", output=WHOLE_FINDING)
    def get(self, actor: Actor, args: dict[str, Any], finding_id: int) -> Finding:
        return service.get_finding(actor, finding_id)


@route(routes, "/bug/findings/<id:finding_id>/confirm", "bug_finding_confirm")
class FindingConfirm(Resource):
    @operation("It is real", parser=body().add("note", text(0, 2000), help=NOTE), output=WHOLE_FINDING)
    def post(self, actor: Actor, args: dict[str, Any], finding_id: int) -> Finding:
        return decide.decide(actor, finding_id, "confirm", args)


@route(routes, "/bug/findings/<id:finding_id>/false-positive", "bug_finding_false_positive")
class FindingFalsePositive(Resource):
    @operation(
        "It is not real",
        parser=body().add("note", text(0, 2000), default="", help="Why; must be given."),
        output=WHOLE_FINDING,
        about="It stays silent when it is seen again.",
    )
    def post(self, actor: Actor, args: dict[str, Any], finding_id: int) -> Finding:
        return decide.decide(actor, finding_id, "false_positive", args)


@route(routes, "/bug/findings/<id:finding_id>/accept", "bug_finding_accept")
class FindingAccept(Resource):
    @operation(
        "Leave it as it is for a time, and answer for that",
        parser=body()
        .add("note", text(0, 2000), default="", help="Why; must be given.")
        .add("until", moment(), help="At most a year from now; must be given."),
        output=WHOLE_FINDING,
        about="It is open again when that time is over.",
    )
    def post(self, actor: Actor, args: dict[str, Any], finding_id: int) -> Finding:
        return decide.decide(actor, finding_id, "accept", args)


@route(routes, "/bug/findings/<id:finding_id>/reopen", "bug_finding_reopen")
class FindingReopen(Resource):
    @operation("Open it again", parser=body().add("note", text(0, 2000), help=NOTE), output=WHOLE_FINDING)
    def post(self, actor: Actor, args: dict[str, Any], finding_id: int) -> Finding:
        return decide.decide(actor, finding_id, "reopen", args)


@route(routes, "/bug/findings/<id:finding_id>/fix", "bug_finding_fix")
class FindingFix(Resource):
    @operation(
        "Say that an imported finding is fixed",
        parser=body().add("note", text(0, 2000), help=NOTE),
        output=WHOLE_FINDING,
        about="Of the others scans see for themselves; ask for a retest.",
    )
    def post(self, actor: Actor, args: dict[str, Any], finding_id: int) -> Finding:
        return decide.decide(actor, finding_id, "fix", args)


@route(routes, "/bug/findings/<id:finding_id>/assign", "bug_finding_assign")
class FindingAssign(Resource):
    @operation(
        "Give it to somebody of the organization",
        parser=body()
        .add("assignee_id", identifier(), nullable=True, help="null, or left out: to nobody.")
        .add("note", text(0, 2000), help=NOTE),
        output=WHOLE_FINDING,
    )
    def post(self, actor: Actor, args: dict[str, Any], finding_id: int) -> Finding:
        return decide.decide(actor, finding_id, "assign", args)


@route(routes, "/bug/findings/<id:finding_id>/due", "bug_finding_due")
class FindingDue(Resource):
    @operation(
        "Say until when it is to be fixed",
        parser=body()
        .add("due_at", moment(), nullable=True, help="null, or left out: no date.")
        .add("note", text(0, 2000), help=NOTE),
        output=WHOLE_FINDING,
    )
    def post(self, actor: Actor, args: dict[str, Any], finding_id: int) -> Finding:
        return decide.decide(actor, finding_id, "due", args)


@route(routes, "/bug/findings/<id:finding_id>/comments", "bug_finding_comments")
class FindingComments(Resource):
    @operation(
        "Say something about a finding",
        parser=body().add("note", text(0, 2000), default=""),
        output=WHOLE_FINDING,
        status=201,
    )
    def post(self, actor: Actor, args: dict[str, Any], finding_id: int) -> Finding:
        return decide.comment_finding(actor, finding_id, args["note"])


@route(routes, "/bug/findings/<id:finding_id>/retest", "bug_finding_retest")
class FindingRetest(Resource):
    @operation(
        "Look again whether it is still there",
        output=WHOLE_SCAN,
        status=202,
        about="A small scan of this check alone; its `answer` is still_there, not_seen or unknown.",
    )
    def post(self, actor: Actor, args: dict[str, Any], finding_id: int) -> Scan:
        return retest_finding(actor, finding_id)
