"""Where probes run."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Boolean, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import BigInt, Identified, Model, Timestamped


class Location(Identified, Timestamped, Model):
    """Where probes run; `number` is its short form in the result tables."""

    __tablename__ = "location"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    number: Mapped[int] = mapped_column(Integer, unique=True)
    is_enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    # What signs the messages to and from its probes; None: the installation's own location.
    sealed_key: Mapped[str | None] = mapped_column(Text, default=None)
    # What its probes look at to learn whether their own network is there.
    control_targets: Mapped[list[str]] = mapped_column(JSON, default=list)
    last_seen_ms: Mapped[int | None] = mapped_column(BigInt, default=None)
    # What its probes last said of themselves: control targets, load, version.
    last_report: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
