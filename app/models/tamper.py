"""Tamper: watched pages, what is known of each view of them, what was fetched, and what is approved.

Columns that end in `_sha256` name objects of the content store (see `app.models.content`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Enum, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import BigInt, Identified, Model, Timestamped, UtcDateTime
from app.models.site import Site

WATCH_STATES = ("LEARNING", "OK", "NOTICE", "ALERT", "ERROR", "PAUSED")
WATCH_MODES = ("plain", "browser")
BASELINE_KINDS = ("learning", "approval", "deployment")


class Watch(Identified, Timestamped, Model):
    """One page under tamper watch, and what its owner has said about it."""

    __tablename__ = "watch"
    __table_args__ = (
        Index("ix_watch_organization_id_id", "organization_id", "id"),
        Index("ix_watch_site_id_id", "site_id", "id"),
    )

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    site_id: Mapped[int] = mapped_column(BigInt, ForeignKey("site.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(String(2000))
    mode: Mapped[str] = mapped_column(
        Enum(*WATCH_MODES, name="mode", native_enum=False, create_constraint=True, length=16), default="plain"
    )
    interval_seconds: Mapped[int] = mapped_column(Integer, default=300)
    views: Mapped[list[str]] = mapped_column(JSON, default=lambda: ["plain"])
    watch_selectors: Mapped[list[str]] = mapped_column(JSON, default=list)
    ignore_selectors: Mapped[list[str]] = mapped_column(JSON, default=list)
    words: Mapped[list[str]] = mapped_column(JSON, default=list)
    allowed_words: Mapped[list[str]] = mapped_column(JSON, default=list)
    allowed_keys: Mapped[list[str]] = mapped_column(JSON, default=list)
    exempt_regions: Mapped[list[str]] = mapped_column(JSON, default=list)
    strict_regions: Mapped[list[str]] = mapped_column(JSON, default=list)
    snapshot_days: Mapped[int] = mapped_column(Integer, default=90)
    is_paused: Mapped[bool] = mapped_column(Boolean, default=False)
    revision: Mapped[int] = mapped_column(Integer, default=1)

    site: Mapped[Site] = relationship(lazy="raise")
    state: Mapped[WatchState] = relationship(
        back_populates="watch", cascade="all, delete-orphan", lazy="selectin", passive_deletes=True
    )
    view_rows: Mapped[list[WatchView]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", passive_deletes=True, order_by="WatchView.view"
    )


class WatchState(Model):
    """Where a watch stands. Written by the checks only, apart from pausing and resuming."""

    __tablename__ = "watch_state"

    watch_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("watch.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    state: Mapped[str] = mapped_column(
        Enum(*WATCH_STATES, name="state", native_enum=False, create_constraint=True, length=16),
        default="LEARNING",
        index=True,
    )
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    last_due_ms: Mapped[int] = mapped_column(BigInt, default=0)
    last_checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    last_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    alert_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    incident_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    # What the first of two fetches said, until the second has said it too: {"at", "verdict"}.
    pending: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    # Why the page could not be fetched, or what was not kept of it: a code for `sentence` and its values.
    error_code: Mapped[str | None] = mapped_column(String(48), default=None)
    error_detail: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    note_code: Mapped[str | None] = mapped_column(String(48), default=None)
    note_detail: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)

    watch: Mapped[Watch] = relationship(back_populates="state", lazy="raise")


class WatchView(Model):
    """What is known of one view of a watched page: its learned profile, and its newest body.

    `last_sha256` is the body that was judged last: the same again needs no judging. It is emptied when
    something else that a verdict depends on has changed.
    """

    __tablename__ = "watch_view"
    __table_args__ = (Index("ix_watch_view_profile_sha256", "profile_sha256"),)

    watch_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("watch.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    view: Mapped[str] = mapped_column(String(32), primary_key=True)
    last_sha256: Mapped[str | None] = mapped_column(String(64), default=None)
    profile_sha256: Mapped[str | None] = mapped_column(String(64), default=None)
    engine_version: Mapped[int] = mapped_column(Integer, default=0)
    baselines: Mapped[int] = mapped_column(Integer, default=0)
    snapshot_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    learned_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    assets_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class Snapshot(Identified, Model):
    """What was fetched of one view at one moment. Kept when it says something new."""

    __tablename__ = "snapshot"
    __table_args__ = (
        Index("ix_snapshot_organization_id_id", "organization_id", "id"),
        Index("ix_snapshot_watch_id_id", "watch_id", "id"),
        Index("ix_snapshot_body_sha256", "body_sha256"),
        Index("ix_snapshot_screenshot_sha256", "screenshot_sha256"),
        Index("ix_snapshot_assets_sha256", "assets_sha256"),
        Index("ix_snapshot_chain_sha256", "chain_sha256"),
    )

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    watch_id: Mapped[int] = mapped_column(BigInt, ForeignKey("watch.id", ondelete="CASCADE"))
    view: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    verdict: Mapped[str] = mapped_column(String(16))
    status: Mapped[int] = mapped_column(Integer)
    final_url: Mapped[str] = mapped_column(Text)
    content_type: Mapped[str] = mapped_column(String(200), default="")
    size: Mapped[int] = mapped_column(Integer)
    is_cut: Mapped[bool] = mapped_column(Boolean, default=False)
    body_sha256: Mapped[str] = mapped_column(String(64))
    screenshot_sha256: Mapped[str | None] = mapped_column(String(64), default=None)
    request_headers: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    headers: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    redirects: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    addresses: Mapped[list[str]] = mapped_column(JSON, default=list)
    certificate: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    requests: Mapped[list[str]] = mapped_column(JSON, default=list)
    # Files fetched beside the page, as a JSON list of the engine's `Asset`s; much the same in every snapshot.
    assets_sha256: Mapped[str | None] = mapped_column(String(64), default=None)
    # The certificates the server sent, as PEM, leaf first; `certificate` holds the leaf's facts.
    chain_sha256: Mapped[str | None] = mapped_column(String(64), default=None)

    watch: Mapped[Watch] = relationship(lazy="raise")


class Baseline(Identified, Model):
    """A snapshot that is approved: learned at the beginning, approved by somebody, or announced."""

    __tablename__ = "baseline"
    __table_args__ = (
        Index("ix_baseline_organization_id_id", "organization_id", "id"),
        Index("ix_baseline_watch_id_view_id", "watch_id", "view", "id"),
        Index("ix_baseline_snapshot_id", "snapshot_id"),
    )

    organization_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organization.id", ondelete="CASCADE"))
    watch_id: Mapped[int] = mapped_column(BigInt, ForeignKey("watch.id", ondelete="CASCADE"))
    view: Mapped[str] = mapped_column(String(32))
    snapshot_id: Mapped[int] = mapped_column(BigInt, ForeignKey("snapshot.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(
        Enum(*BASELINE_KINDS, name="kind", native_enum=False, create_constraint=True, length=16)
    )
    approved_by: Mapped[int | None] = mapped_column(BigInt, default=None)
    approved_email: Mapped[str] = mapped_column(String(254), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    alert_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    deployment_id: Mapped[int | None] = mapped_column(BigInt, default=None)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    snapshot: Mapped[Snapshot] = relationship(lazy="raise")
    watch: Mapped[Watch] = relationship(lazy="raise")


class OrganizationWords(Timestamped, Model):
    """Sensitive words an organization looks for on all its pages, and words that are none to it."""

    __tablename__ = "organization_words"

    organization_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    words: Mapped[list[str]] = mapped_column(JSON, default=list)
    allowed_words: Mapped[list[str]] = mapped_column(JSON, default=list)
