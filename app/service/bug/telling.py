"""Notifications about weaknesses: rows of the outbox, in the transaction that causes them.

They go to the channels that want alerts of that severity. One message a scan, not one a finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from app.core.settings import get_settings
from app.core.snowflake import next_id
from app.engine.notify.message import Message
from app.models import Finding, HostOwnership, Organization, Scan, Site
from app.service.bug.say import LOCALES, proof_sentence, reason_sentence
from app.service.channel.delivery import enqueue_deliveries

if TYPE_CHECKING:
    from app.engine.bug.ownership import Checked

NAMED = 5
"""So many of a scan's findings are named in a message."""
OPERATIONAL = "high"
"""How grave it is that CloudEye cannot look: a failed scan, a lost permission, a grade that fell."""


def tell_findings(session: Session, scan: Scan, kind: str, findings: Sequence[Finding], at: datetime) -> int:
    """New or reopened findings (`kind` is finding_opened or finding_reopened) in one message; informational
    ones are not worth one. Returns how many rows."""
    worth = sorted(
        (each for each in findings if each.severity_rank > 0), key=lambda each: -each.severity_rank
    )
    if not worth:
        return 0
    gravest = worth[0].severity
    return _tell(
        session,
        scan.organization_id,
        scan.site,
        f"bug.{kind}",
        gravest,
        at,
        {locale: _listed(worth, locale) for locale in LOCALES},
        url=page_of(f"findings/{worth[0].id}" if len(worth) == 1 else f"scans/{scan.id}"),
        scan=facts_of_scan(scan),
        count=len(worth),
        findings=[_facts(each) for each in worth[:NAMED]],
    )


def tell_grade(session: Session, scan: Scan, before: str, at: datetime) -> int:
    sentence = {
        "en": f"The grade of its headers fell from {before} to {scan.grade} ({scan.score} points).",
        "zh": f"安全响应头评级由 {before} 降为 {scan.grade}（{scan.score} 分）。",
    }
    return _about_scan(session, scan, "bug.grade_fell", sentence, at)


def tell_failed(session: Session, scan: Scan, at: datetime) -> int:
    """A scan that failed or was refused."""
    reason = scan.reason or "internal"
    sentence = {locale: reason_sentence(reason, scan.reason_detail or {}, locale) for locale in LOCALES}
    return _about_scan(session, scan, "bug.scan_failed", sentence, at)


def tell_revoked(session: Session, row: HostOwnership, checked: Checked, at: datetime) -> int:
    sentence = {locale: proof_sentence(checked.code, checked.detail, locale) for locale in LOCALES}
    return _tell(
        session,
        row.organization_id,
        row.site,
        "bug.host_revoked",
        OPERATIONAL,
        at,
        sentence,
        url=page_of(f"sites/{row.site_id}"),
        host=row.host,
    )


def page_of(path: str) -> str | None:
    """A page's address, where the installation knows its own."""
    base: str = vars(get_settings())["BASE_URL"]
    return f"{base.rstrip('/')}/{path}" if base else None


def facts_of_scan(scan: Scan) -> dict[str, Any]:
    return {"id": str(scan.id), "profile": scan.profile, "trigger": scan.trigger, "grade": scan.grade}


def _about_scan(session: Session, scan: Scan, kind: str, sentence: dict[str, str], at: datetime) -> int:
    page = page_of(f"scans/{scan.id}")
    facts = facts_of_scan(scan)
    return _tell(
        session, scan.organization_id, scan.site, kind, OPERATIONAL, at, sentence, url=page, scan=facts
    )


def _tell(
    session: Session,
    organization_id: int,
    site: Site,
    kind: str,
    severity: str,
    at: datetime,
    sentence: dict[str, str],
    *,
    url: str | None,
    **bug: Any,
) -> int:
    organization = session.get_one(Organization, organization_id)
    message = Message(
        id=str(next_id()),
        kind=kind,
        at=at,
        severity=severity,
        organization={"id": str(organization.id), "name": organization.name},
        site={"id": str(site.id), "name": site.name, "base_url": site.base_url},
        sentence=sentence,
        url=url,
        bug=bug,
    )
    return enqueue_deliveries(session, organization_id, message, wanted=severity)


def _facts(finding: Finding) -> dict[str, Any]:
    return {
        "id": str(finding.id),
        "check": finding.rule,
        "class": finding.cls,
        "severity": finding.severity,
        "title": {"en": finding.title_en, "zh": finding.title_zh},
        "url": finding.url,
    }


def _listed(findings: Sequence[Finding], locale: str) -> str:
    names = [each.title_zh if locale == "zh" else each.title_en for each in findings[:NAMED]]
    more = len(findings) - len(names)
    if locale == "zh":
        return "；".join(names) + (f"；另有 {more} 项" if more else "")
    return "; ".join(names) + (f"; and {more} more" if more else "")
