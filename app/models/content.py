"""What an organization holds in the content store, and the chain of its evidence packages."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.models.base import BigInt, Identified, Model, UtcDateTime


class Content(Model):
    """One object an organization holds. `stored_bytes` is what it takes on disk, compressed."""

    __tablename__ = "content"
    __table_args__ = (Index("ix_content_sha256", "sha256"),)

    organization_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    size: Mapped[int] = mapped_column(Integer)
    stored_bytes: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Evidence(Identified, Model):
    """An evidence package that was handed out. `head` is the hash that the next one names."""

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("organization_id", "number"),
        Index("ix_evidence_alert_id_id", "alert_id", "id"),
    )

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    # Not a foreign key: the chain must stay whole when an alert is deleted.
    alert_id: Mapped[int] = mapped_column(BigInt)
    number: Mapped[int] = mapped_column(Integer)
    head: Mapped[str] = mapped_column(String(64))
    previous_head: Mapped[str] = mapped_column(String(64), default="")
    size: Mapped[int] = mapped_column(BigInt)
    user_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
