"""Tamper: watches, snapshots, baselines, alerts and deployments

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade():
    op.create_table(
        "content",
        sa.Column("organization_id", BIG, autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stored_bytes", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_content_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "sha256", name=op.f("pk_content")),
    )
    with op.batch_alter_table("content", schema=None) as batch_op:
        batch_op.create_index("ix_content_sha256", ["sha256"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("alert_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("previous_head", sa.String(length=64), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_evidence_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("organization_id", "number", name=op.f("uq_evidence_organization_id_number")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index("ix_evidence_alert_id_id", ["alert_id", "id"], unique=False)

    op.create_table(
        "organization_words",
        sa.Column("organization_id", BIG, autoincrement=False, nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("allowed_words", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_organization_words_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_organization_words")),
    )
    op.create_table(
        "deployment",
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("token_id", BIG, nullable=True),
        sa.Column("announced_by", sa.String(length=254), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("paths", sa.JSON(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_deployment_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_deployment_site_id_site"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
    )
    with op.batch_alter_table("deployment", schema=None) as batch_op:
        batch_op.create_index("ix_deployment_organization_id_id", ["organization_id", "id"], unique=False)
        batch_op.create_index("ix_deployment_site_id_ends_at", ["site_id", "ends_at"], unique=False)

    op.create_table(
        "deployment_token",
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("site_id", BIG, nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("sealed_token", sa.Text(), nullable=False),
        sa.Column("created_by", BIG, nullable=True),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_deployment_token_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_deployment_token_site_id_site"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment_token")),
    )
    with op.batch_alter_table("deployment_token", schema=None) as batch_op:
        batch_op.create_index(
            "ix_deployment_token_organization_id_id", ["organization_id", "id"], unique=False
        )

    op.create_table(
        "watch",
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column(
            "mode",
            sa.Enum("plain", "browser", name="mode", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("interval_seconds", sa.Integer(), nullable=False),
        sa.Column("views", sa.JSON(), nullable=False),
        sa.Column("watch_selectors", sa.JSON(), nullable=False),
        sa.Column("ignore_selectors", sa.JSON(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("allowed_words", sa.JSON(), nullable=False),
        sa.Column("allowed_keys", sa.JSON(), nullable=False),
        sa.Column("exempt_regions", sa.JSON(), nullable=False),
        sa.Column("strict_regions", sa.JSON(), nullable=False),
        sa.Column("snapshot_days", sa.Integer(), nullable=False),
        sa.Column("is_paused", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_watch_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_watch_site_id_site"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch")),
    )
    with op.batch_alter_table("watch", schema=None) as batch_op:
        batch_op.create_index("ix_watch_organization_id_id", ["organization_id", "id"], unique=False)
        batch_op.create_index("ix_watch_site_id_id", ["site_id", "id"], unique=False)

    op.create_table(
        "alert",
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("watch_id", BIG, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "approved",
                "allowed",
                "confirmed",
                "closed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column(
            "level",
            sa.Enum("notice", "alert", name="level", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column(
            "severity",
            sa.Enum(
                "low",
                "medium",
                "high",
                "critical",
                name="severity",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("fold_key", sa.String(length=64), nullable=False),
        sa.Column("parent_id", BIG, nullable=True),
        sa.Column("view", sa.String(length=32), nullable=False),
        sa.Column("before_snapshot_id", BIG, nullable=True),
        sa.Column("after_snapshot_id", BIG, nullable=True),
        sa.Column("snapshots", sa.JSON(), nullable=False),
        sa.Column("incident_id", BIG, nullable=True),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closed_by", sa.String(length=254), nullable=False),
        sa.Column("closed_reason", sa.Text(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_alert_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_alert_site_id_site"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["watch_id"], ["watch.id"], name=op.f("fk_alert_watch_id_watch"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index("ix_alert_organization_id_id", ["organization_id", "id"], unique=False)
        batch_op.create_index(
            "ix_alert_organization_id_state_id", ["organization_id", "state", "id"], unique=False
        )
        batch_op.create_index("ix_alert_parent_id_id", ["parent_id", "id"], unique=False)
        batch_op.create_index("ix_alert_site_id_state_id", ["site_id", "state", "id"], unique=False)
        batch_op.create_index("ix_alert_watch_id_id", ["watch_id", "id"], unique=False)

    op.create_table(
        "snapshot",
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("watch_id", BIG, nullable=False),
        sa.Column("view", sa.String(length=32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("final_url", sa.Text(), nullable=False),
        sa.Column("content_type", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("is_cut", sa.Boolean(), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("screenshot_sha256", sa.String(length=64), nullable=True),
        sa.Column("request_headers", sa.JSON(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("redirects", sa.JSON(), nullable=False),
        sa.Column("addresses", sa.JSON(), nullable=False),
        sa.Column("certificate", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("requests", sa.JSON(), nullable=False),
        sa.Column("assets_sha256", sa.String(length=64), nullable=True),
        sa.Column("chain_sha256", sa.String(length=64), nullable=True),
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_snapshot_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["watch_id"], ["watch.id"], name=op.f("fk_snapshot_watch_id_watch"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
    )
    with op.batch_alter_table("snapshot", schema=None) as batch_op:
        batch_op.create_index("ix_snapshot_assets_sha256", ["assets_sha256"], unique=False)
        batch_op.create_index("ix_snapshot_chain_sha256", ["chain_sha256"], unique=False)
        batch_op.create_index("ix_snapshot_body_sha256", ["body_sha256"], unique=False)
        batch_op.create_index("ix_snapshot_organization_id_id", ["organization_id", "id"], unique=False)
        batch_op.create_index("ix_snapshot_screenshot_sha256", ["screenshot_sha256"], unique=False)
        batch_op.create_index("ix_snapshot_watch_id_id", ["watch_id", "id"], unique=False)

    op.create_table(
        "watch_state",
        sa.Column("watch_id", BIG, autoincrement=False, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "LEARNING",
                "OK",
                "NOTICE",
                "ALERT",
                "ERROR",
                "PAUSED",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("last_due_ms", BIG, nullable=False),
        sa.Column("last_checked_at", MOMENT, nullable=True),
        sa.Column("last_changed_at", MOMENT, nullable=True),
        sa.Column("alert_id", BIG, nullable=True),
        sa.Column("incident_id", BIG, nullable=True),
        sa.Column("pending", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("error_code", sa.String(length=48), nullable=True),
        sa.Column("error_detail", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("note_code", sa.String(length=48), nullable=True),
        sa.Column("note_detail", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["watch_id"], ["watch.id"], name=op.f("fk_watch_state_watch_id_watch"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("watch_id", name=op.f("pk_watch_state")),
    )
    with op.batch_alter_table("watch_state", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_watch_state_state"), ["state"], unique=False)

    op.create_table(
        "watch_view",
        sa.Column("watch_id", BIG, autoincrement=False, nullable=False),
        sa.Column("view", sa.String(length=32), nullable=False),
        sa.Column("last_sha256", sa.String(length=64), nullable=True),
        sa.Column("profile_sha256", sa.String(length=64), nullable=True),
        sa.Column("engine_version", sa.Integer(), nullable=False),
        sa.Column("baselines", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", BIG, nullable=True),
        sa.Column("learned_at", MOMENT, nullable=True),
        sa.Column("assets_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["watch_id"], ["watch.id"], name=op.f("fk_watch_view_watch_id_watch"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("watch_id", "view", name=op.f("pk_watch_view")),
    )
    with op.batch_alter_table("watch_view", schema=None) as batch_op:
        batch_op.create_index("ix_watch_view_profile_sha256", ["profile_sha256"], unique=False)

    op.create_table(
        "alert_class",
        sa.Column("alert_id", BIG, autoincrement=False, nullable=False),
        sa.Column("cls", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name=op.f("fk_alert_class_alert_id_alert"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("alert_id", "cls", name=op.f("pk_alert_class")),
    )
    with op.batch_alter_table("alert_class", schema=None) as batch_op:
        batch_op.create_index("ix_alert_class_cls_alert_id", ["cls", "alert_id"], unique=False)

    op.create_table(
        "baseline",
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("watch_id", BIG, nullable=False),
        sa.Column("view", sa.String(length=32), nullable=False),
        sa.Column("snapshot_id", BIG, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "learning",
                "approval",
                "deployment",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("approved_by", BIG, nullable=True),
        sa.Column("approved_email", sa.String(length=254), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("alert_id", BIG, nullable=True),
        sa.Column("deployment_id", BIG, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_baseline_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["snapshot.id"],
            name=op.f("fk_baseline_snapshot_id_snapshot"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["watch_id"], ["watch.id"], name=op.f("fk_baseline_watch_id_watch"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline")),
    )
    with op.batch_alter_table("baseline", schema=None) as batch_op:
        batch_op.create_index("ix_baseline_organization_id_id", ["organization_id", "id"], unique=False)
        batch_op.create_index("ix_baseline_snapshot_id", ["snapshot_id"], unique=False)
        batch_op.create_index("ix_baseline_watch_id_view_id", ["watch_id", "view", "id"], unique=False)

    with op.batch_alter_table("channel", schema=None) as batch_op:
        batch_op.add_column(sa.Column("alert_severities", sa.JSON(none_as_null=True), nullable=True))

    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("alert_id", BIG, nullable=True))
        batch_op.create_index(batch_op.f("ix_delivery_alert_id"), ["alert_id"], unique=False)

    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("watch_id", BIG, nullable=True))
        batch_op.add_column(sa.Column("alert_id", BIG, nullable=True))

    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.add_column(sa.Column("watch_id", BIG, nullable=True))
        batch_op.alter_column("monitor_id", existing_type=BIG, nullable=True)
        batch_op.create_index("ix_incident_watch_id_id", ["watch_id", "id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_incident_watch_id_watch"), "watch", ["watch_id"], ["id"], ondelete="CASCADE"
        )


def downgrade():
    # Incidents of watched pages have no place in the older shape.
    op.execute("DELETE FROM incident WHERE monitor_id IS NULL")
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_incident_watch_id_watch"), type_="foreignkey")
        batch_op.drop_index("ix_incident_watch_id_id")
        batch_op.alter_column("monitor_id", existing_type=BIG, nullable=False)
        batch_op.drop_column("watch_id")

    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_column("alert_id")
        batch_op.drop_column("watch_id")

    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_alert_id"))
        batch_op.drop_column("alert_id")

    with op.batch_alter_table("channel", schema=None) as batch_op:
        batch_op.drop_column("alert_severities")

    op.drop_table("baseline")
    op.drop_table("alert_class")
    op.drop_table("watch_view")
    op.drop_table("watch_state")
    op.drop_table("snapshot")
    op.drop_table("alert")
    op.drop_table("watch")
    op.drop_table("deployment_token")
    op.drop_table("deployment")
    op.drop_table("organization_words")
    op.drop_table("evidence")
    op.drop_table("content")
