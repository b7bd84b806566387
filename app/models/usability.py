"""Availability: monitors, their present state, and how they hang together."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Boolean, Enum, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import BigInt, Identified, Model, Timestamped
from app.models.site import Site

STATES = ("PENDING", "UP", "DOWN", "DEGRADED", "REGIONAL", "UNKNOWN", "PAUSED", "MAINTENANCE")


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
    # Good means bad and the other way round: for what must not answer.
    is_inverted: Mapped[bool] = mapped_column(Boolean, default=False)
    # How soon a first failure is looked at again; None: with the next check.
    retry_seconds: Mapped[int | None] = mapped_column(Integer, default=None)
    # Slow is what takes longer than this, or than so many times what was usual at that hour of the week.
    slow_ms: Mapped[int | None] = mapped_column(Integer, default=None)
    slow_factor: Mapped[float | None] = mapped_column(Float, default=None)
    # Codes of the locations that check it; empty: the installation's own.
    locations: Mapped[list[str]] = mapped_column(JSON, default=list)
    # How many of them have to agree; None: more than half.
    quorum: Mapped[int | None] = mapped_column(Integer, default=None)
    # Who is told, step by step; None: every channel at once.
    escalation_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    # What a target that reports by itself puts into the address it calls.
    push_token: Mapped[str | None] = mapped_column(String(64), default=None, unique=True)

    site: Mapped[Site] = relationship(lazy="raise")
    state: Mapped[MonitorState] = relationship(
        back_populates="monitor", cascade="all, delete-orphan", lazy="selectin", passive_deletes=True
    )

    dependency_rows: Mapped[list[MonitorDependency]] = relationship(
        foreign_keys="MonitorDependency.monitor_id", order_by="MonitorDependency.parent_id", viewonly=True
    )

    @property
    def dependencies(self) -> list[int]:
        """The monitors it depends on, by id."""
        return [row.parent_id for row in self.dependency_rows]

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
    # The state machine's own form of its memory; the columns above are what pages and queries ask for.
    memory: Mapped[str | None] = mapped_column(Text, default=None)
    is_flapping: Mapped[bool] = mapped_column(Boolean, default=False)
    # {location code: {"status", "reason", "due_ms", "total_ms"}}, where there are several.
    votes: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)

    monitor: Mapped[Monitor] = relationship(back_populates="state", lazy="raise")


class MonitorDependency(Model):
    """While the parent is in trouble, nobody is told of the monitor's own; it is measured all the same."""

    __tablename__ = "monitor_dependency"

    monitor_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("monitor.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    parent_id: Mapped[int] = mapped_column(
        BigInt,
        ForeignKey("monitor.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )


class GroupMember(Model):
    """Which monitors a group sums up."""

    __tablename__ = "group_member"

    group_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("monitor.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    member_id: Mapped[int] = mapped_column(
        BigInt,
        ForeignKey("monitor.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )
