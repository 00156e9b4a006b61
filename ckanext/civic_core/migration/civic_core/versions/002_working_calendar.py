"""Overrides of the working calendar.

Revision ID: 002_working_calendar
Revises: 001_event_log
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "002_working_calendar"
down_revision = "001_event_log"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "civic_core_calendar_override",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("note", JSONB, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.CheckConstraint("kind in ('holiday', 'working', 'regular')", name="civic_core_calendar_override_kind"),
    )
    op.create_index("civic_core_calendar_override_by_day", "civic_core_calendar_override", ["day", "id"])


def downgrade() -> None:
    op.drop_table("civic_core_calendar_override")
