"""Addresses and tags are what they are on MariaDB too, where é was e

Revision ID: 0019
Revises: 0018
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

COLUMNS = (("user", "email", "VARCHAR(254)", "NULL"), ("site_tag", "tag", "VARCHAR(50)", "NOT NULL"))


def upgrade():
    _collate("utf8mb4_bin")


def downgrade():
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        _collate(bind.exec_driver_sql("SELECT @@collation_database").scalar())


def _collate(collation):
    """SQLite compares bytes by itself."""
    if op.get_bind().dialect.name == "sqlite":
        return
    for table, column, kind, null in COLUMNS:
        op.execute(
            f"ALTER TABLE `{table}` MODIFY `{column}` {kind} CHARACTER SET utf8mb4 COLLATE {collation} {null}"
        )
