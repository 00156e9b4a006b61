"""The event log.

Revision ID: 001_event_log
Revises:
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "001_event_log"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "civic_core_event",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("stream_id", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text),
        sa.Column("actor_salt", sa.LargeBinary),
        sa.Column("actor_digest", sa.LargeBinary, nullable=False),
        sa.Column("public", JSONB),
        sa.Column("public_salt", sa.LargeBinary),
        sa.Column("public_digest", sa.LargeBinary, nullable=False),
        sa.Column("private", JSONB),
        sa.Column("private_salt", sa.LargeBinary),
        sa.Column("private_digest", sa.LargeBinary, nullable=False),
        sa.Column("previous", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("stream", "stream_id", "sequence", name="civic_core_event_one_per_sequence"),
        sa.CheckConstraint("sequence > 0", name="civic_core_event_sequence_positive"),
    )
    op.create_index("civic_core_event_by_type", "civic_core_event", ["type", "id"])


def downgrade() -> None:
    op.drop_table("civic_core_event")
