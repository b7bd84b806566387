"""Findings to take away: SARIF 2.1.0, CSV and XLSX with the list's filters, and a site's report as XLSX.

Each gives (file name, media type, bytes). What was dismissed is in them only when the filters ask for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

import orjson
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from app.core.clock import now
from app.engine.bug.exchange.rows import Row, State
from app.engine.bug.exchange.sarif import sarif_of
from app.engine.bug.exchange.tables import cells, csv_of, header
from app.engine.bug.types import Location, Severity
from app.models import Finding, FindingLocation, Scan, db
from app.service.actor import Actor
from app.service.bug.finding import filtered
from app.service.bug.overview import SiteSecurity, grade_history, site_security
from app.service.bug.report import report_of
from app.service.bug.sheet import XLSX, Table, as_xlsx

Download = tuple[str, str, bytes]
MAX_ROWS = 20_000
MAX_SHEET_ROWS = 5_000
"""Of a workbook: 5,000 take two seconds, in which a web process does nothing else."""
_PART = 500
VERSION = "0.1.0"
_SHEETS = {
    "en": {"findings": "Findings", "summary": "Summary", "grades": "Grades", "headers": "Header tests"},
    "zh": {"findings": "问题", "summary": "概要", "grades": "评级", "headers": "响应头测试"},
}
_SUMMARY = {
    "en": ("Site", "Address", "Made", "Grade", "Score", "Overdue", "Last scan", "Profile", "Requests"),
    "zh": ("站点", "地址", "生成时间", "评级", "得分", "已逾期", "最近扫描", "扫描范围", "请求数"),
}
_GRADES = {
    "en": ("Scan", "Profile", "Grade", "Score", "Critical", "High", "Medium", "Low"),
    "zh": ("扫描时间", "扫描范围", "评级", "得分", "严重", "高", "中", "低"),
}
_TESTS = {"en": ("Test", "Result", "Passed", "Points"), "zh": ("测试", "结果", "通过", "得分变化")}


def findings_csv(actor: Actor, filters: dict[str, Any], locale: str = "en") -> Download:
    return "findings.csv", "text/csv", csv_of(_rows(actor, filters), locale).encode("utf-8", "replace")


def findings_xlsx(actor: Actor, filters: dict[str, Any], locale: str = "en") -> Download:
    return "findings.xlsx", XLSX, as_xlsx([_table(actor, filters, locale)])


def findings_sarif(actor: Actor, filters: dict[str, Any], locale: str = "en") -> Download:
    document = sarif_of(_rows(actor, filters), tool_version=VERSION, locale=locale)
    return "findings.sarif", "application/sarif+json", orjson.dumps(document)


def site_report_xlsx(actor: Actor, site_id: int, locale: str = "en") -> Download:
    """How a site stands, its grade over time, its header tests, and all that is to be done."""
    locale = locale if locale in _SHEETS else "en"
    security = site_security(actor, site_id)
    names = _SHEETS[locale]
    tables = [
        Table(names["summary"], _SUMMARY[locale], [_summary(security)]),
        _table(actor, {"site_id": site_id}, locale),
        Table(names["grades"], _GRADES[locale], [_grade_row(each) for each in grade_history(actor, site_id)]),
        Table(names["headers"], _TESTS[locale], list(_tests(security.last_scan))),
    ]
    return f"site-{security.site.id}.xlsx", XLSX, as_xlsx(tables)


def _table(actor: Actor, filters: dict[str, Any], locale: str) -> Table:
    locale = locale if locale in _SHEETS else "en"
    rows = (cells(row, locale) for row in _rows(actor, filters, MAX_SHEET_ROWS))
    return Table(_SHEETS[locale]["findings"], header(locale), rows)


def _rows(actor: Actor, filters: dict[str, Any], most: int = MAX_ROWS) -> Iterator[Row]:
    """The list's findings, the gravest first, read part by part: none is held longer than its row."""
    statement = filtered(actor, filters).options(joinedload(Finding.site, innerjoin=True))
    ordered = statement.order_by(Finding.severity_rank.desc(), Finding.id.desc())
    after: tuple[int, int] | None = None
    while most > 0:
        part = _part(ordered, after, min(most, _PART))
        places = _places([each.id for each in part])
        yield from (row_of(each, places[each.id]) for each in part)
        most -= len(part)
        if len(part) < _PART:
            return
        after = (part[-1].severity_rank, part[-1].id)


def _part(ordered: Select[Any], after: tuple[int, int] | None, most: int) -> list[Finding]:
    if after is not None:
        rank, identifier = after
        ordered = ordered.where(
            or_(Finding.severity_rank < rank, and_(Finding.severity_rank == rank, Finding.id < identifier))
        )
    found = db.session.scalars(ordered.limit(most).execution_options(populate_existing=True))
    return list(found)


def count_findings(actor: Actor, filters: dict[str, Any]) -> int:
    """How many rows an export with these filters has."""
    statement = filtered(actor, filters).with_only_columns(func.count(), maintain_column_froms=True)
    return int(db.session.scalar(statement) or 0)


def finding_cells(actor: Actor, filters: dict[str, Any], locale: str, most: int) -> Iterator[list[str | int]]:
    """The cells of each row, under `header(locale)`."""
    return (cells(row, locale) for row in _rows(actor, filters, most))


def _places(ids: list[int]) -> dict[int, list[Location]]:
    found: dict[int, list[Location]] = defaultdict(list)
    statement = select(FindingLocation).where(FindingLocation.finding_id.in_(ids))
    for row in db.session.scalars(statement.order_by(FindingLocation.id)):
        found[row.finding_id].append(Location(row.url, row.evidence, row.request, row.response))
    return found


def row_of(finding: Finding, places: list[Location]) -> Row:
    """A kept finding, with what became of it, as it is exported."""
    return Row(
        site=finding.site.name,
        fingerprint=finding.fingerprint,
        rule=finding.rule,
        cls=finding.cls,
        severity=cast(Severity, finding.severity),
        confidence=finding.confidence,
        url=finding.url,
        method=finding.method,
        parameter=finding.parameter,
        component=finding.component,
        cvss=finding.cvss,
        cwe=tuple(finding.cwe),
        owasp=finding.owasp,
        detail=finding.detail,
        references=tuple(finding.reference_urls),
        locations=tuple(places) or (Location(finding.url),),
        source=finding.source,
        state=cast(State, finding.state),
        reason=finding.accepted_reason,
        accepted_by=finding.accepted_by,
        accepted_until=_iso(finding.accepted_until),
        assignee=finding.assignee_email,
        first_seen_at=_iso(finding.first_seen_at),
        last_seen_at=_iso(finding.last_seen_at),
        due_at=_iso(finding.due_at),
    )


def _iso(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""


def _summary(security: SiteSecurity) -> list[Any]:
    scan = security.last_scan
    return [
        security.site.name,
        security.site.base_url,
        now(),
        security.grade,
        security.score,
        security.overdue,
        scan.finished_at if scan else None,
        scan.profile if scan else None,
        scan.requests if scan else None,
    ]


def _grade_row(each: dict[str, Any]) -> list[Any]:
    counts = [each["open_by_severity"].get(severity, 0) for severity in ("critical", "high", "medium", "low")]
    return [each["at"], each["profile"], each["grade"], each["score"], *counts]


def _tests(scan: Scan | None) -> Iterator[list[Any]]:
    """The Observatory's tests of the newest scan, where it got so far."""
    report = report_of(scan) if scan is not None else None
    for name, test in ((report or {}).get("headers") or {}).get("tests", {}).items():
        yield [name, test.get("result"), "✓" if test.get("pass") else "", test.get("modifier")]
