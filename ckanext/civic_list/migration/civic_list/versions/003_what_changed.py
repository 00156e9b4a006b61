"""What changed in the data, beside the fact that something did.

Revision ID: 003_what_changed
Revises: 002_delivery
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "003_what_changed"
down_revision = "002_delivery"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("civic_list_evidence", sa.Column("changes", JSONB, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("civic_list_evidence", "changes")
