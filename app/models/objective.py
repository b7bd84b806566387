"""Objectives: what an organization promises of a site, how much of it is used up, and how fast."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Boolean, Enum, Float, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import BigInt, Identified, Model, Timestamped
from app.models.site import Site
from app.models.usability import Monitor

KINDS = ("availability", "latency")
WINDOWS = ("7d", "28d", "30d", "90d", "month")


class Objective(Identified, Timestamped, Model):
    """`target` percent of what `kind` counts, over `window`: of a site's monitors, or of one of them."""

    __tablename__ = "objective"
    __table_args__ = (
        Index("ix_objective_organization_id_id", "organization_id", "id"),
        Index("ix_objective_site_id_id", "site_id", "id"),
        Index("ix_objective_monitor_id", "monitor_id"),
    )

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    site_id: Mapped[int] = mapped_column(BigInt, ForeignKey("site.id", ondelete="CASCADE"))
    monitor_id: Mapped[int | None] = mapped_column(
        BigInt, ForeignKey("monitor.id", ondelete="CASCADE"), default=None
    )
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(
        Enum(*KINDS, name="kind", native_enum=False, create_constraint=True, length=16)
    )
    target: Mapped[float] = mapped_column(Float)
    # Of a latency objective: what an answer may take at most.
    threshold_ms: Mapped[int | None] = mapped_column(Integer, default=None)
    window: Mapped[str] = mapped_column(
        Enum(*WINDOWS, name="window", native_enum=False, create_constraint=True, length=8), default="30d"
    )
    counts_maintenance: Mapped[bool] = mapped_column(Boolean, default=False)
    is_enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    # What the last evaluation found: {"good", "bad", "share", "left", "rates": {"1h": …}}.
    status: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    evaluated_ms: Mapped[int | None] = mapped_column(BigInt, default=None)
    # The gravest alert that stands: fast, medium or slow, and since when.
    burning: Mapped[str | None] = mapped_column(String(8), default=None)
    burning_since_ms: Mapped[int | None] = mapped_column(BigInt, default=None)

    site: Mapped[Site] = relationship(lazy="raise")
    monitor: Mapped[Monitor | None] = relationship(lazy="raise")
