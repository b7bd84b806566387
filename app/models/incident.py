"""Incidents: what was wrong, what caused it, who was told, and what people said about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Enum, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.clock import now
from app.models.base import BigInt, Identified, Model, Timestamped, UtcDateTime
from app.models.site import Site
from app.models.tamper import Watch
from app.models.usability import Monitor

# none: somebody else tells of it · pending: to be decided at `decide_at` · told · held: not yet, or never
# (`held_by`) · closing: told of, and over · done.
TELLINGS = ("none", "pending", "told", "held", "closing", "done")


class Incident(Identified, Timestamped, Model):
    """A period during which something is wrong, with a cause: found by a monitor, or on a watched page."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_telling_decide_at", "telling", "decide_at"),
        Index("ix_incident_escalate_at", "escalate_at"),
        Index("ix_incident_organization_id_id", "organization_id", "id"),
        Index("ix_incident_organization_id_closed_at_id", "organization_id", "closed_at", "id"),
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
    # How bad: down, degraded (slow) or regional (some locations).
    level: Mapped[str] = mapped_column(String(16), default="down")
    # What turned out, by late results, never to have happened.
    is_withdrawn: Mapped[bool] = mapped_column(Boolean, default=False)
    # What each location said when it opened, and when it closed: [{"location", "status", "reason", …}].
    votes: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    # Whose fault, by which rule, and what shows it.
    category: Mapped[str | None] = mapped_column(String(24), default=None)
    rule: Mapped[str | None] = mapped_column(String(48), default=None)
    evidence: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    assigned_to: Mapped[int | None] = mapped_column(BigInt, default=None)
    # Whether people were told, and what held it back.
    telling: Mapped[str] = mapped_column(
        Enum(*TELLINGS, name="telling", native_enum=False, create_constraint=True, length=16), default="none"
    )
    held_by: Mapped[str | None] = mapped_column(String(32), default=None)
    decide_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    storm_id: Mapped[int | None] = mapped_column(BigInt, default=None, index=True)
    escalation: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    escalate_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)

    monitor: Mapped[Monitor | None] = relationship(lazy="raise")
    watch: Mapped[Watch | None] = relationship(lazy="raise")
    site: Mapped[Site] = relationship(lazy="raise")


class IncidentComment(Identified, Model):
    __tablename__ = "incident_comment"
    __table_args__ = (Index("ix_incident_comment_incident_id_id", "incident_id", "id"),)

    incident_id: Mapped[int] = mapped_column(BigInt, ForeignKey("incident.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    author: Mapped[str] = mapped_column(String(254))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    text: Mapped[str] = mapped_column(Text)
