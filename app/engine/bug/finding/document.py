"""A report as one JSON document, as `flask bug scan --json` prints it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.engine.bug.finding.describe import describe
from app.engine.bug.types import Finding, Report


def document_of(report: Report, locale: str = "en") -> dict[str, Any]:
    """The report's facts; moments in ISO 8601, UTC."""
    return {
        "url": report.url,
        "started_at": _moment(report.started_at),
        "finished_at": _moment(report.finished_at),
        "complete": report.is_complete,
        "ended": report.ended or None,
        "requests": report.requests,
        "pages": list(report.pages),
        "headers": dict(report.headers) if report.headers is not None else None,
        "tls": dict(report.tls) if report.tls is not None else None,
        "technologies": dict(report.technologies),
        "findings": [finding_document(each, locale) for each in report.findings],
        "skipped": [
            {
                "check": each.check,
                "reason": each.reason,
                **({"detail": dict(each.detail)} if each.detail else {}),
            }
            for each in report.skipped
        ],
    }


def finding_document(finding: Finding, locale: str = "en") -> dict[str, Any]:
    texts = describe(finding.check, finding.detail, locale)
    return {
        "check": finding.check,
        "class": finding.cls,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "cvss": finding.cvss,
        "cwe": list(finding.cwe),
        "owasp": finding.owasp,
        "method": finding.method,
        "url": finding.url,
        "parameter": finding.parameter,
        "component": finding.component,
        "fingerprint": finding.fingerprint,
        "title": texts["title"],
        "why": texts["why"],
        "remedy": texts["remedy"],
        "evidence": finding.locations[0].evidence if finding.locations else "",
        "locations": [{"url": each.url, "evidence": each.evidence} for each in finding.locations],
        "references": list(finding.references),
    }


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
