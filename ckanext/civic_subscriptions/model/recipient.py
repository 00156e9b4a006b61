"""How readers are reached."""
from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.civic_core.domain.news import TEMPOS

_Instant = sa.DateTime(timezone=True)
_tempos = ", ".join(f"'{tempo}'" for tempo in TEMPOS)


class Preferences(tk.BaseModel):
    """What one reader chose for everything that he is sent; a reader without a row chose nothing."""

    __tablename__ = "civic_subscriptions_preferences"
    __table_args__ = (
        sa.CheckConstraint("digest_hour between 0 and 23", name="civic_subscriptions_preferences_hour"),
        sa.CheckConstraint(f"work_tempo in ({_tempos})", name="civic_subscriptions_preferences_tempo"),
        sa.CheckConstraint(
            "(quiet_from is null) = (quiet_until is null)", name="civic_subscriptions_preferences_quiet"
        ),
    )

    recipient: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    language: Mapped[str | None] = mapped_column(sa.Text)
    #: nothing is sent since then; empty where all is
    paused_since: Mapped[datetime | None] = mapped_column(_Instant)
    quiet_from: Mapped[time | None] = mapped_column(sa.Time)
    quiet_until: Mapped[time | None] = mapped_column(sa.Time)
    digest_hour: Mapped[int] = mapped_column(sa.SmallInteger, nullable=False, default=9, server_default="9")
    #: of what one hears because of what one is: as an editor, a keeper, or of one's own requests
    work_tempo: Mapped[str] = mapped_column(sa.Text, nullable=False, default="daily", server_default="daily")
    work_channels: Mapped[list[str]] = mapped_column(
        ARRAY(sa.Text), nullable=False, default=["email"], server_default=sa.text("'{email}'")
    )
    #: the reader's id in the application that takes messages
    app_id: Mapped[str | None] = mapped_column(sa.Text)
    #: when CKAN's own followers were taken over
    follows_taken: Mapped[datetime | None] = mapped_column(_Instant)
    created: Mapped[datetime] = mapped_column(_Instant, nullable=False)
    changed: Mapped[datetime] = mapped_column(_Instant, nullable=False)


class Address(tk.BaseModel):
    """An e-mail address of somebody without an account."""

    __tablename__ = "civic_subscriptions_address"
    __table_args__ = (
        sa.UniqueConstraint("email", name="civic_subscriptions_address_once"),
        sa.CheckConstraint("email = lower(email)", name="civic_subscriptions_address_small"),
        sa.Index(
            "civic_subscriptions_address_unconfirmed", "last_asked", postgresql_where=sa.text("confirmed_at is null")
        ),
    )

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    email: Mapped[str] = mapped_column(sa.Text, nullable=False)
    confirmed_at: Mapped[datetime | None] = mapped_column(_Instant)
    language: Mapped[str] = mapped_column(sa.Text, nullable=False)
    last_asked: Mapped[datetime] = mapped_column(_Instant, nullable=False)
    created: Mapped[datetime] = mapped_column(_Instant, nullable=False)


class Sent(tk.BaseModel):
    """How many letters of a kind an address was sent on a day because somebody typed it in.

    The address itself is not here, so that the count outlives an address that is forgotten.
    """

    __tablename__ = "civic_subscriptions_sent"

    kind: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    #: keyed hash of the address
    digest: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    day: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    count: Mapped[int] = mapped_column(sa.SmallInteger, nullable=False)


class Errand(tk.BaseModel):
    """What a visitor asked for with an e-mail address, until a worker has done it."""

    __tablename__ = "civic_subscriptions_errand"
    __table_args__ = (sa.Index("civic_subscriptions_errand_by_time", "after", "id"),)

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.Text, nullable=False)
    asked: Mapped[dict[str, Any]] = mapped_column(JSONB, nullable=False)
    created: Mapped[datetime] = mapped_column(_Instant, nullable=False)
    #: nobody takes it up before
    after: Mapped[datetime] = mapped_column(_Instant, nullable=False)


class Phone(tk.BaseModel):
    """A telephone number that a reader gave; used once he typed the code that was sent there."""

    __tablename__ = "civic_subscriptions_phone"
    __table_args__ = (
        sa.Index(
            "civic_subscriptions_phone_one", "recipient", unique=True,
            postgresql_where=sa.text("confirmed_at is not null"),
        ),
    )

    recipient: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    number: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    #: keyed hash of the code
    code: Mapped[str | None] = mapped_column(sa.Text)
    tries: Mapped[int] = mapped_column(sa.SmallInteger, nullable=False, default=0, server_default="0")
    expires: Mapped[datetime | None] = mapped_column(_Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(_Instant)


class Endpoint(tk.BaseModel):
    """A browser that agreed to be pushed to."""

    __tablename__ = "civic_subscriptions_endpoint"
    __table_args__ = (
        sa.UniqueConstraint("address", name="civic_subscriptions_endpoint_once"),
        sa.Index("civic_subscriptions_endpoint_of", "recipient", "created"),
    )

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True, default=make_uuid)
    recipient: Mapped[str] = mapped_column(sa.Text, nullable=False)
    address: Mapped[str] = mapped_column(sa.Text, nullable=False)
    p256dh: Mapped[str] = mapped_column(sa.Text, nullable=False)
    auth: Mapped[str] = mapped_column(sa.Text, nullable=False)
    user_agent: Mapped[str] = mapped_column(sa.Text, nullable=False, default="", server_default="")
    created: Mapped[datetime] = mapped_column(_Instant, nullable=False)


class Refusal(tk.BaseModel):
    """An address that its provider refuses for good: not used until the reader gives it again or another one."""

    __tablename__ = "civic_subscriptions_refused"

    recipient: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    channel: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    #: keyed hash of the address
    digest: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    since: Mapped[datetime] = mapped_column(_Instant, nullable=False)
