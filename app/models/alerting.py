"""Who is told, when, and in which order; and every decision about it, with its reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Enum, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.models.base import BigInt, Identified, Model, Timestamped, UtcDateTime

NOTICE_STATES = ("told", "held", "dropped")


class EscalationPolicy(Identified, Timestamped, Model):
    """Whom an incident is told, step by step, until somebody acknowledges it."""

    __tablename__ = "escalation_policy"
    __table_args__ = (Index("ix_escalation_policy_organization_id_id", "organization_id", "id"),)

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    # [{"after_minutes", "channels": [id], "rotas": [id], "users": [id]}], the soonest first.
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    # How often the steps are gone through again when nobody has answered, and how long after the last one.
    repeats: Mapped[int] = mapped_column(Integer, default=0)
    repeat_minutes: Mapped[int] = mapped_column(Integer, default=30)
    # Those who were told are reminded this often while it is open and not acknowledged; None: never.
    remind_minutes: Mapped[int | None] = mapped_column(Integer, default=None)
    # Its messages wake people up: quiet hours and digests do not hold them.
    is_urgent: Mapped[bool] = mapped_column(Boolean, default=False)


class Rota(Identified, Timestamped, Model):
    """Who is on call: layers of turns, a later layer before an earlier one, overrides before them all."""

    __tablename__ = "rota"
    __table_args__ = (Index("ix_rota_organization_id_id", "organization_id", "id"),)

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    zone: Mapped[str] = mapped_column(String(64))
    # [{"name", "participants": [user id], "days": 7, "time": "09:00", "starts_on": "2026-11-02", "hours": …}]
    layers: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    # SHA-256 of what the address of its calendar contains; None: there is no calendar.
    feed_hash: Mapped[str | None] = mapped_column(String(64), default=None, unique=True)


class RotaOverride(Identified, Timestamped, Model):
    """Somebody takes over for a while."""

    __tablename__ = "rota_override"
    __table_args__ = (Index("ix_rota_override_rota_id_ends_at", "rota_id", "ends_at"),)

    rota_id: Mapped[int] = mapped_column(BigInt, ForeignKey("rota.id", ondelete="CASCADE"))
    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(BigInt)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[int | None] = mapped_column(BigInt, default=None)


class IncidentNotice(Identified, Model):
    """One decision: what was told to a channel, or why it was not. Held ones are looked at again at `due_at`.

    Without a channel it is about the incident as a whole.
    """

    __tablename__ = "incident_notice"
    __table_args__ = (
        Index("ix_incident_notice_incident_id_id", "incident_id", "id"),
        Index("ix_incident_notice_state_due_at", "state", "due_at"),
        Index("ix_incident_notice_organization_id_at", "organization_id", "at"),
    )

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    incident_id: Mapped[int] = mapped_column(BigInt, ForeignKey("incident.id", ondelete="CASCADE"))
    channel_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    # For whom the channel was chosen: who is on call, or the assigned one.
    user_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    # The message's kind: incident.opened, incident.reminder, …
    kind: Mapped[str] = mapped_column(String(48))
    state: Mapped[str] = mapped_column(
        Enum(*NOTICE_STATES, name="state", native_enum=False, create_constraint=True, length=16)
    )
    held_by: Mapped[str | None] = mapped_column(String(32), default=None)
    # What a person wants to know about it: the parent's name and since when, the step, until when.
    why: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class AlertStorm(Identified, Model):
    """Many incidents at once, told in one message."""

    __tablename__ = "alert_storm"
    __table_args__ = (Index("ix_alert_storm_organization_id_ended_at", "organization_id", "ended_at"),)

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class Flap(Model):
    """A monitor that goes up and down: said once, then nothing until it is calm."""

    __tablename__ = "flap"

    monitor_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("monitor.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    incident_id: Mapped[int] = mapped_column(BigInt)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AlertTurn(Model):
    """Whoever decides for an organization holds its row, so that two never decide at once."""

    __tablename__ = "alert_turn"

    organization_id: Mapped[int] = mapped_column(
        BigInt,
        ForeignKey("organization.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    turns: Mapped[int] = mapped_column(Integer, default=0)
