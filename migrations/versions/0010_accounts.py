"""Accounts: phones, invitations, registration

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
ROLES = ("owner", "admin", "operator", "viewer")


def upgrade():
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.alter_column("email", existing_type=sa.String(length=254), nullable=True)
        batch_op.add_column(sa.Column("phone", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("email_verified_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("phone_verified_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("last_organization_id", BIG, nullable=True))
        batch_op.create_unique_constraint("uq_user_phone", ["phone"])
        batch_op.create_check_constraint(op.f("ck_user_account"), "email IS NOT NULL OR phone IS NOT NULL")
        batch_op.create_foreign_key(
            "fk_user_last_organization_id_organization",
            "organization",
            ["last_organization_id"],
            ["id"],
            ondelete="SET NULL",
        )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_active", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_table(
        "invitation",
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column(
            "role",
            sa.Enum(*ROLES, name="role", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=16), nullable=True),
        sa.Column("site_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("is_sent", sa.Boolean(), nullable=False),
        sa.Column("invited_by", sa.String(length=254), nullable=False),
        sa.Column("invited_by_id", BIG, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("accepted_by_id", BIG, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_invitation_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["accepted_by_id"],
            ["user.id"],
            name=op.f("fk_invitation_accepted_by_id_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["invited_by_id"],
            ["user.id"],
            name=op.f("fk_invitation_invited_by_id_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index("ix_invitation_organization_id_id", ["organization_id", "id"], unique=False)


def downgrade():
    op.drop_table("invitation")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_column("is_active")
    _give_addresses()
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.drop_constraint("fk_user_last_organization_id_organization", type_="foreignkey")
        batch_op.drop_constraint(op.f("ck_user_account"), type_="check")
        batch_op.drop_constraint("uq_user_phone", type_="unique")
        batch_op.drop_column("last_organization_id")
        batch_op.drop_column("phone_verified_at")
        batch_op.drop_column("email_verified_at")
        batch_op.drop_column("phone")
        batch_op.alter_column("email", existing_type=sa.String(length=254), nullable=False)


def _give_addresses():
    """Whoever has only a phone keeps their row under an address that cannot exist (RFC 2606)."""
    user = sa.table("user", sa.column("email", sa.String()), sa.column("phone", sa.String()))
    op.execute(
        user.update().where(user.c.email.is_(None)).values(email=user.c.phone + sa.literal("@phone.invalid"))
    )
