"""Second factors, passkeys, sign-in by others

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def _times():
    return (
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
    )


def _id():
    return sa.Column("id", BIG, autoincrement=False, nullable=False)


def _belongs(table, column, parent):
    return sa.ForeignKeyConstraint(
        [column], [f"{parent}.id"], name=op.f(f"fk_{table}_{column}_{parent}"), ondelete="CASCADE"
    )


def upgrade():
    with op.batch_alter_table("organization", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("requires_factor", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.add_column(sa.Column("has_factor", sa.Boolean(), nullable=False, server_default=sa.false()))
    _second_factors()
    _sign_in_by_others()


def _second_factors():
    op.create_table(
        "totp",
        sa.Column("user_id", BIG, autoincrement=False, nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("last_step", BIG, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        *_times(),
        _belongs("totp", "user_id", "user"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_totp")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        _id(),
        *_times(),
        _belongs("recovery_code", "user_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index("ix_recovery_code_user_id", "recovery_code", ["user_id"])
    op.create_table(
        "passkey",
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", BIG, nullable=False),
        sa.Column("transports", sa.JSON(), nullable=False),
        sa.Column("is_synced", sa.Boolean(), nullable=False),
        sa.Column("last_used_at", MOMENT, nullable=True),
        _id(),
        *_times(),
        _belongs("passkey", "user_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("digest", name=op.f("uq_passkey_digest")),
    )
    op.create_index("ix_passkey_user_id", "passkey", ["user_id"])


def _sign_in_by_others():
    new_role = sa.Enum(
        "operator", "viewer", name="new_role", native_enum=False, create_constraint=True, length=16
    )
    op.create_table(
        "oidc_provider",
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=True),
        sa.Column("domains", sa.JSON(), nullable=False),
        sa.Column("new_role", new_role, nullable=True),
        sa.Column("proves_factor", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        _id(),
        *_times(),
        _belongs("oidc_provider", "organization_id", "organization"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oidc_provider")),
    )
    op.create_index("ix_oidc_provider_organization_id", "oidc_provider", ["organization_id"])
    op.create_table(
        "oidc_link",
        sa.Column("provider_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("last_used_at", MOMENT, nullable=True),
        _id(),
        *_times(),
        _belongs("oidc_link", "provider_id", "oidc_provider"),
        _belongs("oidc_link", "user_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oidc_link")),
        sa.UniqueConstraint("provider_id", "digest", name=op.f("uq_oidc_link_provider_id_digest")),
        sa.UniqueConstraint("provider_id", "user_id", name=op.f("uq_oidc_link_provider_id_user_id")),
    )
    op.create_index("ix_oidc_link_user_id", "oidc_link", ["user_id"])


def downgrade():
    for table in ("oidc_link", "oidc_provider", "passkey", "recovery_code", "totp"):
        op.drop_table(table)
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.drop_column("has_factor")
    with op.batch_alter_table("organization", schema=None) as batch_op:
        batch_op.drop_column("requires_factor")
