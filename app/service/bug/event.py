"""Lines on a site's timeline about its weaknesses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.clock import now
from app.models import Event, Finding

EVENT_SEVERITY = {
    "info": "info",
    "low": "info",
    "medium": "warning",
    "high": "critical",
    "critical": "critical",
}


def put_event(
    session: Session,
    organization_id: int,
    site_id: int,
    kind: str,
    *,
    severity: str = "info",
    cause: str | None = None,
    at: datetime | None = None,
    **detail: Any,
) -> None:
    """One line, `kind` without its `bug.`. Ids in `detail` are strings."""
    session.add(
        Event(
            organization_id=organization_id,
            site_id=site_id,
            kind=f"bug.{kind}",
            severity=severity,
            cause=cause,
            at=at or now(),
            detail=detail,
        )
    )


def put_finding_event(
    session: Session, finding: Finding, kind: str, *, at: datetime | None = None, **detail: Any
) -> None:
    """A line about one finding, `kind` without its `bug.finding_`."""
    grave = kind in ("opened", "reopened")
    put_event(
        session,
        finding.organization_id,
        finding.site_id,
        f"finding_{kind}",
        severity=EVENT_SEVERITY[finding.severity] if grave else "info",
        cause=finding.cls[:48],
        at=at,
        finding_id=str(finding.id),
        rule=finding.rule,
        title={"en": finding.title_en, "zh": finding.title_zh},
        grade=finding.severity,
        url=finding.url[:500],
        **detail,
    )
