"""What proves that it is somebody, besides a password: TOTP, recovery codes, passkeys, sign-in by others."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Boolean, Enum, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import BigInt, Identified, Model, Timestamped, UtcDateTime
from app.models.user import User

NEW_ROLES = ("operator", "viewer")
"""What somebody unknown can become by signing in: nothing that rules over others."""


class Totp(Timestamped, Model):
    """A user's shared secret for codes by time (RFC 6238); of no effect until it is confirmed by a code."""

    __tablename__ = "totp"

    user_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    sealed_secret: Mapped[str] = mapped_column(Text)
    # The newest step of 30 s whose code was taken: that one and those before are not taken again.
    last_step: Mapped[int] = mapped_column(BigInt, default=0)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class RecoveryCode(Identified, Timestamped, Model):
    """One of ten codes that each stand in once for a second factor; only its hash is kept."""

    __tablename__ = "recovery_code"
    __table_args__ = (Index("ix_recovery_code_user_id", "user_id"),)

    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("user.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class Passkey(Identified, Timestamped, Model):
    """A WebAuthn credential. Its id may have 1,023 bytes, so a digest of it is what is looked for."""

    __tablename__ = "passkey"
    __table_args__ = (
        UniqueConstraint("digest", name="uq_passkey_digest"),
        Index("ix_passkey_user_id", "user_id"),
    )

    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("user.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    digest: Mapped[str] = mapped_column(String(64))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInt, default=0)
    transports: Mapped[list[str]] = mapped_column(JSON, default=list)
    # Whether it is kept by a service that brings it to the user's other devices.
    is_synced: Mapped[bool] = mapped_column(Boolean, default=False)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class OidcProvider(Identified, Timestamped, Model):
    """A service by which an organization's members sign in (OpenID Connect)."""

    __tablename__ = "oidc_provider"
    __table_args__ = (Index("ix_oidc_provider_organization_id", "organization_id"),)

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    issuer: Mapped[str] = mapped_column(String(500))
    client_id: Mapped[str] = mapped_column(String(255))
    # None: a public client, which PKCE alone protects.
    sealed_secret: Mapped[str | None] = mapped_column(Text, default=None)
    # Whose verified e-mail addresses it is believed for; empty: none, accounts are linked by their users.
    domains: Mapped[list[str]] = mapped_column(JSON, default=list)
    # What somebody of those domains becomes who has no account yet; None: nobody new is let in.
    new_role: Mapped[str | None] = mapped_column(
        Enum(*NEW_ROLES, name="new_role", native_enum=False, create_constraint=True, length=16), default=None
    )
    # Whether it asks for a second factor itself, so that we need not.
    proves_factor: Mapped[bool] = mapped_column(Boolean, default=False)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)


class OidcLink(Identified, Timestamped, Model):
    """Who a provider's subject is here.

    Subjects tell case apart, which MariaDB's texts do not: hence a digest.
    """

    __tablename__ = "oidc_link"
    __table_args__ = (
        UniqueConstraint("provider_id", "digest"),
        UniqueConstraint("provider_id", "user_id"),
        Index("ix_oidc_link_user_id", "user_id"),
    )

    provider_id: Mapped[int] = mapped_column(BigInt, ForeignKey("oidc_provider.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("user.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(String(64))
    email: Mapped[str | None] = mapped_column(String(254), default=None)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)

    provider: Mapped[OidcProvider] = relationship(lazy="raise")
    user: Mapped[User] = relationship(lazy="raise")
