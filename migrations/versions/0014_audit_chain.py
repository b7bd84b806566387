"""The audit log chained by hash, its end, its cuts, and triggers that refuse every edit

Revision ID: 0014
Revises: 0013
"""

import hashlib
import json
import logging

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
NAMES = ("audit_entry_no_update", "audit_entry_no_delete", "audit_cut_no_update", "audit_cut_no_delete")
COVERED = "SELECT 1 FROM audit_cut WHERE chain = COALESCE(OLD.organization_id, 0) AND number >= OLD.number"
WRONG = "audit entries are never changed"
TOLD = (
    "id",
    "organization_id",
    "number",
    "user_id",
    "user_email",
    "way",
    "ip",
    "request_id",
    "action",
    "object_type",
    "object_id",
    "before",
    "after",
    "at",
)
log = logging.getLogger("alembic.runtime.migration")


def upgrade():
    op.create_table(
        "audit_head",
        sa.Column("chain", BIG, autoincrement=False, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "audit_cut",
        sa.Column("chain", BIG, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("signer", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_cut")),
    )
    with op.batch_alter_table("audit_cut", schema=None) as batch_op:
        batch_op.create_index("ix_audit_cut_chain_number", ["chain", "number"], unique=False)
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_constraint("fk_audit_entry_organization_id_organization", type_="foreignkey")
        batch_op.add_column(sa.Column("number", BIG, nullable=False, server_default="0"))
        batch_op.add_column(
            sa.Column("previous_hash", sa.String(length=64), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("hash", sa.String(length=64), nullable=False, server_default=""))
    _link()
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.alter_column("number", existing_type=BIG, existing_nullable=False, server_default=None)
        for name in ("previous_hash", "hash"):
            batch_op.alter_column(
                name, existing_type=sa.String(length=64), existing_nullable=False, server_default=None
            )
        batch_op.create_index("ix_audit_entry_organization_id_number", ["organization_id", "number"])
    _guard()


def downgrade():
    for name in NAMES:
        op.execute(f"DROP TRIGGER IF EXISTS {name}")
    entry, organization = (
        sa.table("audit_entry", sa.column("organization_id")),
        sa.table("organization", sa.column("id")),
    )
    gone = entry.c.organization_id.not_in(sa.select(organization.c.id))
    op.execute(entry.delete().where(entry.c.organization_id.is_not(None), gone))
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_organization_id_number")
        batch_op.drop_column("hash")
        batch_op.drop_column("previous_hash")
        batch_op.drop_column("number")
        batch_op.create_foreign_key(
            "fk_audit_entry_organization_id_organization",
            "organization",
            ["organization_id"],
            ["id"],
            ondelete="CASCADE",
        )
    op.drop_table("audit_cut")
    op.drop_table("audit_head")


def _link():
    """Chain what was written before, in its order."""
    connection = op.get_bind()
    types = {"before": sa.JSON(none_as_null=True), "after": sa.JSON(none_as_null=True), "at": MOMENT}
    columns = [sa.column(name, types.get(name)) for name in (*TOLD, "previous_hash", "hash")]
    entry = sa.table("audit_entry", *columns)
    head = sa.table("audit_head", *map(sa.column, ("chain", "number", "hash")))
    for chain in connection.scalars(sa.select(entry.c.organization_id).distinct()).all():
        own = entry.c.organization_id.is_(None) if chain is None else entry.c.organization_id == chain
        number, last, after = 0, "", 0
        while rows := connection.execute(
            sa.select(entry).where(own, entry.c.id > after).order_by(entry.c.id).limit(500)
        ).all():
            for row in rows:
                number, after = number + 1, row.id
                facts = {**{name: getattr(row, name) for name in TOLD}, "number": number}
                facts["at"] = row.at.isoformat(timespec="microseconds") + "+00:00"
                written = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
                values = {"number": number, "previous_hash": last}
                last = hashlib.sha256(f"{last}\n{written}".encode()).hexdigest()
                connection.execute(sa.update(entry).where(entry.c.id == row.id).values(**values, hash=last))
        connection.execute(sa.insert(head).values(chain=chain or 0, number=number, hash=last))


def _guard():
    """Refuse edits in the database itself. MariaDB may withhold the right to make triggers."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _sqlite() if is_sqlite else _mariadb():
        try:
            op.execute(statement)
        except sa.exc.DBAPIError as error:
            if is_sqlite:
                raise
            log.warning("the audit log has no triggers, since the database refused them: %s", error.orig)
            return


def _sqlite():
    refuse = f"BEGIN SELECT RAISE(ABORT, '{WRONG}'); END"
    yield f"CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry {refuse}"
    yield f"CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry WHEN NOT EXISTS ({COVERED}) {refuse}"
    yield f"CREATE TRIGGER audit_cut_no_update BEFORE UPDATE ON audit_cut {refuse}"
    yield f"CREATE TRIGGER audit_cut_no_delete BEFORE DELETE ON audit_cut {refuse}"


def _mariadb():
    refuse = f"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{WRONG}'"
    when = f"BEGIN IF NOT EXISTS ({COVERED}) THEN {refuse}; END IF; END"
    yield f"CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry FOR EACH ROW {refuse}"
    yield f"CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry FOR EACH ROW {when}"
    yield f"CREATE TRIGGER audit_cut_no_update BEFORE UPDATE ON audit_cut FOR EACH ROW {refuse}"
    yield f"CREATE TRIGGER audit_cut_no_delete BEFORE DELETE ON audit_cut FOR EACH ROW {refuse}"
