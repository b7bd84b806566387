"""Who is told, when, and in which order

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
NOTICE_STATES = ("told", "held", "dropped")
TABLES = (
    "escalation_policy",
    "rota",
    "rota_override",
    "incident_notice",
    "alert_storm",
    "flap",
    "alert_turn",
)


def _id():
    return sa.Column("id", BIG, autoincrement=False, nullable=False)


def _times():
    return (
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
    )


def _to(table, column, other):
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), ondelete="CASCADE"
    )


def _key(table, column="id"):
    return sa.PrimaryKeyConstraint(column, name=op.f(f"pk_{table}"))


def _index(table, *columns):
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.create_index(f"ix_{table}_{'_'.join(columns)}", list(columns), unique=False)


def _make_policies():
    op.create_table(
        "escalation_policy",
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("repeat_minutes", sa.Integer(), nullable=False),
        sa.Column("remind_minutes", sa.Integer(), nullable=True),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        _id(),
        *_times(),
        _to("escalation_policy", "organization_id", "organization"),
        _key("escalation_policy"),
    )
    _index("escalation_policy", "organization_id", "id")


def _make_rotas():
    op.create_table(
        "rota",
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("layers", sa.JSON(), nullable=False),
        sa.Column("feed_hash", sa.String(length=64), nullable=True),
        _id(),
        *_times(),
        _to("rota", "organization_id", "organization"),
        _key("rota"),
        sa.UniqueConstraint("feed_hash", name=op.f("uq_rota_feed_hash")),
    )
    _index("rota", "organization_id", "id")
    op.create_table(
        "rota_override",
        sa.Column("rota_id", BIG, nullable=False),
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("created_by", BIG, nullable=True),
        _id(),
        *_times(),
        _to("rota_override", "rota_id", "rota"),
        _to("rota_override", "organization_id", "organization"),
        _key("rota_override"),
    )
    _index("rota_override", "rota_id", "ends_at")


def _make_notices():
    op.create_table(
        "incident_notice",
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("incident_id", BIG, nullable=False),
        sa.Column("channel_id", BIG, nullable=True),
        sa.Column("user_id", BIG, nullable=True),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*NOTICE_STATES, name="state", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("held_by", sa.String(length=32), nullable=True),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        _id(),
        _to("incident_notice", "organization_id", "organization"),
        _to("incident_notice", "incident_id", "incident"),
        _key("incident_notice"),
    )
    _index("incident_notice", "incident_id", "id")
    _index("incident_notice", "state", "due_at")
    _index("incident_notice", "organization_id", "at")


def _make_groups():
    op.create_table(
        "alert_storm",
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        _id(),
        _to("alert_storm", "organization_id", "organization"),
        _key("alert_storm"),
    )
    _index("alert_storm", "organization_id", "ended_at")
    op.create_table(
        "flap",
        sa.Column("monitor_id", BIG, autoincrement=False, nullable=False),
        sa.Column("incident_id", BIG, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        _to("flap", "monitor_id", "monitor"),
        _key("flap", "monitor_id"),
    )
    op.create_table(
        "alert_turn",
        sa.Column("organization_id", BIG, autoincrement=False, nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        _to("alert_turn", "organization_id", "organization"),
        _key("alert_turn", "organization_id"),
    )
    _index("incident", "storm_id")


def upgrade():
    _make_policies()
    _make_rotas()
    _make_notices()
    _make_groups()


def downgrade():
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_index("ix_incident_storm_id")
    for table in reversed(TABLES):
        op.drop_table(table)
