"""Pictures of people: small, made by us, and kept with them."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import BigInt, Model, Timestamped

MediumBytes = LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")


class Avatar(Timestamped, Model):
    """A user's picture: WebP of 256 × 256, whose address is its SHA-256."""

    __tablename__ = "avatar"

    user_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    image: Mapped[bytes] = mapped_column(MediumBytes)
