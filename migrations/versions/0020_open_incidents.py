"""What is wrong now is found without going through all that ever was

Revision ID: 0020
Revises: 0019
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

NAME = "ix_incident_organization_id_closed_at_id"


def upgrade():
    op.create_index(NAME, "incident", ["organization_id", "closed_at", "id"])


def downgrade():
    op.drop_index(NAME, table_name="incident")
