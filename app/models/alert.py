"""Tamper alerts, and the deployments that announce a change before it comes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Enum, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import BigInt, Identified, Model, Timestamped, UtcDateTime
from app.models.site import Site
from app.models.tamper import Watch

ALERT_STATES = ("open", "approved", "allowed", "confirmed", "closed")
ALERT_LEVELS = ("notice", "alert")
SEVERITIES = ("low", "medium", "high", "critical")


class Alert(Identified, Timestamped, Model):
    """A judged deviation of a page, confirmed by a second fetch, with its reasons.

    `state`: open → approved (it was us) | allowed (always right here) | confirmed (real, with an incident) |
    closed (vanished by itself). Alerts of other pages of the site with the same reasons have a `parent_id`.
    """

    __tablename__ = "alert"
    __table_args__ = (
        Index("ix_alert_organization_id_id", "organization_id", "id"),
        Index("ix_alert_organization_id_state_id", "organization_id", "state", "id"),
        Index("ix_alert_site_id_state_id", "site_id", "state", "id"),
        Index("ix_alert_watch_id_id", "watch_id", "id"),
        Index("ix_alert_parent_id_id", "parent_id", "id"),
    )

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    site_id: Mapped[int] = mapped_column(BigInt, ForeignKey("site.id", ondelete="CASCADE"))
    watch_id: Mapped[int] = mapped_column(BigInt, ForeignKey("watch.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(
        Enum(*ALERT_STATES, name="state", native_enum=False, create_constraint=True, length=16),
        default="open",
    )
    level: Mapped[str] = mapped_column(
        Enum(*ALERT_LEVELS, name="level", native_enum=False, create_constraint=True, length=16)
    )
    severity: Mapped[str] = mapped_column(
        Enum(*SEVERITIES, name="severity", native_enum=False, create_constraint=True, length=16)
    )
    # The engine's reasons as dicts, the gravest first.
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    # SHA-256 of the sorted keys of the reasons that carry the level.
    fold_key: Mapped[str] = mapped_column(String(64))
    parent_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    view: Mapped[str] = mapped_column(String(32))
    before_snapshot_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    after_snapshot_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    # The judged snapshot of every view, by its name.
    snapshots: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    incident_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    closed_by: Mapped[str] = mapped_column(String(254), default="")
    closed_reason: Mapped[str] = mapped_column(Text, default="")
    reopened: Mapped[int] = mapped_column(Integer, default=0)

    class_rows: Mapped[list[AlertClass]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by=lambda: AlertClass.cls, passive_deletes=True
    )
    watch: Mapped[Watch] = relationship(lazy="raise")
    site: Mapped[Site] = relationship(lazy="raise")

    @property
    def classes(self) -> list[str]:
        return [row.cls for row in self.class_rows]

    @classes.setter
    def classes(self, classes: list[str]) -> None:
        kept = {row.cls: row for row in self.class_rows}
        self.class_rows = [kept.get(cls) or AlertClass(cls=cls) for cls in sorted(set(classes))]


class AlertClass(Model):
    """One of the classes of an alert, for the filter of the list."""

    __tablename__ = "alert_class"
    __table_args__ = (Index("ix_alert_class_cls_alert_id", "cls", "alert_id"),)

    alert_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("alert.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    cls: Mapped[str] = mapped_column(String(32), primary_key=True)


class DeploymentToken(Identified, Timestamped, Model):
    """What a release script announces itself with. Shown once; sealed, since its holder signs with it."""

    __tablename__ = "deployment_token"
    __table_args__ = (Index("ix_deployment_token_organization_id_id", "organization_id", "id"),)

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    site_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("site.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    token_hash: Mapped[str] = mapped_column(String(64))
    sealed_token: Mapped[str] = mapped_column(Text)
    created_by: Mapped[int | None] = mapped_column(BigInt, default=None)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class Deployment(Identified, Timestamped, Model):
    """An announced release: what changes on these paths in this window becomes the baseline."""

    __tablename__ = "deployment"
    __table_args__ = (
        Index("ix_deployment_organization_id_id", "organization_id", "id"),
        Index("ix_deployment_site_id_ends_at", "site_id", "ends_at"),
    )

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    site_id: Mapped[int] = mapped_column(BigInt, ForeignKey("site.id", ondelete="CASCADE"))
    token_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    announced_by: Mapped[str] = mapped_column(String(254))
    note: Mapped[str] = mapped_column(Text, default="")
    # Globs on the path of a watch's address, such as /news/*.
    paths: Mapped[list[str]] = mapped_column(JSON)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)

    site: Mapped[Site] = relationship(lazy="raise")
