"""Which messages go to which channels, and in whose words."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Boolean, Enum, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import BigInt, Identified, Model, Timestamped, UtcDateTime

TEMPLATE_FORMATS = ("text", "markdown", "html")
TEMPLATE_LOCALES = ("en", "zh")
ROUTING_MODES = ("first", "all")
OTHERWISE = ("everybody", "nobody")


class Routing(Timestamped, Model):
    """How an organization's rules are gone through; without a row: the first that fits, else everybody."""

    __tablename__ = "routing"

    organization_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    # The first rule that fits decides, or all that fit together.
    mode: Mapped[str] = mapped_column(
        Enum(*ROUTING_MODES, name="mode", native_enum=False, create_constraint=True, length=8),
        default="first",
    )
    # Who is told of what no rule fits.
    otherwise: Mapped[str] = mapped_column(
        Enum(*OTHERWISE, name="otherwise", native_enum=False, create_constraint=True, length=16),
        default="everybody",
    )


class ChannelRule(Identified, Timestamped, Model):
    """What fits all of a rule's conditions goes to its channels. An empty condition fits everything."""

    __tablename__ = "channel_rule"
    __table_args__ = (Index("ix_channel_rule_organization_id_position", "organization_id", "position"),)

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(200))
    is_enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    # Kinds of events, and the least severity; None: any.
    events: Mapped[list[str]] = mapped_column(JSON, default=list)
    least: Mapped[str | None] = mapped_column(String(16), default=None)
    # A site fits when it is one of these or carries one of these tags.
    site_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    # None at all: nobody is told of what fits.
    channel_ids: Mapped[list[int]] = mapped_column(JSON, default=list)


class MessageTemplate(Identified, Timestamped, Model):
    """An organization's own words for one kind of message, or a family of them, in one language."""

    __tablename__ = "message_template"
    __table_args__ = (UniqueConstraint("organization_id", "event", "locale"),)

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    # A kind of message such as incident.opened, a family such as incident.*, or * for all.
    event: Mapped[str] = mapped_column(String(48))
    locale: Mapped[str] = mapped_column(String(8))
    format: Mapped[str] = mapped_column(
        Enum(*TEMPLATE_FORMATS, name="format", native_enum=False, create_constraint=True, length=16),
        default="text",
    )
    title: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text)
    is_enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    # Why a message went out in CloudEye's words instead, and when that was the last time.
    last_error: Mapped[str] = mapped_column(Text, default="")
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
