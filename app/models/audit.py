"""Who changed what: one row a change, never edited."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.models.base import BigInt, Identified, Model, UtcDateTime


class AuditEntry(Identified, Model):
    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_organization_id_id", "organization_id", "id"),)

    organization_id: Mapped[int | None] = mapped_column(
        BigInt, ForeignKey("organization.id", ondelete="CASCADE")
    )
    user_id: Mapped[int | None] = mapped_column(BigInt)
    user_email: Mapped[str] = mapped_column(String(254), default="")
    way: Mapped[str] = mapped_column(String(16))
    ip: Mapped[str] = mapped_column(String(45), default="")
    request_id: Mapped[str] = mapped_column(String(64), default="")
    action: Mapped[str] = mapped_column(String(64))
    object_type: Mapped[str] = mapped_column(String(32))
    object_id: Mapped[int | None] = mapped_column(BigInt)
    before: Mapped[Any | None] = mapped_column(JSON(none_as_null=True), nullable=True, default=None)
    after: Mapped[Any | None] = mapped_column(JSON(none_as_null=True), nullable=True, default=None)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
