"""`/user/audit`: the organization's audit log, as a list, as files, and whether its chain holds."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.controller.common.attachment import attachment
from app.controller.common.output import Flag, Id, Mapping, Moment, Text, Value, Whole
from app.controller.common.parser import Parser, boolean, choice, identifier, listing, moment, query, text
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.service.actor import Actor
from app.service.trail import search
from app.service.trail.verify import is_guarded, verify_chain

ENTRY: dict[str, Value] = {
    "id": Id(),
    "number": Whole(),
    "at": Moment(),
    "user_id": Id(nullable=True),
    "user_email": Text(),
    "way": Text(),
    "ip": Text(),
    "request_id": Text(),
    "action": Text(),
    "object_type": Text(),
    "object_id": Id(nullable=True),
    "before": Mapping(nullable=True),
    "after": Mapping(nullable=True),
    "previous_hash": Text(),
    "hash": Text(),
}
CHAIN: dict[str, Value] = {
    "is_whole": Flag(),
    "entries": Whole(),
    "first": Whole(),
    "last": Whole(),
    "head": Text(),
    "problem": Text(nullable=True),
    "at_number": Whole(nullable=True),
    "is_guarded": Flag(),
}
NEWEST = 10_000
JSON_LINES = "application/x-ndjson"


def with_filters(parser: Parser) -> Parser:
    return (
        parser.add("who", text(1, 254), help="A part of the account.")
        .add("action", text(1, 64), help="One, such as site.change, or a family of them, such as site.")
        .add("object_type", text(1, 32))
        .add("object_id", identifier())
        .add("way", choice(*search.WAYS), help="By which way somebody came in.")
        .add("from", moment(), help="From this moment on.")
        .add("to", moment(), help="Before this moment.")
    )


def wanted_of(args: dict[str, Any]) -> search.Wanted:
    """The filters among the arguments, which are taken out of them."""
    names = ("who", "action", "object_type", "object_id", "way")
    chosen = {name: args.pop(name, None) for name in names}
    return search.Wanted(**chosen, since=args.pop("from", None), until=args.pop("to", None))


@route(routes, "/user/audit", "audit")
class Audit(Resource):
    @operation("List the audit log, newest first", parser=with_filters(listing()), output=ENTRY, paged=True)
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        wanted = wanted_of(args)
        return search.list_entries(actor, wanted, **args)


@route(routes, "/user/audit.csv", "audit_csv")
class AuditCsv(Resource):
    @operation(
        "Download the audit log as CSV",
        parser=with_filters(query()),
        media="text/csv",
        about="The newest 20,000 entries that fit, oldest first; for more of them there is a job.",
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Response:
        return attachment("audit.csv", "text/csv", search.as_csv(actor, wanted_of(args)))


@route(routes, "/user/audit.jsonl", "audit_jsonl")
class AuditLines(Resource):
    @operation(
        "Download the audit log as lines of JSON",
        parser=with_filters(query()),
        media=JSON_LINES,
        about="With the hashes: `flask audit check` tells whether anything is missing or was changed.",
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Response:
        return attachment("audit.jsonl", JSON_LINES, search.as_lines(actor, wanted_of(args)))


@route(routes, "/user/audit/chain", "audit_chain")
class AuditChain(Resource):
    @operation(
        "See whether the audit log's chain holds",
        parser=query().add("whole", boolean(), default=False, help="All of it, not the newest 10,000."),
        output=CHAIN,
        about="`problem` is missing, broken, changed, end or cut, at the entry `at_number`.",
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        verdict = verify_chain(actor.organization_id, newest=None if args["whole"] else NEWEST)
        return {name: getattr(verdict, name) for name in CHAIN if name != "is_guarded"} | {
            "is_guarded": is_guarded()
        }
