"""A finding as it is exported, with what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.engine.bug.finding.describe import describe
from app.engine.bug.types import Finding, Location, Severity

State = Literal["open", "confirmed", "false_positive", "accepted", "fixed"]


@dataclass(frozen=True, slots=True)
class Row:
    """`site` is a name people know it by. Moments are ISO 8601 texts. `accepted_until` may be empty."""

    site: str
    fingerprint: str
    rule: str
    cls: str
    severity: Severity
    confidence: str
    url: str
    method: str = "GET"
    parameter: str | None = None
    component: str | None = None
    cvss: str | None = None
    cwe: tuple[str, ...] = ()
    owasp: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    locations: tuple[Location, ...] = ()
    source: str = "scan"
    state: State = "open"
    reason: str = ""
    accepted_by: str = ""
    accepted_until: str = ""
    assignee: str = ""
    first_seen_at: str = ""
    last_seen_at: str = ""
    due_at: str = ""

    def texts(self, locale: str) -> dict[str, str]:
        """{"title", "why", "remedy"} of this finding."""
        return describe(self.rule, self.detail, locale)


def row_of(finding: Finding, site: str) -> Row:
    """A finding fresh from a scan or an import."""
    return Row(
        site=site,
        fingerprint=finding.fingerprint,
        rule=finding.check,
        cls=finding.cls,
        severity=finding.severity,
        confidence=finding.confidence,
        url=finding.url,
        method=finding.method,
        parameter=finding.parameter,
        component=finding.component,
        cvss=finding.cvss,
        cwe=finding.cwe,
        owasp=finding.owasp,
        detail=finding.detail,
        references=finding.references,
        locations=finding.locations,
        source=str(finding.detail.get("imported", "scan")),
    )
