"""Channels' rules and templates, and pictures of people

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
BYTES = sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")


def _choice(name, length, *words):
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=length)


def _key(table, column, parent):
    return sa.ForeignKeyConstraint(
        [column], [f"{parent}.id"], name=op.f(f"fk_{table}_{column}_{parent}"), ondelete="CASCADE"
    )


def _times():
    return (
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
    )


def upgrade():
    op.create_table(
        "routing",
        sa.Column("organization_id", BIG, autoincrement=False, nullable=False),
        sa.Column("mode", _choice("mode", 8, "first", "all"), nullable=False),
        sa.Column("otherwise", _choice("otherwise", 16, "everybody", "nobody"), nullable=False),
        *_times(),
        _key("routing", "organization_id", "organization"),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_routing")),
    )
    op.create_table(
        "channel_rule",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("least", sa.String(length=16), nullable=True),
        sa.Column("site_ids", sa.JSON(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("channel_ids", sa.JSON(), nullable=False),
        *_times(),
        _key("channel_rule", "organization_id", "organization"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_rule")),
    )
    op.create_index(
        "ix_channel_rule_organization_id_position", "channel_rule", ["organization_id", "position"]
    )
    op.create_table(
        "message_template",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("event", sa.String(length=48), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("format", _choice("format", 16, "text", "markdown", "html"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("failed_at", MOMENT, nullable=True),
        *_times(),
        _key("message_template", "organization_id", "organization"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_template")),
        sa.UniqueConstraint(
            "organization_id",
            "event",
            "locale",
            name=op.f("uq_message_template_organization_id_event_locale"),
        ),
    )
    op.create_table(
        "avatar",
        sa.Column("user_id", BIG, autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("image", BYTES, nullable=False),
        *_times(),
        _key("avatar", "user_id", "user"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_avatar")),
    )
    op.create_index("ix_avatar_sha256", "avatar", ["sha256"])


def downgrade():
    for table in ("avatar", "message_template", "channel_rule", "routing"):
        op.drop_table(table)
