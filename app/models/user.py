"""People: organizations, users, and who is what where."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Enum, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import BigInt, Identified, Model, Timestamped, UtcDateTime

ROLES = ("owner", "admin", "operator", "viewer")


class Organization(Identified, Timestamped, Model):
    """A tenant. Its id scopes every row and every query."""

    __tablename__ = "organization"

    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")
    locale: Mapped[str] = mapped_column(String(8), default="en")
    allowed_networks: Mapped[list[str]] = mapped_column(JSON, default=list)
    # Days until a weakness of each severity is to be fixed; None: the defaults.
    fix_days: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True), default=None)
    is_set_up: Mapped[bool] = mapped_column(Boolean, default=False)


class User(Identified, Timestamped, Model):
    __tablename__ = "user"

    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    password_hash: Mapped[str] = mapped_column(String(255))
    session_version: Mapped[int] = mapped_column(Integer, default=1)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    locale: Mapped[str | None] = mapped_column(String(8), default=None)
    theme: Mapped[str] = mapped_column(String(8), default="auto")
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class Membership(Identified, Timestamped, Model):
    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("organization_id", "user_id"),)

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("user.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(
        Enum(*ROLES, name="role", native_enum=False, create_constraint=True, length=16)
    )

    organization: Mapped[Organization] = relationship(lazy="raise")
    user: Mapped[User] = relationship(lazy="raise")


class Setting(Timestamped, Model):
    """A setting of the whole installation that can be changed while it runs."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
