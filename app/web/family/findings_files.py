"""Findings as files: exports with the list's filters, and the import of other scanners' reports."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.controller.common.attachment import attachment
from app.core.errors import InvalidError, NotFoundError
from app.models.finding import FINDING_SOURCES
from app.service.bug.exports import (
    MAX_SHEET_ROWS,
    count_findings,
    findings_csv,
    findings_sarif,
    findings_xlsx,
)
from app.service.bug.imports import import_findings
from app.service.site import list_sites
from app.web.ask import go, say
from app.web.blueprint import web
from app.web.family.findings import EVERY, asked_filters, service_filters
from app.web.i18n import current_locale
from app.web.identity import actor
from app.web.messages.lookup import in_words
from app.web.words.bug import SOURCES

EXPORTS = {"csv": findings_csv, "xlsx": findings_xlsx, "sarif": findings_sarif}
MAX_SITES = 200


@web.get("/findings/export.<kind>")
def findings_export(kind: str) -> BaseResponse:
    """The list as a file, with the same filters; one that is long is made by a job."""
    if kind not in EXPORTS:
        raise NotFoundError("there is no such thing here")
    asked = asked_filters()
    filters = service_filters(asked)
    if kind != "sarif" and count_findings(actor(), filters) > MAX_SHEET_ROWS:
        return go(url_for("web.export", what="findings", **asked))
    return attachment(*EXPORTS[kind](actor(), filters, current_locale()))


@web.get("/findings/import")
def findings_import() -> str:
    return _import_page()


@web.post("/findings/import")
def findings_import_post() -> BaseResponse | str:
    """Another scanner's report becomes findings of a site."""
    site_id, kind = request.form.get("site", ""), request.form.get("format", "")
    file = request.files.get("file")
    errors: dict[str, str] = {}
    if not site_id.isdecimal():
        errors["site"] = _("Choose the site it is about.")
    if kind not in FINDING_SOURCES[1:]:
        errors["format"] = _("Choose what wrote it.")
    if file is None or not file.filename:
        errors["file"] = _("Choose a file.")
    if errors or file is None:
        return _import_page(errors)
    try:
        counts = import_findings(actor(), int(site_id), kind, file.read())
    except InvalidError as error:
        return _import_page({name: in_words(why) for name, why in error.fields.items()})
    say(
        _(
            "%(new)s new, %(seen)s known, %(reopened)s back again, %(refused)s not taken.",
            new=counts["new"],
            seen=counts["seen"],
            reopened=counts["reopened"],
            refused=counts["refused"],
        )
    )
    return go(url_for("web.findings", site=site_id, state=EVERY))


def _import_page(errors: dict[str, str] | None = None) -> str:
    return render_template(
        "findings/import.html",
        sites=list_sites(actor(), limit=MAX_SITES).items,
        formats=[(name, str(words)) for name, words in SOURCES.items() if name != "scan"],
        chosen=request.values.get("site", ""),
        kind=request.values.get("format", ""),
        errors=errors or {},
    )
