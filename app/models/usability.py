"""Availability: monitors, their present state, incidents, and where probes run."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Enum, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import BigInt, Identified, Model, Timestamped, UtcDateTime
from app.models.site import Site
from app.models.tamper import Watch

STATES = ("PENDING", "UP", "DOWN", "DEGRADED", "REGIONAL", "UNKNOWN", "PAUSED", "MAINTENANCE")


class Location(Identified, Timestamped, Model):
    """Where probes run; `number` is its short form in the result tables."""

    __tablename__ = "location"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    number: Mapped[int] = mapped_column(Integer, unique=True)


class Monitor(Identified, Timestamped, Model):
    """One availability check on a schedule."""

    __tablename__ = "monitor"
    __table_args__ = (
        Index("ix_monitor_organization_id_id", "organization_id", "id"),
        Index("ix_monitor_site_id_id", "site_id", "id"),
    )

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    site_id: Mapped[int] = mapped_column(BigInt, ForeignKey("site.id", ondelete="CASCADE"))
    type: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(200))
    interval_seconds: Mapped[int] = mapped_column(Integer, default=60)
    timeout_seconds: Mapped[int | None] = mapped_column(Integer, default=None)
    confirm_count: Mapped[int] = mapped_column(Integer, default=2)
    recover_count: Mapped[int] = mapped_column(Integer, default=2)
    is_paused: Mapped[bool] = mapped_column(Boolean, default=False)
    config: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    sealed_secrets: Mapped[str | None] = mapped_column(Text, default=None)
    revision: Mapped[int] = mapped_column(Integer, default=1)

    site: Mapped[Site] = relationship(lazy="raise")
    state: Mapped[MonitorState] = relationship(
        back_populates="monitor", cascade="all, delete-orphan", lazy="selectin", passive_deletes=True
    )

    @property
    def effective_timeout_ms(self) -> int:
        """Given, or 80 % of the interval and at most 10 s, so that one check ends before the next starts."""
        if self.timeout_seconds is not None:
            return self.timeout_seconds * 1000
        return min(10_000, self.interval_seconds * 800)


class MonitorState(Model):
    """The state machine's memory of one monitor, and its newest sample. Written by the recorder only."""

    __tablename__ = "monitor_state"
    __table_args__ = (Index("ix_monitor_state_state_last_known_ms", "state", "last_known_ms"),)

    monitor_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("monitor.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    state: Mapped[str] = mapped_column(
        Enum(*STATES, name="state", native_enum=False, create_constraint=True, length=16), default="PENDING"
    )
    since_ms: Mapped[int] = mapped_column(BigInt)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    successes: Mapped[int] = mapped_column(Integer, default=0)
    first_failure_ms: Mapped[int | None] = mapped_column(BigInt, default=None)
    last_due_ms: Mapped[int] = mapped_column(BigInt, default=0)
    last_known_ms: Mapped[int] = mapped_column(BigInt, default=0)
    incident_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    last_status: Mapped[str | None] = mapped_column(String(8), default=None)
    last_reason: Mapped[str | None] = mapped_column(String(32), default=None)
    last_detail: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    last_total_ms: Mapped[float | None] = mapped_column(default=None)
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)

    monitor: Mapped[Monitor] = relationship(back_populates="state", lazy="raise")


class Incident(Identified, Timestamped, Model):
    """A period during which something is wrong, with a cause: found by a monitor, or on a watched page."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_organization_id_id", "organization_id", "id"),
        Index("ix_incident_site_id_id", "site_id", "id"),
        Index("ix_incident_monitor_id_id", "monitor_id", "id"),
        Index("ix_incident_watch_id_id", "watch_id", "id"),
    )

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    site_id: Mapped[int] = mapped_column(BigInt, ForeignKey("site.id", ondelete="CASCADE"))
    monitor_id: Mapped[int | None] = mapped_column(
        BigInt, ForeignKey("monitor.id", ondelete="CASCADE"), default=None
    )
    watch_id: Mapped[int | None] = mapped_column(
        BigInt, ForeignKey("watch.id", ondelete="CASCADE"), default=None
    )
    severity: Mapped[str] = mapped_column(String(16), default="critical")
    cause: Mapped[str] = mapped_column(String(48))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    closed_by: Mapped[str | None] = mapped_column(String(16), default=None)
    acked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    acked_by: Mapped[int | None] = mapped_column(BigInt, default=None)

    monitor: Mapped[Monitor | None] = relationship(lazy="raise")
    watch: Mapped[Watch | None] = relationship(lazy="raise")
    site: Mapped[Site] = relationship(lazy="raise")
