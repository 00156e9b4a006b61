"""Searches that are followed, and what is still to be matched with them."""
from __future__ import annotations

from datetime import datetime
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

_Instant = sa.DateTime(timezone=True)


class Search(tk.BaseModel):
    """A search for datasets, kept once, however many follow it."""

    __tablename__ = "civic_subscriptions_search"

    #: SHA-256 of the query as it is kept
    id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    query: Mapped[dict[str, Any]] = mapped_column(JSONB, nullable=False)
    #: when it was last asked for
    created: Mapped[datetime] = mapped_column(_Instant, nullable=False)


class ToMatch(tk.BaseModel):
    """An event of a dataset that may be news for who follows a search."""

    __tablename__ = "civic_subscriptions_to_match"
    __table_args__ = (sa.Index("civic_subscriptions_to_match_by_time", "claimed_until", "event_id"),)

    event_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("civic_core_event.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    dataset_id: Mapped[str] = mapped_column(sa.Text, nullable=False)
    created: Mapped[datetime] = mapped_column(_Instant, nullable=False)
    #: nobody takes it up before
    claimed_until: Mapped[datetime] = mapped_column(_Instant, nullable=False)
