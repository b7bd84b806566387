"""People: organizations, users, and who is what where."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Enum,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    false,
)
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
    # How long results and roll-ups are kept, in days: {"raw", "5m", "1h", "1d"}; None: the installation's.
    retention: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True), default=None)
    # Storm grouping and quiet hours; None: the defaults.
    alerting: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    is_set_up: Mapped[bool] = mapped_column(Boolean, default=False)
    # Whether members must have a second factor to do anything else.
    requires_factor: Mapped[bool] = mapped_column(Boolean, default=False)


class User(Identified, Timestamped, Model):
    """Somebody with an account: an e-mail address, a phone number, or both.

    `verified_at` of either is when somebody has shown that it reaches them; before, anybody may have typed
    it.
    """

    __tablename__ = "user"
    __table_args__ = (CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name="account"),)

    email: Mapped[str | None] = mapped_column(String(254), unique=True, default=None)
    # E.164, such as +8613812345678.
    phone: Mapped[str | None] = mapped_column(String(16), unique=True, default=None)
    email_verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    phone_verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    name: Mapped[str] = mapped_column(String(200), default="")
    password_hash: Mapped[str] = mapped_column(String(255))
    session_version: Mapped[int] = mapped_column(Integer, default=1)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    locale: Mapped[str | None] = mapped_column(String(8), default=None)
    theme: Mapped[str] = mapped_column(String(8), default="auto")
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    # The password is not the user's own yet: it was made for them, and opens nothing but the change of it.
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # Whether there is a confirmed TOTP or a passkey: log-in asks it of every user, so it is kept at hand.
    has_factor: Mapped[bool] = mapped_column(Boolean, default=False)
    # Where the next log-in leads, of several.
    last_organization_id: Mapped[int | None] = mapped_column(
        BigInt, ForeignKey("organization.id", ondelete="SET NULL"), default=None
    )

    @property
    def account(self) -> str:
        """What they are called by: the e-mail address, else the phone number."""
        return self.email or self.phone or ""


class Membership(Identified, Timestamped, Model):
    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("organization_id", "user_id"),)

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("user.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(
        Enum(*ROLES, name="role", native_enum=False, create_constraint=True, length=16)
    )
    # Somebody out for a while keeps the place and may do nothing; other organizations are not touched.
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    # The sites it is for, and the tags of sites; both None: everything.
    site_ids: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True), default=None)
    tags: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True), default=None)
    # Where the user is reached when on call: ids of channels.
    contact_channels: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True), default=None)
    # Sessions that began before do not stand in this organization any more.
    logins_ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)

    organization: Mapped[Organization] = relationship(lazy="raise")
    user: Mapped[User] = relationship(lazy="raise")


class Invitation(Identified, Timestamped, Model):
    """A place in an organization that somebody may take with a link: whoever it is bound to, or anybody.

    The link's token is kept as its SHA-256. `is_sent`: CloudEye sent it to the address and showed it to
    nobody else, so whoever brings it has shown that the address reaches them.
    """

    __tablename__ = "invitation"
    __table_args__ = (Index("ix_invitation_organization_id_id", "organization_id", "id"),)

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(
        Enum(*ROLES, name="role", native_enum=False, create_constraint=True, length=16)
    )
    email: Mapped[str | None] = mapped_column(String(254), default=None)
    phone: Mapped[str | None] = mapped_column(String(16), default=None)
    # The sites and tags of the membership to come; both None: everything.
    site_ids: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True), default=None)
    tags: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True), default=None)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    is_sent: Mapped[bool] = mapped_column(Boolean, default=False)
    invited_by: Mapped[str] = mapped_column(String(254), default="")
    invited_by_id: Mapped[int | None] = mapped_column(
        BigInt, ForeignKey("user.id", ondelete="SET NULL"), default=None
    )
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    accepted_by_id: Mapped[int | None] = mapped_column(
        BigInt, ForeignKey("user.id", ondelete="SET NULL"), default=None
    )
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)

    organization: Mapped[Organization] = relationship(lazy="raise")

    @property
    def account(self) -> str | None:
        """Whom it is for; None: whoever has the link."""
        return self.email or self.phone


class Setting(Timestamped, Model):
    """A setting of the whole installation that can be changed while it runs."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
