"""Planned work: when it takes place and what it covers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import BigInt, Identified, Model, Timestamped


class MaintenanceWindow(Identified, Timestamped, Model):
    """`starts` is a wall-clock time (`2026-11-21T02:00`) of `timezone`; without a `rule` it is held once."""

    __tablename__ = "maintenance_window"
    __table_args__ = (Index("ix_maintenance_window_organization_id_id", "organization_id", "id"),)

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="")
    timezone: Mapped[str] = mapped_column(String(64))
    starts: Mapped[str] = mapped_column(String(16))
    minutes: Mapped[int] = mapped_column(Integer)
    rule: Mapped[str | None] = mapped_column(String(400), default=None)
    is_enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    # Everything of the organization, or the sites, tags and monitors named below (a group: its members).
    covers_all: Mapped[bool] = mapped_column(Boolean, default=False)
    site_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    monitor_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    # Start (unix ms, as text) → its end when it was ended early, or null when it was skipped.
    exceptions: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
