"""Events of which somebody is to be told, and the targets that each is news of."""
from __future__ import annotations

from datetime import datetime

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

_Instant = sa.DateTime(timezone=True)


class PendingRow(tk.BaseModel):
    """An event that nobody was told of yet; written with the event, deleted when it is spread."""

    __tablename__ = "civic_core_pending"
    __table_args__ = (
        sa.UniqueConstraint("stream", "stream_id", "sequence", name="civic_core_pending_once"),
        sa.Index("civic_core_pending_by_time", "after", "id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    stream: Mapped[str] = mapped_column(sa.Text, nullable=False)
    stream_id: Mapped[str] = mapped_column(sa.Text, nullable=False)
    sequence: Mapped[int] = mapped_column(sa.Integer, nullable=False)
    #: not before: an event that could not be spread is tried again later and later
    after: Mapped[datetime] = mapped_column(_Instant, nullable=False)
    tries: Mapped[int] = mapped_column(sa.SmallInteger, nullable=False, default=0, server_default="0")


class NewsRow(tk.BaseModel):
    """An event as news of one target. ``rank`` 0 is the nearest target of the event."""

    __tablename__ = "civic_core_news"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "target_type", "target_id", name="civic_core_news_once"),
        sa.Index("civic_core_news_by_target", "target_type", "target_id", "at", "event_id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    event_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("civic_core_event.id", ondelete="CASCADE"), nullable=False
    )
    target_type: Mapped[str] = mapped_column(sa.Text, nullable=False)
    target_id: Mapped[str] = mapped_column(sa.Text, nullable=False)
    rank: Mapped[int] = mapped_column(sa.SmallInteger, nullable=False)
    about_type: Mapped[str] = mapped_column(sa.Text, nullable=False, default="")
    about_id: Mapped[str] = mapped_column(sa.Text, nullable=False, default="")
    topic: Mapped[str] = mapped_column(sa.Text, nullable=False)
    urgent: Mapped[bool] = mapped_column(sa.Boolean, nullable=False, default=False)
    at: Mapped[datetime] = mapped_column(_Instant, nullable=False)
