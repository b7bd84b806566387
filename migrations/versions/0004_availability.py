"""Availability at full strength: policies, locations, votes, causes, and who was told

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
TELLINGS = ("none", "pending", "told", "held", "closing", "done")

LISTS = (("monitor", "locations"), ("location", "control_targets"))


def _columns():
    """Table → its new columns; what must not be null gets a value for the rows that are there."""
    return {
        "monitor": [
            sa.Column("is_inverted", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("retry_seconds", sa.Integer(), nullable=True),
            sa.Column("slow_ms", sa.Integer(), nullable=True),
            sa.Column("slow_factor", sa.Float(), nullable=True),
            sa.Column("locations", sa.JSON(), nullable=True),
            sa.Column("quorum", sa.Integer(), nullable=True),
            sa.Column("escalation_id", BIG, nullable=True),
            sa.Column("push_token", sa.String(length=64), nullable=True),
        ],
        "monitor_state": [
            sa.Column("memory", sa.Text(), nullable=True),
            sa.Column("is_flapping", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("votes", sa.JSON(), nullable=True),
        ],
        "location": [
            sa.Column("is_enabled", sa.Boolean(), nullable=False, server_default=sa.true()),
            sa.Column("sealed_key", sa.Text(), nullable=True),
            sa.Column("control_targets", sa.JSON(), nullable=True),
            sa.Column("last_seen_ms", BIG, nullable=True),
            sa.Column("last_report", sa.JSON(), nullable=True),
        ],
        "incident": [
            sa.Column("level", sa.String(length=16), nullable=False, server_default="down"),
            sa.Column("is_withdrawn", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("votes", sa.JSON(), nullable=True),
            sa.Column("category", sa.String(length=24), nullable=True),
            sa.Column("rule", sa.String(length=48), nullable=True),
            sa.Column("evidence", sa.JSON(), nullable=True),
            sa.Column("assigned_to", BIG, nullable=True),
            sa.Column("telling", sa.String(length=16), nullable=False, server_default="none"),
            sa.Column("held_by", sa.String(length=32), nullable=True),
            sa.Column("decide_at", MOMENT, nullable=True),
            sa.Column("storm_id", BIG, nullable=True),
            sa.Column("escalation", sa.JSON(), nullable=True),
            sa.Column("escalate_at", MOMENT, nullable=True),
        ],
        "channel": [sa.Column("manners", sa.JSON(), nullable=True)],
        "organization": [
            sa.Column("retention", sa.JSON(), nullable=True),
            sa.Column("alerting", sa.JSON(), nullable=True),
        ],
        "membership": [sa.Column("contact_channels", sa.JSON(), nullable=True)],
    }


def upgrade():
    for table, columns in _columns().items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.add_column(column)
    for table, name in LISTS:
        op.execute(sa.text(f"UPDATE {table} SET {name} = '[]'"))  # noqa: S608 - two names of our own
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(name, existing_type=sa.JSON(), nullable=False)
    # Whom an open incident of before was told is in its deliveries; its end is told as well.
    op.execute(
        sa.text("UPDATE incident SET telling = 'told' WHERE closed_at IS NULL AND monitor_id IS NOT NULL")
    )
    with op.batch_alter_table("monitor", schema=None) as batch_op:
        batch_op.create_unique_constraint("uq_monitor_push_token", ["push_token"])
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.create_check_constraint("telling", sa.column("telling").in_(TELLINGS))
        batch_op.create_index("ix_incident_telling_decide_at", ["telling", "decide_at"], unique=False)
        batch_op.create_index("ix_incident_escalate_at", ["escalate_at"], unique=False)
    _make_tables()


def _make_tables():
    op.create_table(
        "incident_comment",
        sa.Column("incident_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=True),
        sa.Column("author", sa.String(length=254), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
            name=op.f("fk_incident_comment_incident_id_incident"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_comment")),
    )
    with op.batch_alter_table("incident_comment", schema=None) as batch_op:
        batch_op.create_index("ix_incident_comment_incident_id_id", ["incident_id", "id"], unique=False)
    for table, one, other in (
        ("monitor_dependency", "monitor_id", "parent_id"),
        ("group_member", "group_id", "member_id"),
    ):
        op.create_table(
            table,
            sa.Column(one, BIG, autoincrement=False, nullable=False),
            sa.Column(other, BIG, autoincrement=False, nullable=False),
            sa.ForeignKeyConstraint(
                [one], ["monitor.id"], name=op.f(f"fk_{table}_{one}_monitor"), ondelete="CASCADE"
            ),
            sa.ForeignKeyConstraint(
                [other], ["monitor.id"], name=op.f(f"fk_{table}_{other}_monitor"), ondelete="CASCADE"
            ),
            sa.PrimaryKeyConstraint(one, other, name=op.f(f"pk_{table}")),
        )
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_index(f"ix_{table}_{other}", [other], unique=False)


def downgrade():
    for table in ("group_member", "monitor_dependency", "incident_comment"):
        op.drop_table(table)
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_index("ix_incident_escalate_at")
        batch_op.drop_index("ix_incident_telling_decide_at")
        batch_op.drop_constraint("telling", type_="check")
    with op.batch_alter_table("monitor", schema=None) as batch_op:
        batch_op.drop_constraint("uq_monitor_push_token", type_="unique")
    for table, columns in reversed(_columns().items()):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in reversed(columns):
                batch_op.drop_column(column.name)
