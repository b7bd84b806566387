"""Findings: weaknesses of sites, where each was seen, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Enum, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.clock import now
from app.models.base import BigInt, Identified, Model, Timestamped, UtcDateTime
from app.models.site import Site

FINDING_STATES = ("open", "confirmed", "false_positive", "accepted", "fixed")
LIVING = ("open", "confirmed")
"""States that somebody has to do something about."""
FINDING_SEVERITIES = ("info", "low", "medium", "high", "critical")
FINDING_SOURCES = ("scan", "nuclei", "zap", "wapiti")


class Finding(Identified, Timestamped, Model):
    """One weakness of a site, known again by its fingerprint.

    `rule` is the check's, such as `cookies.without-secure`; `place` the normalised path, empty for the whole
    site. `missed` counts the complete looks in a row that did not see it any more.
    """

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("site_id", "fingerprint"),
        Index("ix_finding_organization_id_id", "organization_id", "id"),
        Index("ix_finding_organization_id_severity_rank_id", "organization_id", "severity_rank", "id"),
        Index("ix_finding_organization_id_last_seen_at_id", "organization_id", "last_seen_at", "id"),
        Index("ix_finding_organization_id_due_at_id", "organization_id", "due_at", "id"),
        Index("ix_finding_site_id_state_id", "site_id", "state", "id"),
    )

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    site_id: Mapped[int] = mapped_column(BigInt, ForeignKey("site.id", ondelete="CASCADE"))
    fingerprint: Mapped[str] = mapped_column(String(32))
    rule: Mapped[str] = mapped_column(String(120))
    cls: Mapped[str] = mapped_column(String(80))
    severity: Mapped[str] = mapped_column(
        Enum(*FINDING_SEVERITIES, name="severity", native_enum=False, create_constraint=True, length=16)
    )
    # The severity as a number, for the list's order: 0 is info, 4 critical.
    severity_rank: Mapped[int] = mapped_column(Integer)
    confidence: Mapped[str] = mapped_column(String(16))
    cvss: Mapped[str | None] = mapped_column(String(120), default=None)
    cwe: Mapped[list[str]] = mapped_column(JSON, default=list)
    owasp: Mapped[str | None] = mapped_column(String(16), default=None)
    place: Mapped[str] = mapped_column(String(500), default="")
    method: Mapped[str] = mapped_column(String(16), default="GET")
    url: Mapped[str] = mapped_column(Text)
    parameter: Mapped[str | None] = mapped_column(String(200), default=None)
    component: Mapped[str | None] = mapped_column(String(200), default=None)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    reference_urls: Mapped[list[str]] = mapped_column(JSON, default=list)
    # Its title in both languages, for search; the pages make theirs anew.
    title_en: Mapped[str] = mapped_column(String(300), default="")
    title_zh: Mapped[str] = mapped_column(String(300), default="")
    source: Mapped[str] = mapped_column(
        Enum(*FINDING_SOURCES, name="source", native_enum=False, create_constraint=True, length=16),
        default="scan",
    )
    state: Mapped[str] = mapped_column(
        Enum(*FINDING_STATES, name="state", native_enum=False, create_constraint=True, length=16),
        default="open",
    )
    state_since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    assignee_id: Mapped[int | None] = mapped_column(BigInt, default=None, index=True)
    assignee_email: Mapped[str] = mapped_column(String(254), default="")
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    # Who answers for leaving it as it is, or for its being none, why, and (accepted) until when.
    accepted_by: Mapped[str] = mapped_column(String(254), default="")
    accepted_reason: Mapped[str] = mapped_column(Text, default="")
    accepted_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None, index=True)
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    fixed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    first_scan_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    last_scan_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    missed: Mapped[int] = mapped_column(Integer, default=0)
    reopened: Mapped[int] = mapped_column(Integer, default=0)

    site: Mapped[Site] = relationship(lazy="raise")


class FindingLocation(Identified, Model):
    """One address where a finding was seen, with what proves it; secrets are masked in all of it."""

    __tablename__ = "finding_location"
    __table_args__ = (UniqueConstraint("finding_id", "url_sha256"),)

    finding_id: Mapped[int] = mapped_column(BigInt, ForeignKey("finding.id", ondelete="CASCADE"))
    url_sha256: Mapped[str] = mapped_column(String(64))
    url: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text, default="")
    request: Mapped[str] = mapped_column(Text, default="")
    response: Mapped[str] = mapped_column(Text, default="")
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FindingHistory(Identified, Model):
    """What somebody, or a scan, did to a finding. `kind` is opened, state, seen, assigned, due or comment."""

    __tablename__ = "finding_history"
    __table_args__ = (Index("ix_finding_history_finding_id_id", "finding_id", "id"),)

    finding_id: Mapped[int] = mapped_column(BigInt, ForeignKey("finding.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    kind: Mapped[str] = mapped_column(String(16))
    # Empty: a scan did it.
    by: Mapped[str] = mapped_column(String(254), default="")
    user_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    scan_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    before: Mapped[str] = mapped_column(String(254), default="")
    after: Mapped[str] = mapped_column(String(254), default="")
    note: Mapped[str] = mapped_column(Text, default="")
