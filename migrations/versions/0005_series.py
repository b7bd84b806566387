"""Roll-ups and objectives

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
COUNTS = ("up", "down", "unknown", "degraded")
LONG = ("rollup_1h", "rollup_1d")


def _make_rollups():
    for table in LONG:
        op.create_table(
            table,
            sa.Column("monitor_id", BIG, autoincrement=False, nullable=False),
            sa.Column("start_ms", BIG, autoincrement=False, nullable=False),
            sa.Column("location_number", sa.SmallInteger(), autoincrement=False, nullable=False),
            *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
            *(sa.Column(f"{name}_ms", sa.Integer(), nullable=False) for name in COUNTS),
            *(sa.Column(f"planned_{name}", sa.Integer(), nullable=True) for name in COUNTS),
            *(sa.Column(f"planned_{name}_ms", sa.Integer(), nullable=True) for name in COUNTS),
            sa.Column("body", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("monitor_id", "start_ms", "location_number", name=op.f(f"pk_{table}")),
            sqlite_with_rowid=False,
        )
    op.create_table(
        "rollup_mark",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("done_ms", BIG, nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_rollup_mark")),
    )
    op.create_table(
        "rollup_dirty",
        sa.Column("monitor_id", BIG, autoincrement=False, nullable=False),
        sa.Column("start_ms", BIG, autoincrement=False, nullable=False),
        sa.Column("stamp", BIG, nullable=False),
        sa.PrimaryKeyConstraint("monitor_id", "start_ms", name=op.f("pk_rollup_dirty")),
    )


def _make_baselines():
    op.create_table(
        "latency_baseline",
        sa.Column("monitor_id", BIG, autoincrement=False, nullable=False),
        sa.Column("learned_ms", BIG, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["monitor_id"],
            ["monitor.id"],
            name=op.f("fk_latency_baseline_monitor_id_monitor"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("monitor_id", name=op.f("pk_latency_baseline")),
    )


def _change_day_tables():
    """Raw results lose the id made where they were measured, and gain flags; going back leaves them so."""
    inspector = sa.inspect(op.get_bind())
    for name in inspector.get_table_names():
        columns = {each["name"] for each in inspector.get_columns(name)}
        if name.startswith("check_result_") and "flags" not in columns:
            op.execute(sa.text(f"ALTER TABLE {name} ADD COLUMN flags SMALLINT NOT NULL DEFAULT 0"))
            op.execute(sa.text(f"ALTER TABLE {name} DROP COLUMN id"))


def upgrade():
    _change_day_tables()
    _make_rollups()
    _make_baselines()
    kinds = sa.Enum(
        "availability", "latency", name="kind", native_enum=False, create_constraint=True, length=16
    )
    windows = sa.Enum(
        "7d", "28d", "30d", "90d", "month", name="window", native_enum=False, create_constraint=True, length=8
    )
    op.create_table(
        "objective",
        sa.Column("organization_id", BIG, nullable=False),
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("monitor_id", BIG, nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", kinds, nullable=False),
        sa.Column("target", sa.Float(), nullable=False),
        sa.Column("threshold_ms", sa.Integer(), nullable=True),
        sa.Column("window", windows, nullable=False),
        sa.Column("counts_maintenance", sa.Boolean(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("status", sa.JSON(), nullable=True),
        sa.Column("evaluated_ms", BIG, nullable=True),
        sa.Column("burning", sa.String(length=8), nullable=True),
        sa.Column("burning_since_ms", BIG, nullable=True),
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_objective_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_objective_site_id_site"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["monitor_id"], ["monitor.id"], name=op.f("fk_objective_monitor_id_monitor"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objective")),
    )
    with op.batch_alter_table("objective", schema=None) as batch_op:
        batch_op.create_index("ix_objective_organization_id_id", ["organization_id", "id"], unique=False)
        batch_op.create_index("ix_objective_site_id_id", ["site_id", "id"], unique=False)
        batch_op.create_index("ix_objective_monitor_id", ["monitor_id"], unique=False)


def downgrade():
    for table in ("latency_baseline", "objective", "rollup_dirty", "rollup_mark", *reversed(LONG)):
        op.drop_table(table)
