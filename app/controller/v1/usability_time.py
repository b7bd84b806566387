"""`/usability/monitors/…/series` and `/usability/uptime`: what was measured, over time."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.controller.common.attachment import attachment
from app.controller.common.output import Id, Mapping, Number, Text, Value, Whole
from app.controller.common.parser import (
    Kind,
    Parser,
    boolean,
    choice,
    identifier,
    listing,
    moment,
    query,
    text,
)
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.core.clock import to_ms
from app.service.actor import Actor
from app.service.bug.sheet import XLSX
from app.service.paging import Page
from app.service.results import uptime as service
from app.service.results.series import MAX_POINTS, RESOLUTIONS, series_of
from app.service.results.uptime_files import report_csv, report_xlsx


class Column(Value):
    """Numbers or texts by point; null where nothing was measured."""

    schema = {"type": "array", "items": {}}  # noqa: RUF012 - as in `Value`


SERIES: dict[str, Value] = {
    "monitor_id": Id(),
    "resolution": Text(),
    "step_ms": Whole(),
    "from_ms": Whole(),
    "to_ms": Whole(),
    "t": Column(),
    **{
        name: Column(nullable=True)
        for name in (
            *("up", "degraded", "down", "unknown", "maintenance"),
            *("mean_ms", "p50_ms", "p95_ms", "p99_ms"),
            *("status", "location", "total_ms"),
        )
    },
    "phases": Mapping(),
    "reasons": Mapping(nullable=True),
}
LINE: dict[str, Value] = {
    "key": Text(),
    "name": Text(),
    "site": Text(),
    "monitors": Whole(),
    "uptime": Number(nullable=True),
    **{f"{name}_ms": Whole() for name in ("up", "degraded", "down", "unknown", "maintenance")},
    "checks": Whole(),
    "failed": Whole(),
}
ABOUT = (
    "A sample stands for the time until the next one, at most its monitor's interval; a retry counts for "
    "what it covers only. Good is up and degraded. Unknown time counts as neither and is told apart. What "
    "was measured during maintenance is left out unless `maintenance` is true."
)


def instant() -> Kind:
    """A moment in ISO 8601 with its time zone, or unix milliseconds."""
    when = moment()

    def take(value: Any) -> int:
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 15:
            return int(value)
        return to_ms(when(value))

    either = [when.schema, {"pattern": "^[0-9]{1,14}$"}]
    about = "ISO 8601 with a time zone, or unix milliseconds."
    return Kind({"type": "string", "anyOf": either, "description": about}, take)


def words(most: int) -> Kind:
    """Texts with commas between them."""
    whole = text(1, 1000)

    def take(value: Any) -> list[str]:
        parts = [part.strip() for part in whole(value).split(",") if part.strip()]
        if not 1 <= len(parts) <= most:
            raise ValueError(f"must name 1 to {most}, separated by commas")
        return parts

    pattern = rf"^[^,\s\u0000][^,\u0000]*(,[^,\u0000]*){{0,{most - 1}}}$"
    return Kind({"type": "string", "maxLength": 1000, "pattern": pattern}, take)


def span(parser: Parser) -> Parser:
    return parser.add("from", instant(), required=True).add("to", instant(), required=True, help="Exclusive.")


def asked(args: dict[str, Any]) -> dict[str, Any]:
    """The arguments under the names that services know them by."""
    names = {"from": "from_ms", "to": "to_ms", "maintenance": "with_maintenance"}
    return {names.get(name, name): value for name, value in args.items()}


def with_report(parser: Parser) -> Parser:
    parser.add("by", choice(*service.BY), default="monitor")
    parser.add("site_id", identifier()).add("tag", text(1, 50))
    return parser.add("maintenance", boolean(), help="Count what was measured during maintenance.")


@route(routes, "/usability/monitors/<id:monitor_id>/series", "monitor_series")
class MonitorSeries(Resource):
    @operation(
        "A monitor's results over time, in columns",
        parser=query()
        .add("from", instant(), help="Left out: a day before `to`.")
        .add("to", instant(), help="Exclusive; left out: now.")
        .add("resolution", choice(*RESOLUTIONS), default="auto")
        .add("locations", words(50), help="Codes, separated by commas; left out: all together."),
        output=SERIES,
        about=f"A gap is null. At most {MAX_POINTS} pieces. Counts are of samples, times of good answers.",
    )
    def get(self, actor: Actor, args: dict[str, Any], monitor_id: int) -> Any:
        return series_of(actor, monitor_id, **asked(args))


@route(routes, "/usability/uptime", "uptime")
class Uptime(Resource):
    @operation(
        "Uptime over a span by monitor, site, tag or group",
        parser=with_report(span(listing())),
        output=LINE,
        paged=True,
        about=ABOUT,
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Any:
        page = service.report_page(actor, **asked(args))
        return Page([document_of(line) for line in page.items], page.next_cursor)


def document_of(line: service.Line) -> dict[str, Any]:
    named = {"key": line.key, "name": line.name, "site": line.site, "monitors": line.monitors}
    return {**named, **line.uptime.document()}


def file_parser() -> Parser:
    return with_report(span(query())).add("locale", choice("en", "zh"), default="en")


def file_asked(args: dict[str, Any]) -> tuple[dict[str, Any], str]:
    locale = args.pop("locale")
    return asked(args), locale


@route(routes, "/usability/uptime.csv", "uptime_csv")
class UptimeCsv(Resource):
    @operation("Download the uptime of a span as CSV", parser=file_parser(), media="text/csv", about=ABOUT)
    def get(self, actor: Actor, args: dict[str, Any]) -> Response:
        return attachment(*report_csv(actor.organization_id, *file_asked(args)))


@route(routes, "/usability/uptime.xlsx", "uptime_xlsx")
class UptimeXlsx(Resource):
    @operation("Download the uptime of a span as XLSX", parser=file_parser(), media=XLSX, about=ABOUT)
    def get(self, actor: Actor, args: dict[str, Any]) -> Response:
        return attachment(*report_xlsx(actor.organization_id, *file_asked(args)))
