"""Writing down what a scan has seen: one transaction, under the lock of the scan's row.

1. Findings that were seen are updated or made; those that were not live on by `app.engine.bug.finding.life`.
2. Events, history, notifications, and the scan's own end are in the same transaction.
3. A scan that is no longer running (taken for dead, or recorded already) changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.core.clock import now
from app.engine.bug.finding.life import sight_without
from app.engine.bug.types import Report
from app.models import Finding, FindingLocation, Organization, Scan, ScanReport, write
from app.models.finding import LIVING
from app.service.bug.event import put_event
from app.service.bug.lives import Look, live_on, take_in_all
from app.service.bug.report import pack, seen_entry
from app.service.bug.telling import tell_failed, tell_findings, tell_grade
from app.service.bug.template import template_rules

GRADES = ("F", "D-", "D", "D+", "C-", "C", "C+", "B-", "B", "B+", "A-", "A", "A+")


@dataclass(slots=True)
class Recorded:
    """What the transaction did, for what comes after the commit."""

    scan: Scan | None = None
    deliveries: int = 0
    look: Look = field(default_factory=Look)


def record_report(scan_id: int, report: Report) -> Recorded:
    """Write down what came of a scan."""
    done = Recorded()
    at = now()
    with write() as session:
        scan = running_scan(session, scan_id)
        if scan is None:
            return done
        done.scan = scan
        organization = session.get_one(Organization, scan.organization_id)
        look = done.look = Look(scan=scan, organization=organization, at=at)
        seen = _take_in_all(session, look, report)
        _settle_others(session, look, report, set(seen))
        _end(session, scan, report, at)
        entries = {str(row.id): seen_entry(row) for row in seen.values()}
        session.add(ScanReport(scan_id=scan.id, body=pack(report, entries)))
        session.flush()
        _count(session, scan, look)
        done.deliveries += _tell(session, scan, look, at)
    return done


def running_scan(session: Session, scan_id: int) -> Scan | None:
    """The scan's row, locked, if it is still running."""
    scan = session.scalar(
        select(Scan)
        .where(Scan.id == scan_id)
        .options(joinedload(Scan.site, innerjoin=True))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return scan if scan is not None and scan.state == "running" else None


def _take_in_all(session: Session, look: Look, report: Report) -> dict[str, Finding]:
    """Every finding that was seen, by its fingerprint."""
    assert look.scan is not None
    is_whole = report.is_complete and look.scan.trigger != "retest"
    return take_in_all(session, look, report.findings, look.scan.site_id, is_whole=is_whole)


def _settle_others(session: Session, look: Look, report: Report, seen: set[str]) -> None:
    """The findings this scan did not see: gone where it really looked, unknown elsewhere."""
    assert look.scan is not None
    templates = template_rules(session, look.scan.organization_id)
    others = select(Finding).where(
        Finding.site_id == look.scan.site_id, Finding.state.not_in(["fixed", "false_positive"])
    )
    if look.scan.finding_id is not None:
        others = others.where(Finding.id == look.scan.finding_id)
    for row in session.scalars(others.with_for_update().execution_options(populate_existing=True)).all():
        if row.fingerprint not in seen:
            sight = sight_without(report, rule=row.rule, place=row.place, urls=_urls_of(session, row))
            if row.rule.startswith("templates.") and row.rule not in templates:
                sight = "unknown"  # Its template was not among those that ran.
            live_on(session, look, row, sight)
            if row.id == look.scan.finding_id:
                look.answer = "not_seen" if sight == "not_seen" else "unknown"
        elif row.id == look.scan.finding_id:
            look.answer = "still_there"


def _urls_of(session: Session, row: Finding) -> list[str]:
    """Where a finding of the whole site was seen last; of one page its place says that."""
    if row.place:
        return []
    own = select(FindingLocation.url).where(FindingLocation.finding_id == row.id)
    return [row.url, *session.scalars(own.limit(100))]


def _end(session: Session, scan: Scan, report: Report, at: datetime) -> None:
    scan.finished_at = at
    scan.waiting_key = scan.running_site_id = scan.running_host = None
    scan.requests, scan.pages, scan.is_complete = report.requests, len(report.pages), report.is_complete
    scan.state, scan.reason, scan.reason_detail = _state_of(scan, report)
    headers: dict[str, Any] = dict(report.headers or {})
    if scan.trigger != "retest" and headers.get("grade"):
        scan.score, scan.grade = int(headers.get("score", 0)), str(headers["grade"])[:4]


def _state_of(scan: Scan, report: Report) -> tuple[str, str | None, dict[str, Any] | None]:
    if scan.stopped_by or report.ended == "stopped":
        return "stopped", "stopped", {"by": scan.stopped_by or "?"}
    if report.ended == "errors" and not report.pages:
        return "failed", "unreachable", None
    reason = report.ended or ("errors" if not report.is_complete else None)
    return "done", reason, {"budget": scan.budget} if reason else None


def _count(session: Session, scan: Scan, look: Look) -> None:
    scan.new_findings, scan.reopened_findings = len(look.opened), len(look.reopened)
    scan.fixed_findings, scan.answer = len(look.fixed), look.answer
    counts = session.execute(
        select(Finding.severity, func.count())
        .where(Finding.site_id == scan.site_id, Finding.state.in_(LIVING))
        .group_by(Finding.severity)
    )
    scan.open_by_severity = {each[0]: each[1] for each in counts}


def _tell(session: Session, scan: Scan, look: Look, at: datetime) -> int:
    """One line on the timeline, and what people are told."""
    kind = "retest_done" if scan.trigger == "retest" else f"scan_{scan.state}"
    put_event(
        session,
        scan.organization_id,
        scan.site_id,
        kind,
        severity="warning" if scan.state == "failed" else "info",
        cause=scan.reason,
        at=at,
        scan_id=str(scan.id),
        profile=scan.profile,
        trigger=scan.trigger,
        requests=scan.requests,
        grade=scan.grade,
        score=scan.score,
        new=scan.new_findings,
        fixed=scan.fixed_findings,
        reopened=scan.reopened_findings,
        answer=scan.answer,
        finding_id=str(scan.finding_id) if scan.finding_id else None,
    )
    deliveries = tell_findings(session, scan, "finding_opened", look.opened, at)
    deliveries += tell_findings(session, scan, "finding_reopened", look.reopened, at)
    if scan.state == "failed":
        deliveries += tell_failed(session, scan, at)
    return deliveries + _tell_grade(session, scan, at)


def _tell_grade(session: Session, scan: Scan, at: datetime) -> int:
    """A grade that fell since the last scan that gave one."""
    if scan.grade is None:
        return 0
    before = session.scalar(
        select(Scan.grade)
        .where(Scan.site_id == scan.site_id, Scan.id < scan.id, Scan.grade.is_not(None))
        .order_by(Scan.id.desc())
        .limit(1)
    )
    if before is None or _rank(scan.grade) >= _rank(before):
        return 0
    put_event(
        session,
        scan.organization_id,
        scan.site_id,
        "grade_fell",
        severity="warning",
        at=at,
        before=before,
        after=scan.grade,
        score=scan.score,
        scan_id=str(scan.id),
    )
    return tell_grade(session, scan, before, at)


def _rank(grade: str) -> int:
    return GRADES.index(grade) if grade in GRADES else -1
