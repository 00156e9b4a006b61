"""Who follows what."""
from __future__ import annotations

from datetime import datetime

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.civic_core.domain.news import TEMPOS

_Instant = sa.DateTime(timezone=True)
_tempos = ", ".join(f"'{tempo}'" for tempo in TEMPOS)


class Subscription(tk.BaseModel):
    """One reader follows one thing."""

    __tablename__ = "civic_subscriptions_subscription"
    __table_args__ = (
        sa.UniqueConstraint("recipient", "target_type", "target_id", name="civic_subscriptions_subscription_once"),
        sa.Index("civic_subscriptions_subscription_by_target", "target_type", "target_id"),
        sa.CheckConstraint(f"tempo in ({_tempos})", name="civic_subscriptions_subscription_tempo"),
    )

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    #: id of the user, or ``address:<id>``
    recipient: Mapped[str] = mapped_column(sa.Text, nullable=False)
    target_type: Mapped[str] = mapped_column(sa.Text, nullable=False)
    target_id: Mapped[str] = mapped_column(sa.Text, nullable=False)
    #: what the thing was called when it was last seen by its follower, per language: shown when it is gone
    label: Mapped[dict[str, str]] = mapped_column(JSONB, nullable=False)
    tempo: Mapped[str] = mapped_column(sa.Text, nullable=False)
    channels: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), nullable=False)
    #: told at once of each change, not once a day
    every_change: Mapped[bool] = mapped_column(sa.Boolean, nullable=False, default=False, server_default=sa.false())
    #: what happened before is not told
    since: Mapped[datetime] = mapped_column(_Instant, nullable=False)
    created: Mapped[datetime] = mapped_column(_Instant, nullable=False)


class Wish(tk.BaseModel):
    """What somebody asked for at an address that has not confirmed it yet."""

    __tablename__ = "civic_subscriptions_wish"

    address_id: Mapped[str] = mapped_column(
        sa.Text, sa.ForeignKey("civic_subscriptions_address.id", ondelete="CASCADE"), primary_key=True
    )
    target_type: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    target_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    label: Mapped[dict[str, str]] = mapped_column(JSONB, nullable=False)
    tempo: Mapped[str] = mapped_column(sa.Text, nullable=False)
    created: Mapped[datetime] = mapped_column(_Instant, nullable=False)


class Passed(tk.BaseModel):
    """A succession of agencies whose followers were taken along; by the event that tells of it."""

    __tablename__ = "civic_subscriptions_passed"

    event_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("civic_core_event.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
