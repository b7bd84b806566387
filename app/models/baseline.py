"""What is usual of a monitor, learned from its past."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import BigInt, Model


class LatencyBaseline(Model):
    """How long a monitor's answers usually take, by hour of the week.

    `body` is `app.engine.usability.baseline.Usual` as bytes.
    """

    __tablename__ = "latency_baseline"

    monitor_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("monitor.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    learned_ms: Mapped[int] = mapped_column(BigInt)
    body: Mapped[bytes] = mapped_column(LargeBinary)
