"""`/bug/findings.sarif|csv|xlsx`, `/bug/sites/…/report.xlsx` and `/bug/imports`: findings out and in."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.controller.common.attachment import attachment
from app.controller.common.output import Value, Whole
from app.controller.common.parser import body, choice, identifier, query, text
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.controller.v1.bug_findings import filters_of, with_filters
from app.service.actor import Actor
from app.service.bug import exports
from app.service.bug.imports import FORMATS, MAX_BYTES, import_findings
from app.service.bug.sheet import XLSX

COUNTS: dict[str, Value] = {"new": Whole(), "seen": Whole(), "reopened": Whole(), "refused": Whole()}
LOCALES = ("en", "zh")
FILTERS = with_filters(query().add("q", text(0, 200))).add("locale", choice(*LOCALES), default="en")
ABOUT = f"With the filters of the list, the gravest first, at most {exports.MAX_ROWS}."


def asked(args: dict[str, Any]) -> tuple[dict[str, Any], str]:
    locale = args.pop("locale")
    return filters_of(args), locale


@route(routes, "/bug/findings.sarif", "bug_findings_sarif")
class FindingsSarif(Resource):
    @operation(
        "Download findings as SARIF 2.1.0", parser=FILTERS, media="application/sarif+json", about=ABOUT
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Response:
        return attachment(*exports.findings_sarif(actor, *asked(args)))


@route(routes, "/bug/findings.csv", "bug_findings_csv")
class FindingsCsv(Resource):
    @operation("Download findings as CSV", parser=FILTERS, media="text/csv", about=ABOUT)
    def get(self, actor: Actor, args: dict[str, Any]) -> Response:
        return attachment(*exports.findings_csv(actor, *asked(args)))


@route(routes, "/bug/findings.xlsx", "bug_findings_xlsx")
class FindingsXlsx(Resource):
    @operation(
        "Download findings as XLSX",
        parser=FILTERS,
        media=XLSX,
        about=f"With the filters of the list, the gravest first, at most {exports.MAX_SHEET_ROWS}.",
    )
    def get(self, actor: Actor, args: dict[str, Any]) -> Response:
        return attachment(*exports.findings_xlsx(actor, *asked(args)))


@route(routes, "/bug/sites/<id:site_id>/report.xlsx", "bug_site_report")
class SiteReport(Resource):
    @operation(
        "Download a site's report as XLSX: summary, findings, grades, header tests",
        parser=query().add("locale", choice(*LOCALES), default="en"),
        media=XLSX,
    )
    def get(self, actor: Actor, args: dict[str, Any], site_id: int) -> Response:
        return attachment(*exports.site_report_xlsx(actor, site_id, args["locale"]))


@route(routes, "/bug/imports", "bug_imports")
class Imports(Resource):
    @operation(
        "Take in another scanner's report about a site",
        parser=body()
        .add("site_id", identifier(), required=True)
        .add("format", choice(*FORMATS), required=True, help="nuclei: JSON lines; zap and wapiti: JSON.")
        .add("data", text(1, MAX_BYTES), required=True, help="The report's text."),
        output=COUNTS,
        status=201,
        about="What was said of a finding holds when it comes again. `refused` are those of other hosts.",
    )
    def post(self, actor: Actor, args: dict[str, Any]) -> Any:
        return import_findings(actor, args["site_id"], args["format"], args["data"].encode())
