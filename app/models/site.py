"""Sites, their tags, and the timeline that everything about a site is written on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.clock import now
from app.models.base import BigInt, Identified, Model, Timestamped, UtcDateTime


class Site(Identified, Timestamped, Model):
    __tablename__ = "site"
    __table_args__ = (
        Index("ix_site_organization_id_name", "organization_id", "name"),
        Index("ix_site_organization_id_id", "organization_id", "id"),
    )

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    base_url: Mapped[str] = mapped_column(String(2000))
    description: Mapped[str] = mapped_column(Text, default="")
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)

    tag_rows: Mapped[list[SiteTag]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="SiteTag.tag", passive_deletes=True
    )

    @property
    def tags(self) -> list[str]:
        return [row.tag for row in self.tag_rows]

    @tags.setter
    def tags(self, tags: list[str]) -> None:
        kept = {row.tag: row for row in self.tag_rows}
        self.tag_rows = [
            kept.get(tag) or SiteTag(tag=tag, organization_id=self.organization_id)
            for tag in sorted(set(tags))
        ]


class SiteTag(Model):
    __tablename__ = "site_tag"
    __table_args__ = (Index("ix_site_tag_organization_id_tag", "organization_id", "tag"),)

    site_id: Mapped[int] = mapped_column(BigInt, ForeignKey("site.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(50), primary_key=True)
    organization_id: Mapped[int] = mapped_column(BigInt)


class Event(Identified, Model):
    """One line of a site's timeline. Append-only; the id (a Snowflake of `at`) is its order."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_site_id_id", "site_id", "id"),
        Index("ix_event_organization_id_id", "organization_id", "id"),
    )

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    site_id: Mapped[int] = mapped_column(BigInt, ForeignKey("site.id", ondelete="CASCADE"))
    monitor_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    incident_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    watch_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    alert_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    kind: Mapped[str] = mapped_column(String(48))
    severity: Mapped[str] = mapped_column(String(16), default="info")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    cause: Mapped[str | None] = mapped_column(String(48), default=None)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
