"""A site's security page, and its report: to print, and as a workbook."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template

from app.controller.common.attachment import attachment
from app.core.clock import now
from app.engine.bug.types import SEVERITIES
from app.models import Finding
from app.service.bug.exports import site_report_xlsx
from app.service.bug.finding import list_findings
from app.service.bug.host import list_hosts
from app.service.bug.overview import grade_history, site_security
from app.service.bug.scan import list_scans
from app.service.bug.settings import get_settings_of
from app.service.site import get_site
from app.web.blueprint import web
from app.web.i18n import current_locale
from app.web.identity import actor
from app.web.present.finding import finding_row
from app.web.present.host import host_mark
from app.web.present.report import accepted_rows, report_parts
from app.web.present.scan import scan_row
from app.web.present.security import grade_points, security_facts, settings_facts

SHOWN = 5
MAX_IN_REPORT = 1_000
_WORTH = [each for each in SEVERITIES if each != "info"]


@web.get("/sites/<id:site_id>/security", endpoint="site_security")
def site_security_page(site_id: int) -> str:
    """How the site stands, how it stood, and how it is scanned."""
    security = site_security(actor(), site_id)
    gravest = list_findings(actor(), site_id=site_id, severity=_WORTH, limit=SHOWN)
    scans = list_scans(actor(), site_id=site_id, limit=SHOWN)
    hosts = [host_mark(each) for each in list_hosts(actor(), site_id)]
    return render_template(
        "security/site.html",
        site=security.site,
        facts=security_facts(security),
        grades=grade_points(grade_history(actor(), site_id)),
        gravest=[finding_row(each) for each in gravest.items],
        rows=[scan_row(each) for each in scans.items],
        more_scans=scans.next_cursor is not None,
        settings=settings_facts(get_settings_of(actor(), site_id)),
        hosts=hosts,
        is_open=hosts[0]["is_open"],
        is_lost=hosts[0]["state"] == "revoked",
        zone=actor().organization.timezone,
    )


@web.get("/sites/<id:site_id>/security/report")
def site_report(site_id: int) -> str:
    """For paper: the grade, what is open with how to mend it, and what was accepted."""
    security = site_security(actor(), site_id)
    living = _all(site_id, "living")
    return render_template(
        "security/report.html",
        site=security.site,
        facts=security_facts(security),
        grades=grade_points(grade_history(actor(), site_id, limit=12)),
        parts=report_parts(living),
        is_cut=len(living) >= MAX_IN_REPORT,
        accepted=accepted_rows(_all(site_id, "accepted")),
        made_at=now(),
    )


@web.get("/sites/<id:site_id>/security/report.xlsx")
def site_report_file(site_id: int) -> Response:
    get_site(actor(), site_id)
    return attachment(*site_report_xlsx(actor(), site_id, current_locale()))


def _all(site_id: int, state: str) -> list[Finding]:
    """The gravest first, page by page, up to what a report holds."""
    found: list[Finding] = []
    cursor: str | None = None
    while len(found) < MAX_IN_REPORT:
        page: Any = list_findings(actor(), site_id=site_id, state=state, cursor=cursor, limit=100)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    return found[:MAX_IN_REPORT]
