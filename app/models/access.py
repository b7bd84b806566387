"""Ways in of machines: families of refresh tokens, named API tokens, vendors and their signed apps."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Boolean, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import BigInt, Identified, Model, Timestamped, UtcDateTime
from app.models.user import User


class TokenFamily(Identified, Timestamped, Model):
    """One log-in by tokens: all that its refresh tokens were ever exchanged for.

    `generation` counts the exchanges; a refresh token is good for its own generation alone.
    """

    __tablename__ = "token_family"

    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("user.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    session_version: Mapped[int] = mapped_column(Integer)
    generation: Mapped[int] = mapped_column(Integer, default=1)
    ip: Mapped[str] = mapped_column(String(45), default="")
    agent: Mapped[str] = mapped_column(String(300), default="")
    last_used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class ApiToken(Identified, Timestamped, Model):
    """A named token of a user in one organization; its text is kept as SHA-256."""

    __tablename__ = "api_token"

    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("user.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    token_hash: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    last_used_ip: Mapped[str] = mapped_column(String(45), default="")


class Vendor(Identified, Timestamped, Model):
    """Somebody whose programs call us: an integrator, another department, a product."""

    __tablename__ = "vendor"

    organization_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(200))
    contact: Mapped[str] = mapped_column(String(500), default="")

    apps: Mapped[list[VendorApp]] = relationship(
        lazy="raise", order_by="VendorApp.id", cascade="all, delete-orphan", passive_deletes=True
    )


class VendorApp(Identified, Timestamped, Model):
    """One program of a vendor, which signs its calls and acts for a member.

    While a secret is being changed, the one before it is good until `old_until`.
    """

    __tablename__ = "vendor_app"

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    vendor_id: Mapped[int] = mapped_column(BigInt, ForeignKey("vendor.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(
        BigInt, ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
    name: Mapped[str] = mapped_column(String(200))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    networks: Mapped[list[str]] = mapped_column(JSON)
    sealed_secret: Mapped[str] = mapped_column(Text)
    secret_made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sealed_old_secret: Mapped[str | None] = mapped_column(Text, default=None)
    old_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    last_used_ip: Mapped[str] = mapped_column(String(45), default="")
    is_enabled: Mapped[bool] = mapped_column(Boolean, default=True)

    user: Mapped[User | None] = relationship(lazy="raise")
