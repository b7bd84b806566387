"""Access: refresh tokens, API tokens, signed clients

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def _key(table, column, parent, ondelete="CASCADE"):
    name = op.f(f"fk_{table}_{column}_{parent}")
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=name, ondelete=ondelete)


def _id():
    return sa.Column("id", BIG, autoincrement=False, nullable=False)


def _moment(name, *, nullable=True):
    return sa.Column(name, MOMENT, nullable=nullable)


def _stamps():
    return _moment("created_at", nullable=False), _moment("updated_at", nullable=False)


def upgrade():
    op.create_table(
        "token_family",
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("session_version", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("agent", sa.String(length=300), nullable=False),
        _moment("last_used_at", nullable=False),
        _moment("expires_at", nullable=False),
        _moment("ended_at"),
        _id(),
        *_stamps(),
        _key("token_family", "organization_id", "organization"),
        _key("token_family", "user_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token_family")),
    )
    op.create_index(op.f("ix_token_family_user_id"), "token_family", ["user_id"])
    op.create_index(op.f("ix_token_family_expires_at"), "token_family", ["expires_at"])
    op.create_table(
        "api_token",
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        _moment("expires_at", nullable=False),
        _moment("last_used_at"),
        sa.Column("last_used_ip", sa.String(length=45), nullable=False),
        _id(),
        *_stamps(),
        _key("api_token", "organization_id", "organization"),
        _key("api_token", "user_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
    )
    op.create_index(op.f("ix_api_token_user_id"), "api_token", ["user_id"])
    _vendors()


def _vendors():
    op.create_table(
        "vendor",
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("contact", sa.String(length=500), nullable=False),
        _id(),
        *_stamps(),
        _key("vendor", "organization_id", "organization"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vendor")),
    )
    op.create_index(op.f("ix_vendor_organization_id"), "vendor", ["organization_id"])
    op.create_table(
        "vendor_app",
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("vendor_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("networks", sa.JSON(), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        _moment("secret_made_at", nullable=False),
        sa.Column("sealed_old_secret", sa.Text(), nullable=True),
        _moment("old_until"),
        _moment("last_used_at"),
        sa.Column("last_used_ip", sa.String(length=45), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        _id(),
        *_stamps(),
        _key("vendor_app", "organization_id", "organization"),
        _key("vendor_app", "user_id", "user", "SET NULL"),
        _key("vendor_app", "vendor_id", "vendor"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vendor_app")),
    )
    op.create_index(op.f("ix_vendor_app_user_id"), "vendor_app", ["user_id"])
    op.create_index(op.f("ix_vendor_app_vendor_id"), "vendor_app", ["vendor_id"])


def downgrade():
    for table in ("vendor_app", "vendor", "api_token", "token_family"):
        op.drop_table(table)
