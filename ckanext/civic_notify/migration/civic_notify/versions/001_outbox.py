"""The outbox: deliveries, and how each channel is doing.

Revision ID: 001_outbox
Revises:
"""
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "001_outbox"
down_revision = None
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_STATES = (
    "'queued', 'claimed', 'sent', 'delivered', 'failed_temporary', 'failed_permanent', 'expired', 'suppressed'"
)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _count(name: str, kind: type = sa.SmallInteger) -> sa.Column:
    return sa.Column(name, kind, nullable=False, server_default="0")


def upgrade() -> None:
    op.create_table(
        "civic_notify_delivery",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("event_id", sa.BigInteger, sa.ForeignKey("civic_core_event.id", ondelete="CASCADE")),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        *(_text(name) for name in ("target_type", "target_id", "about_type", "about_id", "topic")),
        sa.Column("tempo", sa.Text, nullable=False, server_default="at_once"),
        sa.Column("urgent", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("gather", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("digest_id", sa.BigInteger, sa.ForeignKey("civic_notify_delivery.id", ondelete="SET NULL")),
        _text("mark"),
        sa.Column("state", sa.Text, nullable=False, server_default="queued"),
        _text("reason"),
        *(sa.Column(name, _INSTANT, nullable=False) for name in ("due", "event_at", "created")),
        *(sa.Column(name, _INSTANT) for name in ("claimed_until", "handing", "first_try", "settled_at", "expires")),
        *(_count(name) for name in ("doubts", "attempts", "parts")),
        _text("reference"),
        _text("answer"),
        sa.Column("letter", JSONB),
        sa.CheckConstraint(f"state in ({_STATES})", name="civic_notify_delivery_state"),
        sa.CheckConstraint("kind in ('event', 'digest', 'letter')", name="civic_notify_delivery_kind"),
        sa.CheckConstraint("(kind = 'event') = (event_id is not null)", name="civic_notify_delivery_of_event"),
    )
    _indexes()
    op.create_table(
        "civic_notify_channel",
        sa.Column("name", sa.Text, primary_key=True),
        _count("failures", sa.Integer),
        sa.Column("closed_until", _INSTANT),
        _text("last_failure"),
        sa.Column("failed_at", _INSTANT),
        sa.Column("sent_at", _INSTANT),
        sa.Column("minute", _INSTANT),
        _count("taken", sa.Integer),
    )


def _indexes() -> None:
    _index("once", ["event_id", "recipient", "channel"], "event_id is not null", unique=True)
    _index("mark", ["recipient", "channel", "mark"], "mark <> ''", unique=True)
    _index(
        "to_claim", ["channel", sa.text("urgent desc"), "due", "id"],
        "state in ('queued', 'failed_temporary') and not gather",
    )
    _index("to_gather", ["due"], "state = 'queued' and gather")
    _index("leases", ["claimed_until"], "state = 'claimed'")
    _index("by_recipient", ["recipient", "id"])
    _index("same_day", ["about_id", "recipient", "channel", "event_at"], "about_id <> ''")
    _index("of_digest", ["digest_id"], "digest_id is not null")
    _index("by_end", ["settled_at"], "settled_at is not null")
    _index("dead", ["channel", "reason", "id"], "state in ('failed_permanent', 'expired')")
    _index("letters", ["expires"], "letter is not null")
    _index("suppressed", ["reason", "id"], "state = 'suppressed'")
    _index("by_reference", ["channel", "reference"], "reference <> ''")


def _index(name: str, columns: list[Any], where: str | None = None, *, unique: bool = False) -> None:
    op.create_index(
        f"civic_notify_delivery_{name}", "civic_notify_delivery", columns, unique=unique,
        postgresql_where=sa.text(where) if where else None,
    )


def downgrade() -> None:
    op.drop_table("civic_notify_channel")
    op.drop_table("civic_notify_delivery")
