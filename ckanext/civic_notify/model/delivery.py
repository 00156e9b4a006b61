"""What is owed to whom, and what became of it."""
from __future__ import annotations

from datetime import datetime
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.civic_notify.domain.states import STATES

KINDS = ("event", "digest", "letter")
_Instant = sa.DateTime(timezone=True)
_words = ", ".join(f"'{state}'" for state in STATES)
_waiting = sa.text("state in ('queued', 'failed_temporary') and not gather")


class Delivery(tk.BaseModel):
    """One message to one recipient through one channel: of an event, of a digest that gathers several, or a letter.

    The news of a digest are rows of their own that share its fate: what is owed is the rows with an event.
    """

    __tablename__ = "civic_notify_delivery"
    __table_args__ = (
        sa.CheckConstraint(f"state in ({_words})", name="civic_notify_delivery_state"),
        sa.CheckConstraint("kind in ('event', 'digest', 'letter')", name="civic_notify_delivery_kind"),
        sa.CheckConstraint("(kind = 'event') = (event_id is not null)", name="civic_notify_delivery_of_event"),
        sa.Index(
            "civic_notify_delivery_once", "event_id", "recipient", "channel", unique=True,
            postgresql_where=sa.text("event_id is not null"),
        ),
        sa.Index(
            "civic_notify_delivery_mark", "recipient", "channel", "mark", unique=True,
            postgresql_where=sa.text("mark <> ''"),
        ),
        sa.Index(
            "civic_notify_delivery_to_claim", "channel", sa.text("urgent desc"), "due", "id",
            postgresql_where=_waiting,
        ),
        sa.Index(
            "civic_notify_delivery_to_gather", "due", postgresql_where=sa.text("state = 'queued' and gather"),
        ),
        sa.Index(
            "civic_notify_delivery_leases", "claimed_until", postgresql_where=sa.text("state = 'claimed'"),
        ),
        sa.Index("civic_notify_delivery_by_recipient", "recipient", "id"),
        sa.Index(
            "civic_notify_delivery_same_day", "about_id", "recipient", "channel", "event_at",
            postgresql_where=sa.text("about_id <> ''"),
        ),
        sa.Index("civic_notify_delivery_of_digest", "digest_id", postgresql_where=sa.text("digest_id is not null")),
        sa.Index("civic_notify_delivery_by_end", "settled_at", postgresql_where=sa.text("settled_at is not null")),
        sa.Index(
            "civic_notify_delivery_dead", "channel", "reason", "id",
            postgresql_where=sa.text("state in ('failed_permanent', 'expired')"),
        ),
        sa.Index("civic_notify_delivery_letters", "expires", postgresql_where=sa.text("letter is not null")),
        sa.Index(
            "civic_notify_delivery_suppressed", "reason", "id", postgresql_where=sa.text("state = 'suppressed'"),
        ),
        sa.Index("civic_notify_delivery_by_reference", "channel", "reference",
                 postgresql_where=sa.text("reference <> ''")),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.Text, nullable=False)
    event_id: Mapped[int | None] = mapped_column(
        sa.BigInteger, sa.ForeignKey("civic_core_event.id", ondelete="CASCADE")
    )
    #: id of the user, ``address:<id>``, or empty for a letter to an address that nobody has yet
    recipient: Mapped[str] = mapped_column(sa.Text, nullable=False)
    channel: Mapped[str] = mapped_column(sa.Text, nullable=False)
    #: because of what the recipient hears of it
    target_type: Mapped[str] = mapped_column(sa.Text, nullable=False, default="", server_default="")
    target_id: Mapped[str] = mapped_column(sa.Text, nullable=False, default="", server_default="")
    #: what the message shows, and its reader must be allowed to see
    about_type: Mapped[str] = mapped_column(sa.Text, nullable=False, default="", server_default="")
    about_id: Mapped[str] = mapped_column(sa.Text, nullable=False, default="", server_default="")
    topic: Mapped[str] = mapped_column(sa.Text, nullable=False, default="", server_default="")
    tempo: Mapped[str] = mapped_column(sa.Text, nullable=False, default="at_once", server_default="at_once")
    urgent: Mapped[bool] = mapped_column(sa.Boolean, nullable=False, default=False, server_default=sa.false())
    #: a digest takes it up when it is due; until then no worker does
    gather: Mapped[bool] = mapped_column(sa.Boolean, nullable=False, default=False, server_default=sa.false())
    digest_id: Mapped[int | None] = mapped_column(
        sa.BigInteger, sa.ForeignKey("civic_notify_delivery.id", ondelete="SET NULL")
    )
    #: of a digest its tempo and day, of a letter what makes it the same as another
    mark: Mapped[str] = mapped_column(sa.Text, nullable=False, default="", server_default="")
    state: Mapped[str] = mapped_column(sa.Text, nullable=False, default="queued", server_default="queued")
    #: why it was suppressed or failed, as a code
    reason: Mapped[str] = mapped_column(sa.Text, nullable=False, default="", server_default="")
    #: not before
    due: Mapped[datetime] = mapped_column(_Instant, nullable=False)
    event_at: Mapped[datetime] = mapped_column(_Instant, nullable=False)
    created: Mapped[datetime] = mapped_column(_Instant, nullable=False)
    claimed_until: Mapped[datetime | None] = mapped_column(_Instant)
    #: being handed to the provider since; a worker that dies then leaves a message that may have gone
    handing: Mapped[datetime | None] = mapped_column(_Instant)
    #: how often it was sent again although it may have gone
    doubts: Mapped[int] = mapped_column(sa.SmallInteger, nullable=False, default=0, server_default="0")
    attempts: Mapped[int] = mapped_column(sa.SmallInteger, nullable=False, default=0, server_default="0")
    first_try: Mapped[datetime | None] = mapped_column(_Instant)
    settled_at: Mapped[datetime | None] = mapped_column(_Instant)
    #: what the provider calls it
    reference: Mapped[str] = mapped_column(sa.Text, nullable=False, default="", server_default="")
    #: what the provider answered last: a code, no address
    answer: Mapped[str] = mapped_column(sa.Text, nullable=False, default="", server_default="")
    #: of a text message
    parts: Mapped[int] = mapped_column(sa.SmallInteger, nullable=False, default=0, server_default="0")
    #: of a letter: address and words, erased when it is sent
    letter: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    expires: Mapped[datetime | None] = mapped_column(_Instant)


class ChannelState(tk.BaseModel):
    """How a channel is doing: shared by all workers."""

    __tablename__ = "civic_notify_channel"

    name: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    #: failures in a row that are the provider's own
    failures: Mapped[int] = mapped_column(sa.Integer, nullable=False, default=0, server_default="0")
    #: nothing is handed over before
    closed_until: Mapped[datetime | None] = mapped_column(_Instant)
    last_failure: Mapped[str] = mapped_column(sa.Text, nullable=False, default="", server_default="")
    failed_at: Mapped[datetime | None] = mapped_column(_Instant)
    sent_at: Mapped[datetime | None] = mapped_column(_Instant)
    #: of the rate: messages taken in the minute that began then
    minute: Mapped[datetime | None] = mapped_column(_Instant)
    taken: Mapped[int] = mapped_column(sa.Integer, nullable=False, default=0, server_default="0")
