"""Files that people uploaded or jobs made, and the things they are attached to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Enum, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.clock import now
from app.models.base import BigInt, Identified, Model, UtcDateTime

FILE_ORIGINS = ("upload", "job")


class File(Identified, Model):
    """A file of an organization; its bytes lie in the file store under their SHA-256.

    `media` is what the content was seen to be, whatever its name says. The result of a job (`origin` is job)
    is reached through its job alone and has a time at which it goes.
    """

    __tablename__ = "file"
    __table_args__ = (
        Index("ix_file_organization_id_origin_id", "organization_id", "origin", "id"),
        Index("ix_file_sha256", "sha256"),
        Index("ix_file_expires_at", "expires_at"),
    )

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInt)
    name: Mapped[str] = mapped_column(String(200))
    media: Mapped[str] = mapped_column(String(100))
    # In pixels; None where it is no image.
    width: Mapped[int | None] = mapped_column(Integer, default=None)
    height: Mapped[int | None] = mapped_column(Integer, default=None)
    origin: Mapped[str] = mapped_column(
        Enum(*FILE_ORIGINS, name="origin", native_enum=False, create_constraint=True, length=16),
        default="upload",
    )
    # Not foreign keys: a file outlives whoever brought it.
    user_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    uploaded_by: Mapped[str] = mapped_column(String(254), default="")
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    # Set by `app.service.file.manage.show`, as far as whoever asks may see them.
    attachments: Mapped[list[Attachment]] = relationship(lazy="raise", viewonly=True)


class Attachment(Identified, Model):
    """A file at a site, an incident or a finding. The last two have their site here too.

    `target` is the thing in one word, such as `incident:123`, so that a file hangs on a thing once.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        UniqueConstraint("file_id", "target"),
        Index("ix_attachment_site_id_id", "site_id", "id"),
        Index("ix_attachment_incident_id_id", "incident_id", "id"),
        Index("ix_attachment_finding_id_id", "finding_id", "id"),
    )

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    file_id: Mapped[int] = mapped_column(BigInt, ForeignKey("file.id", ondelete="CASCADE"))
    target: Mapped[str] = mapped_column(String(32))
    site_id: Mapped[int] = mapped_column(BigInt, ForeignKey("site.id", ondelete="CASCADE"))
    incident_id: Mapped[int | None] = mapped_column(
        BigInt, ForeignKey("incident.id", ondelete="CASCADE"), default=None
    )
    finding_id: Mapped[int | None] = mapped_column(
        BigInt, ForeignKey("finding.id", ondelete="CASCADE"), default=None
    )
    user_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class FileAccount(Model):
    """What an organization's uploads take, the same bytes counted once; its row is their lock."""

    __tablename__ = "file_account"

    organization_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    used_bytes: Mapped[int] = mapped_column(BigInt, default=0)
