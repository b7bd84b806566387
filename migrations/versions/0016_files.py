"""Files and what they are attached to

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def _cascade(table, column, to):
    name = op.f(f"fk_{table}_{column}_{to}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete="CASCADE")


def upgrade():
    op.create_table(
        "file",
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media", sa.String(length=100), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column(
            "origin",
            sa.Enum("upload", "job", name="origin", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("user_id", BIG, nullable=True),
        sa.Column("uploaded_by", sa.String(length=254), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        _cascade("file", "organization_id", "organization"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
    )
    op.create_index("ix_file_organization_id_origin_id", "file", ["organization_id", "origin", "id"])
    op.create_index("ix_file_sha256", "file", ["sha256"])
    op.create_index("ix_file_expires_at", "file", ["expires_at"])
    op.create_table(
        "attachment",
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("file_id", BIG, nullable=False),
        sa.Column("target", sa.String(length=32), nullable=False),
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("incident_id", BIG, nullable=True),
        sa.Column("finding_id", BIG, nullable=True),
        sa.Column("user_id", BIG, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        _cascade("attachment", "organization_id", "organization"),
        _cascade("attachment", "file_id", "file"),
        _cascade("attachment", "site_id", "site"),
        _cascade("attachment", "incident_id", "incident"),
        _cascade("attachment", "finding_id", "finding"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("file_id", "target", name=op.f("uq_attachment_file_id_target")),
    )
    op.create_index("ix_attachment_site_id_id", "attachment", ["site_id", "id"])
    op.create_index("ix_attachment_incident_id_id", "attachment", ["incident_id", "id"])
    op.create_index("ix_attachment_finding_id_id", "attachment", ["finding_id", "id"])
    op.create_table(
        "file_account",
        sa.Column("organization_id", BIG, autoincrement=False, nullable=False),
        sa.Column("used_bytes", BIG, nullable=False),
        _cascade("file_account", "organization_id", "organization"),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_file_account")),
    )


def downgrade():
    op.drop_table("file_account")
    op.drop_table("attachment")
    op.drop_table("file")
