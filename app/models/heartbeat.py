"""Calls of targets that report by themselves."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import BigInt, Model


class Heartbeat(Model):
    """What was last heard of one target, and by when it has to be heard of again (unix ms)."""

    __tablename__ = "heartbeat"

    monitor_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("monitor.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    deadline_ms: Mapped[int] = mapped_column(BigInt, index=True)
    last_call_ms: Mapped[int | None] = mapped_column(BigInt, default=None)
    last_kind: Mapped[str | None] = mapped_column(String(8), default=None)
    # When a run began that has not said yet how it ended.
    started_ms: Mapped[int | None] = mapped_column(BigInt, default=None)
