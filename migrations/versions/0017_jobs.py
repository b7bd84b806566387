"""Long work, and scheduled jobs

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
STATES = ("queued", "running", "done", "failed", "cancelled")


def upgrade():
    op.create_table(
        "job",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("asked_by", sa.String(length=254), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="state", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("is_cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("runner", sa.String(length=64), nullable=False),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.Column("input_file_id", BIG, nullable=True),
        sa.Column("input_name", sa.String(length=200), nullable=False),
        sa.Column("result_file_id", BIG, nullable=True),
        sa.Column("result_name", sa.String(length=200), nullable=False),
        sa.Column("result_size", BIG, nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("kept_until", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_job_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_organization_id_id", ["organization_id", "id"], unique=False)
        batch_op.create_index("ix_job_state_id", ["state", "id"], unique=False)
        batch_op.create_index("ix_job_kept_until", ["kept_until"], unique=False)
    op.create_table(
        "daily_job",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("begun_ms", BIG, nullable=False),
        sa.Column("at", sa.String(length=5), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_daily_job")),
    )


def downgrade():
    op.drop_table("daily_job")
    op.drop_table("job")
