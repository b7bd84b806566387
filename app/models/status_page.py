"""Pages that anybody may see: what is up, what was, and what we say about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Enum, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.clock import now
from app.models.base import BigInt, Identified, Model, Timestamped, UtcDateTime

NOTICE_STATES = ("investigating", "identified", "watching", "resolved")


class StatusPage(Identified, Timestamped, Model):
    """`items` are its lines: {"key" (public), "section", "kind" (site or monitor), "id", "name"}."""

    __tablename__ = "status_page"
    __table_args__ = (Index("ix_status_page_organization_id_id", "organization_id", "id"),)

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    intro: Mapped[str] = mapped_column(Text, default="")
    is_published: Mapped[bool] = mapped_column(Boolean, default=True)
    shows_times: Mapped[bool] = mapped_column(Boolean, default=False)
    days: Mapped[int] = mapped_column(Integer, default=90)
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)


class StatusNotice(Identified, Timestamped, Model):
    """Something we tell visitors of, and its updates."""

    __tablename__ = "status_notice"
    __table_args__ = (Index("ix_status_notice_page_id_id", "page_id", "id"),)

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    page_id: Mapped[int] = mapped_column(BigInt, ForeignKey("status_page.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(
        Enum(*NOTICE_STATES, name="state", native_enum=False, create_constraint=True, length=16)
    )
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)

    updates: Mapped[list[StatusUpdate]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="StatusUpdate.id.desc()", passive_deletes=True
    )


class StatusUpdate(Identified, Model):
    __tablename__ = "status_update"
    __table_args__ = (Index("ix_status_update_notice_id_id", "notice_id", "id"),)

    notice_id: Mapped[int] = mapped_column(BigInt, ForeignKey("status_notice.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    state: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
