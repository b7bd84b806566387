"""Public status pages

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
STATES = ("investigating", "identified", "watching", "resolved")


def _key(table, column, parent):
    return sa.ForeignKeyConstraint(
        [column], [f"{parent}.id"], name=op.f(f"fk_{table}_{column}_{parent}"), ondelete="CASCADE"
    )


def upgrade():
    op.create_table(
        "status_page",
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("intro", sa.Text(), nullable=False),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.Column("shows_times", sa.Boolean(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        _key("status_page", "organization_id", "organization"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_page")),
        sa.UniqueConstraint("slug", name=op.f("uq_status_page_slug")),
    )
    op.create_table(
        "status_notice",
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("page_id", BIG, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="state", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("resolved_at", MOMENT, nullable=True),
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        _key("status_notice", "organization_id", "organization"),
        _key("status_notice", "page_id", "status_page"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_notice")),
    )
    op.create_table(
        "status_update",
        sa.Column("notice_id", BIG, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        _key("status_update", "notice_id", "status_notice"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_update")),
    )
    for table, column in (
        ("status_page", "organization_id"),
        ("status_notice", "page_id"),
        ("status_update", "notice_id"),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_index(f"ix_{table}_{column}_id", [column, "id"], unique=False)


def downgrade():
    for table in ("status_update", "status_notice", "status_page"):
        op.drop_table(table)
