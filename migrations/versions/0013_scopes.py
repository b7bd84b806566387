"""What a membership is narrowed to

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("membership", sa.Column("site_ids", sa.JSON(), nullable=True))
    op.add_column("membership", sa.Column("tags", sa.JSON(), nullable=True))


def downgrade():
    with op.batch_alter_table("membership") as batch:
        batch.drop_column("tags")
        batch.drop_column("site_ids")
