"""Long work: a row a job. And when the scheduled jobs of a daily time were last begun."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Enum, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import BigInt, Identified, Model, Timestamped, UtcDateTime

JOB_STATES = ("queued", "running", "done", "failed", "cancelled")


class Job(Identified, Timestamped, Model):
    """One piece of long work, and what became of it.

    Who runs it holds it until `leased_until` under the name `runner`, and says so again and again; after
    that moment it is anybody's. `place` is how far a job is that goes on where it stopped, moved in the
    transaction that does the work. What was handed in and what came out are files.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_organization_id_id", "organization_id", "id"),
        Index("ix_job_state_id", "state", "id"),
        Index("ix_job_kept_until", "kept_until"),
    )

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    # Not a foreign key: what was done stays when who asked for it is gone.
    user_id: Mapped[int] = mapped_column(BigInt)
    asked_by: Mapped[str] = mapped_column(String(254), default="")
    way: Mapped[str] = mapped_column(String(16), default="session")
    ip: Mapped[str] = mapped_column(String(45), default="")
    kind: Mapped[str] = mapped_column(String(32))
    values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(
        Enum(*JOB_STATES, name="state", native_enum=False, create_constraint=True, length=16),
        default="queued",
    )
    is_cancel_asked: Mapped[bool] = mapped_column(Boolean, default=False)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    runner: Mapped[str] = mapped_column(String(64), default="")
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    place: Mapped[int] = mapped_column(Integer, default=0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int | None] = mapped_column(Integer, default=None)
    outcome: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # Why it failed: the code of a sentence, or the sentence of one of our errors.
    problem: Mapped[str] = mapped_column(String(500), default="")
    # Not foreign keys: files have a time of their own at which they go.
    input_file_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    input_name: Mapped[str] = mapped_column(String(200), default="")
    result_file_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    result_name: Mapped[str] = mapped_column(String(200), default="")
    result_size: Mapped[int] = mapped_column(BigInt, default=0)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    kept_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class DailyJob(Model):
    """A scheduled job of a daily time. `begun_ms` is the moment it was last due and begun, so that any number
    of schedulers begin it once. `at` ("HH:MM") and `zone`, when somebody has chosen another time.
    """

    __tablename__ = "daily_job"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    begun_ms: Mapped[int] = mapped_column(BigInt, default=0)
    at: Mapped[str | None] = mapped_column(String(5), default=None)
    zone: Mapped[str | None] = mapped_column(String(64), default=None)
