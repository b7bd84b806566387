"""Who changed what: one row a change, chained to the one before it, never edited.

An organization's entries are one chain, in the order of `number`: each holds the hash of the one before, and
its own hash of everything it says. What belongs to no organization (a log-in of nobody) is chain 0. See
`audit_chain` for how they are linked, and the migration for the triggers that refuse UPDATE and DELETE.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.models.base import BigInt, Identified, Model, UtcDateTime


class AuditEntry(Identified, Model):
    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_organization_id_id", "organization_id", "id"),
        Index("ix_audit_entry_organization_id_number", "organization_id", "number"),
    )

    # No foreign key: what was done in an organization stays known when it is gone.
    organization_id: Mapped[int | None] = mapped_column(BigInt)
    number: Mapped[int] = mapped_column(BigInt)
    user_id: Mapped[int | None] = mapped_column(BigInt)
    user_email: Mapped[str] = mapped_column(String(254), default="")
    way: Mapped[str] = mapped_column(String(16))
    ip: Mapped[str] = mapped_column(String(45), default="")
    request_id: Mapped[str] = mapped_column(String(64), default="")
    action: Mapped[str] = mapped_column(String(64))
    object_type: Mapped[str] = mapped_column(String(32))
    object_id: Mapped[int | None] = mapped_column(BigInt)
    before: Mapped[Any | None] = mapped_column(JSON(none_as_null=True), nullable=True, default=None)
    after: Mapped[Any | None] = mapped_column(JSON(none_as_null=True), nullable=True, default=None)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Model):
    """The end of a chain: how many entries it has had, and the last one's hash."""

    __tablename__ = "audit_head"

    chain: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInt, default=0)
    hash: Mapped[str] = mapped_column(String(64), default="")


class AuditCut(Identified, Model):
    """Entries up to `number` were let go, since they were old enough; what follows goes on from `hash`.

    Signed with the installation's key: whoever can only write to the database cannot cut.
    """

    __tablename__ = "audit_cut"
    __table_args__ = (Index("ix_audit_cut_chain_number", "chain", "number"),)

    chain: Mapped[int] = mapped_column(BigInt)
    number: Mapped[int] = mapped_column(BigInt)
    hash: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    signer: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))
