"""Where notifications go, what is to go there, and every attempt to bring it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Enum, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.clock import now
from app.models.base import BigInt, Identified, Model, Timestamped, UtcDateTime

DELIVERY_STATES = ("pending", "sending", "sent", "failed")


class Channel(Identified, Timestamped, Model):
    __tablename__ = "channel"
    __table_args__ = (Index("ix_channel_organization_id_id", "organization_id", "id"),)

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    type: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(200))
    sealed_config: Mapped[str] = mapped_column(Text)
    is_enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    # Which tamper alerts and weaknesses come here: their severities, and "notice" for notices of changed
    # pages. None: the default.
    alert_severities: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True), default=None)
    # When it is not to be disturbed and how it likes to be told: {"quiet": …, "digest_minutes": …}.
    manners: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)


class Delivery(Identified, Timestamped, Model):
    """One message to one channel. The row is the queue; state, next_attempt_at and claimed_until move it."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_organization_id_id", "organization_id", "id"),
        Index("ix_delivery_state_next_attempt_at", "state", "next_attempt_at"),
        Index("ix_delivery_channel_id_id", "channel_id", "id"),
    )

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    channel_id: Mapped[int] = mapped_column(BigInt, ForeignKey("channel.id", ondelete="CASCADE"))
    incident_id: Mapped[int | None] = mapped_column(BigInt, default=None, index=True)
    alert_id: Mapped[int | None] = mapped_column(BigInt, default=None, index=True)
    kind: Mapped[str] = mapped_column(String(48))
    message: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(
        Enum(*DELIVERY_STATES, name="state", native_enum=False, create_constraint=True, length=16),
        default="pending",
    )
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    last_error: Mapped[str] = mapped_column(Text, default="")

    channel: Mapped[Channel] = relationship(lazy="raise")


class DeliveryAttempt(Identified, Model):
    __tablename__ = "delivery_attempt"
    __table_args__ = (Index("ix_delivery_attempt_delivery_id_id", "delivery_id", "id"),)

    delivery_id: Mapped[int] = mapped_column(BigInt, ForeignKey("delivery.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    is_ok: Mapped[bool] = mapped_column(Boolean)
    http_status: Mapped[int | None] = mapped_column(Integer, default=None)
    ms: Mapped[float | None] = mapped_column(Float, default=None)
    error: Mapped[str] = mapped_column(Text, default="")
