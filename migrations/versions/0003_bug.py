"""Weaknesses: scans, findings, whose hosts are, and the operator's templates

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
MEDIUM = sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")


def upgrade():
    op.create_table(
        "bug_template",
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("body", MEDIUM, nullable=False),
        sa.Column("is_refused", sa.Boolean(), nullable=False),
        sa.Column("refused", sa.JSON(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("uploaded_by", sa.String(length=254), nullable=False),
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_bug_template_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bug_template")),
        sa.UniqueConstraint("organization_id", "name", name=op.f("uq_bug_template_organization_id_name")),
    )
    with op.batch_alter_table("bug_template", schema=None) as batch_op:
        batch_op.create_index("ix_bug_template_organization_id_id", ["organization_id", "id"], unique=False)

    op.create_table(
        "finding",
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.String(length=120), nullable=False),
        sa.Column("cls", sa.String(length=80), nullable=False),
        sa.Column(
            "severity",
            sa.Enum(
                "info",
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
        sa.Column("severity_rank", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.String(length=16), nullable=False),
        sa.Column("cvss", sa.String(length=120), nullable=True),
        sa.Column("cwe", sa.JSON(), nullable=False),
        sa.Column("owasp", sa.String(length=16), nullable=True),
        sa.Column("place", sa.String(length=500), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("parameter", sa.String(length=200), nullable=True),
        sa.Column("component", sa.String(length=200), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("reference_urls", sa.JSON(), nullable=False),
        sa.Column("title_en", sa.String(length=300), nullable=False),
        sa.Column("title_zh", sa.String(length=300), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "scan",
                "nuclei",
                "zap",
                "wapiti",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "confirmed",
                "false_positive",
                "accepted",
                "fixed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("state_since", MOMENT, nullable=False),
        sa.Column("assignee_id", BIG, nullable=True),
        sa.Column("assignee_email", sa.String(length=254), nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("accepted_by", sa.String(length=254), nullable=False),
        sa.Column("accepted_reason", sa.Text(), nullable=False),
        sa.Column("accepted_until", MOMENT, nullable=True),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("fixed_at", MOMENT, nullable=True),
        sa.Column("first_scan_id", BIG, nullable=True),
        sa.Column("last_scan_id", BIG, nullable=True),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_finding_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_finding_site_id_site"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("site_id", "fingerprint", name=op.f("uq_finding_site_id_fingerprint")),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_accepted_until"), ["accepted_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_finding_assignee_id"), ["assignee_id"], unique=False)
        batch_op.create_index(
            "ix_finding_organization_id_due_at_id", ["organization_id", "due_at", "id"], unique=False
        )
        batch_op.create_index("ix_finding_organization_id_id", ["organization_id", "id"], unique=False)
        batch_op.create_index(
            "ix_finding_organization_id_last_seen_at_id",
            ["organization_id", "last_seen_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_finding_organization_id_severity_rank_id",
            ["organization_id", "severity_rank", "id"],
            unique=False,
        )
        batch_op.create_index("ix_finding_site_id_state_id", ["site_id", "state", "id"], unique=False)

    op.create_table(
        "host_ownership",
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("host", sa.String(length=300), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "verified",
                "revoked",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("method", sa.String(length=8), nullable=True),
        sa.Column("verified_at", MOMENT, nullable=True),
        sa.Column("last_checked_at", MOMENT, nullable=True),
        sa.Column("next_check_at", MOMENT, nullable=True),
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_host_ownership_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_host_ownership_site_id_site"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_ownership")),
        sa.UniqueConstraint("site_id", "host", name=op.f("uq_host_ownership_site_id_host")),
    )
    with op.batch_alter_table("host_ownership", schema=None) as batch_op:
        batch_op.create_index("ix_host_ownership_next_check_at", ["next_check_at"], unique=False)
        batch_op.create_index("ix_host_ownership_organization_id_id", ["organization_id", "id"], unique=False)

    op.create_table(
        "scan",
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("finding_id", BIG, nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "done",
                "stopped",
                "failed",
                "refused",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column(
            "trigger",
            sa.Enum(
                "demand",
                "schedule",
                "deployment",
                "change",
                "retest",
                name="trigger",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("profile", sa.String(length=16), nullable=False),
        sa.Column("budget", sa.Integer(), nullable=False),
        sa.Column("rate", sa.Float(), nullable=False),
        sa.Column("connections", sa.Integer(), nullable=False),
        sa.Column("requested_by", sa.String(length=254), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("heartbeat_at", MOMENT, nullable=True),
        sa.Column("stopped_by", sa.String(length=254), nullable=False),
        sa.Column("waiting_key", sa.String(length=48), nullable=True),
        sa.Column("running_site_id", BIG, nullable=True),
        sa.Column("running_host", sa.String(length=300), nullable=True),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=48), nullable=True),
        sa.Column("reason_detail", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("answer", sa.String(length=16), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("grade", sa.String(length=4), nullable=True),
        sa.Column("new_findings", sa.Integer(), nullable=False),
        sa.Column("reopened_findings", sa.Integer(), nullable=False),
        sa.Column("fixed_findings", sa.Integer(), nullable=False),
        sa.Column("open_by_severity", sa.JSON(), nullable=False),
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_scan_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_scan_site_id_site"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan")),
        sa.UniqueConstraint("running_host", name=op.f("uq_scan_running_host")),
        sa.UniqueConstraint("running_site_id", name=op.f("uq_scan_running_site_id")),
        sa.UniqueConstraint("waiting_key", name=op.f("uq_scan_waiting_key")),
    )
    with op.batch_alter_table("scan", schema=None) as batch_op:
        batch_op.create_index("ix_scan_organization_id_id", ["organization_id", "id"], unique=False)
        batch_op.create_index("ix_scan_site_id_id", ["site_id", "id"], unique=False)
        batch_op.create_index("ix_scan_state_starts_at", ["state", "starts_at"], unique=False)

    op.create_table(
        "scan_settings",
        sa.Column("site_id", BIG, autoincrement=False, nullable=False),
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column(
            "profile",
            sa.Enum(
                "passive",
                "standard",
                "full",
                name="profile",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("budget", sa.Integer(), nullable=True),
        sa.Column("rate", sa.Float(), nullable=False),
        sa.Column("connections", sa.Integer(), nullable=False),
        sa.Column(
            "schedule",
            sa.Enum(
                "off",
                "daily",
                "weekly",
                "monthly",
                name="schedule",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("month_day", sa.Integer(), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=True),
        sa.Column("from_hour", sa.Integer(), nullable=True),
        sa.Column("until_hour", sa.Integer(), nullable=True),
        sa.Column("consents", sa.JSON(), nullable=False),
        sa.Column("login", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("sealed_login", sa.Text(), nullable=True),
        sa.Column("after_deployment", sa.Boolean(), nullable=False),
        sa.Column("on_change", sa.Boolean(), nullable=False),
        sa.Column("uses_templates", sa.Boolean(), nullable=False),
        sa.Column("template_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("next_due_at", MOMENT, nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_scan_settings_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_scan_settings_site_id_site"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_scan_settings")),
    )
    with op.batch_alter_table("scan_settings", schema=None) as batch_op:
        batch_op.create_index("ix_scan_settings_next_due_at", ["next_due_at"], unique=False)

    op.create_table(
        "finding_history",
        sa.Column("finding_id", BIG, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=254), nullable=False),
        sa.Column("user_id", BIG, nullable=True),
        sa.Column("scan_id", BIG, nullable=True),
        sa.Column("before", sa.String(length=254), nullable=False),
        sa.Column("after", sa.String(length=254), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"],
            ["finding.id"],
            name=op.f("fk_finding_history_finding_id_finding"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_history")),
    )
    with op.batch_alter_table("finding_history", schema=None) as batch_op:
        batch_op.create_index("ix_finding_history_finding_id_id", ["finding_id", "id"], unique=False)

    op.create_table(
        "finding_location",
        sa.Column("finding_id", BIG, nullable=False),
        sa.Column("url_sha256", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"],
            ["finding.id"],
            name=op.f("fk_finding_location_finding_id_finding"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_location")),
        sa.UniqueConstraint(
            "finding_id", "url_sha256", name=op.f("uq_finding_location_finding_id_url_sha256")
        ),
    )
    op.create_table(
        "ownership_check",
        sa.Column("ownership_id", BIG, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("method", sa.String(length=8), nullable=False),
        sa.Column("is_ok", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=48), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=254), nullable=False),
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["ownership_id"],
            ["host_ownership.id"],
            name=op.f("fk_ownership_check_ownership_id_host_ownership"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ownership_check")),
    )
    with op.batch_alter_table("ownership_check", schema=None) as batch_op:
        batch_op.create_index("ix_ownership_check_ownership_id_id", ["ownership_id", "id"], unique=False)

    op.create_table(
        "scan_report",
        sa.Column("scan_id", BIG, autoincrement=False, nullable=False),
        sa.Column("body", MEDIUM, nullable=False),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["scan.id"], name=op.f("fk_scan_report_scan_id_scan"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("scan_id", name=op.f("pk_scan_report")),
    )
    with op.batch_alter_table("organization", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fix_days", sa.JSON(none_as_null=True), nullable=True))


def downgrade():
    with op.batch_alter_table("organization", schema=None) as batch_op:
        batch_op.drop_column("fix_days")

    op.drop_table("scan_report")
    op.drop_table("ownership_check")
    op.drop_table("finding_location")
    op.drop_table("finding_history")
    op.drop_table("scan_settings")
    op.drop_table("scan")
    op.drop_table("host_ownership")
    op.drop_table("finding")
    op.drop_table("bug_template")
