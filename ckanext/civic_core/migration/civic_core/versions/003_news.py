"""Events of which somebody is to be told, and what each is news of.

Revision ID: 003_news
Revises: 002_working_calendar
"""
import sqlalchemy as sa
from alembic import op

revision = "003_news"
down_revision = "002_working_calendar"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "civic_core_pending",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("stream_id", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("after", _INSTANT, nullable=False),
        sa.Column("tries", sa.SmallInteger, nullable=False, server_default="0"),
        sa.UniqueConstraint("stream", "stream_id", "sequence", name="civic_core_pending_once"),
    )
    op.create_index("civic_core_pending_by_time", "civic_core_pending", ["after", "id"])
    op.create_table(
        "civic_core_news",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column(
            "event_id", sa.BigInteger, sa.ForeignKey("civic_core_event.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("target_type", sa.Text, nullable=False),
        sa.Column("target_id", sa.Text, nullable=False),
        sa.Column("rank", sa.SmallInteger, nullable=False),
        sa.Column("about_type", sa.Text, nullable=False),
        sa.Column("about_id", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.UniqueConstraint("event_id", "target_type", "target_id", name="civic_core_news_once"),
    )
    op.create_index("civic_core_news_by_target", "civic_core_news", ["target_type", "target_id", "at", "event_id"])


def downgrade() -> None:
    op.drop_table("civic_core_news")
    op.drop_table("civic_core_pending")
