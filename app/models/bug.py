"""Weaknesses: whose a host is, how a site is scanned, the scans, and the operator's own templates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Enum,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.clock import now
from app.models.base import BigInt, Identified, Model, Timestamped, UtcDateTime
from app.models.site import Site

OWNERSHIP_STATES = ("pending", "verified", "revoked")
OWNERSHIP_METHODS = ("dns", "file", "meta")
SCAN_PROFILES = ("passive", "standard", "full")
SCAN_SCHEDULES = ("off", "daily", "weekly", "monthly")
SCAN_STATES = ("queued", "running", "done", "stopped", "failed", "refused")
SCAN_TRIGGERS = ("demand", "schedule", "deployment", "change", "retest")
MediumBytes = LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")


class HostOwnership(Identified, Timestamped, Model):
    """One host of a site, and whether the organization has shown that it is theirs.

    `host` is in lower case, with its port where that is not the default one. `method` is the way that has
    worked: a meta tag permits looking passively, and no more.
    """

    __tablename__ = "host_ownership"
    __table_args__ = (
        UniqueConstraint("site_id", "host"),
        Index("ix_host_ownership_organization_id_id", "organization_id", "id"),
        Index("ix_host_ownership_next_check_at", "next_check_at"),
    )

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    site_id: Mapped[int] = mapped_column(BigInt, ForeignKey("site.id", ondelete="CASCADE"))
    host: Mapped[str] = mapped_column(String(300))
    token: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(
        Enum(*OWNERSHIP_STATES, name="state", native_enum=False, create_constraint=True, length=16),
        default="pending",
    )
    method: Mapped[str | None] = mapped_column(String(8), default=None)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    last_checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    next_check_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)

    site: Mapped[Site] = relationship(lazy="raise")


class OwnershipCheck(Identified, Model):
    """One look at whether a host is ours, and what it said: `code` is a code of a sentence."""

    __tablename__ = "ownership_check"
    __table_args__ = (Index("ix_ownership_check_ownership_id_id", "ownership_id", "id"),)

    ownership_id: Mapped[int] = mapped_column(BigInt, ForeignKey("host_ownership.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    method: Mapped[str] = mapped_column(String(8))
    is_ok: Mapped[bool] = mapped_column(Boolean)
    code: Mapped[str] = mapped_column(String(48), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    by: Mapped[str] = mapped_column(String(254), default="")


class ScanSettings(Timestamped, Model):
    """How a site is scanned, and what its owner has consented to. `hour` and the allowed hours are local."""

    __tablename__ = "scan_settings"
    __table_args__ = (Index("ix_scan_settings_next_due_at", "next_due_at"),)

    site_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("site.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    profile: Mapped[str] = mapped_column(
        Enum(*SCAN_PROFILES, name="profile", native_enum=False, create_constraint=True, length=16),
        default="passive",
    )
    # None: the profile's.
    budget: Mapped[int | None] = mapped_column(Integer, default=None)
    rate: Mapped[float] = mapped_column(Float, default=2.0)
    connections: Mapped[int] = mapped_column(Integer, default=2)
    schedule: Mapped[str] = mapped_column(
        Enum(*SCAN_SCHEDULES, name="schedule", native_enum=False, create_constraint=True, length=16),
        default="off",
    )
    hour: Mapped[int] = mapped_column(Integer, default=3)
    # Monday is 0; of the month, at most 28, so that every month has it.
    weekday: Mapped[int] = mapped_column(Integer, default=0)
    month_day: Mapped[int] = mapped_column(Integer, default=1)
    # None: the organization's.
    timezone: Mapped[str | None] = mapped_column(String(64), default=None)
    # Scans run from this hour until before that one, over midnight where the second is smaller; None: always.
    from_hour: Mapped[int | None] = mapped_column(Integer, default=None)
    until_hour: Mapped[int | None] = mapped_column(Integer, default=None)
    # Name → {"by", "user_id", "at"}: which probes the owner agreed to, who said so and when.
    consents: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # The log-in without its secrets, which are sealed.
    login: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    sealed_login: Mapped[str | None] = mapped_column(Text, default=None)
    after_deployment: Mapped[bool] = mapped_column(Boolean, default=False)
    on_change: Mapped[bool] = mapped_column(Boolean, default=False)
    uses_templates: Mapped[bool] = mapped_column(Boolean, default=False)
    # Ids of the templates to use; None: every enabled one.
    template_ids: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True), default=None)
    next_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    # What was last seen of the site by the other jobs, for `on_change`.
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Scan(Identified, Timestamped, Model):
    """One run of the checks over a site, or the retest of one finding.

    The three keys are empty when the scan is over. Each is unique, so that a site has one waiting scan, a
    finding one waiting retest, and a site and a host one running scan.
    """

    __tablename__ = "scan"
    __table_args__ = (
        UniqueConstraint("waiting_key"),
        UniqueConstraint("running_site_id"),
        UniqueConstraint("running_host"),
        Index("ix_scan_organization_id_id", "organization_id", "id"),
        Index("ix_scan_site_id_id", "site_id", "id"),
        Index("ix_scan_state_starts_at", "state", "starts_at"),
    )

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    site_id: Mapped[int] = mapped_column(BigInt, ForeignKey("site.id", ondelete="CASCADE"))
    # The finding that is retested.
    finding_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    state: Mapped[str] = mapped_column(
        Enum(*SCAN_STATES, name="state", native_enum=False, create_constraint=True, length=16),
        default="queued",
    )
    trigger: Mapped[str] = mapped_column(
        Enum(*SCAN_TRIGGERS, name="trigger", native_enum=False, create_constraint=True, length=16)
    )
    url: Mapped[str] = mapped_column(String(2000))
    profile: Mapped[str] = mapped_column(String(16))
    budget: Mapped[int] = mapped_column(Integer)
    rate: Mapped[float] = mapped_column(Float)
    connections: Mapped[int] = mapped_column(Integer)
    requested_by: Mapped[str] = mapped_column(String(254), default="")
    # Not before this: the next of the allowed hours.
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    stopped_by: Mapped[str] = mapped_column(String(254), default="")
    waiting_key: Mapped[str | None] = mapped_column(String(48), default=None)
    running_site_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    running_host: Mapped[str | None] = mapped_column(String(300), default=None)
    requests: Mapped[int] = mapped_column(Integer, default=0)
    pages: Mapped[int] = mapped_column(Integer, default=0)
    is_complete: Mapped[bool] = mapped_column(Boolean, default=False)
    # Why it ended as it did: a code of a sentence, and its values.
    reason: Mapped[str | None] = mapped_column(String(48), default=None)
    reason_detail: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    # A retest's answer: still_there, not_seen or unknown.
    answer: Mapped[str | None] = mapped_column(String(16), default=None)
    score: Mapped[int | None] = mapped_column(Integer, default=None)
    grade: Mapped[str | None] = mapped_column(String(4), default=None)
    new_findings: Mapped[int] = mapped_column(Integer, default=0)
    reopened_findings: Mapped[int] = mapped_column(Integer, default=0)
    fixed_findings: Mapped[int] = mapped_column(Integer, default=0)
    # The site's living findings after it, by severity.
    open_by_severity: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)

    site: Mapped[Site] = relationship(lazy="raise")


class ScanReport(Model):
    """What a scan has looked at and seen: `body` is JSON, compressed by zlib."""

    __tablename__ = "scan_report"

    scan_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("scan.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    body: Mapped[bytes] = mapped_column(MediumBytes)


class BugTemplate(Identified, Timestamped, Model):
    """A nuclei-format template of the operator. A refused one is kept with the reasons, and never run."""

    __tablename__ = "bug_template"
    __table_args__ = (
        UniqueConstraint("organization_id", "name"),
        Index("ix_bug_template_organization_id_id", "organization_id", "id"),
    )

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    # The template's own id.
    name: Mapped[str] = mapped_column(String(200))
    filename: Mapped[str] = mapped_column(String(200), default="")
    title: Mapped[str] = mapped_column(String(300), default="")
    severity: Mapped[str] = mapped_column(String(16), default="info")
    body: Mapped[bytes] = mapped_column(MediumBytes)
    is_refused: Mapped[bool] = mapped_column(Boolean, default=False)
    # Why it does not run: [{"reason", "what", "sentence"}].
    refused: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    is_enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    uploaded_by: Mapped[str] = mapped_column(String(254), default="")
