"""Calls of targets that report by themselves

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "heartbeat",
        sa.Column("monitor_id", BIG, autoincrement=False, nullable=False),
        sa.Column("deadline_ms", BIG, nullable=False),
        sa.Column("last_call_ms", BIG, nullable=True),
        sa.Column("last_kind", sa.String(length=8), nullable=True),
        sa.Column("started_ms", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["monitor_id"], ["monitor.id"], name=op.f("fk_heartbeat_monitor_id_monitor"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("monitor_id", name=op.f("pk_heartbeat")),
    )
    with op.batch_alter_table("heartbeat", schema=None) as batch_op:
        batch_op.create_index("ix_heartbeat_deadline_ms", ["deadline_ms"], unique=False)


def downgrade():
    op.drop_table("heartbeat")
