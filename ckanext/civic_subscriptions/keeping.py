"""Writes subscriptions. Nothing here commits."""
from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.domain.news import Target
from ckanext.civic_subscriptions import outbox
from ckanext.civic_subscriptions.domain import defaults
from ckanext.civic_subscriptions.model import Subscription

__all__ = ["Wanted", "follow", "mine", "unfollow"]


@dataclass(frozen=True)
class Wanted:
    """A thing that a reader wants to follow; of what is None he said nothing."""

    target: Target
    label: Mapping[str, str]
    tempo: str | None = None
    channels: Sequence[str] | None = None
    every_change: bool | None = None


def follow(
    session: Session, recipient: str, wanted: Collection[Wanted], *, change: Collection[str] = ()
) -> set[Target]:
    """Let a reader follow these, in one statement; what he follows already stays as it is, but for its label.

    :param change: names of what is changed of those that he follows already: ``tempo``, ``channels``, ``every_change``.
    :returns: what is new.
    """
    if not wanted:
        return set()
    statement = insert(Subscription.__table__).values([_row(recipient, one) for one in wanted])
    statement = statement.on_conflict_do_update(
        constraint="civic_subscriptions_subscription_once",
        set_={name: statement.excluded[name] for name in ("label", *change)},
    )
    fresh = sa.literal_column("(xmax = 0)").label("fresh")
    rows = session.execute(statement.returning(Subscription.target_type, Subscription.target_id, fresh))
    return {Target(row.target_type, row.target_id) for row in rows if row.fresh}


def _row(recipient: str, wanted: Wanted) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": make_uuid(), "recipient": recipient, "target_type": wanted.target.type, "target_id": wanted.target.id,
        "label": dict(wanted.label), "tempo": wanted.tempo or defaults.tempo(wanted.target.type),
        "channels": list(wanted.channels or defaults.channels(outbox.channels())),
        "every_change": bool(wanted.every_change), "since": now, "created": now,
    }


def mine(session: Session, recipient: str, data: Mapping[str, Any], *, lock: bool = False) -> Subscription | None:
    """The reader's own subscription that is meant: by its id, or by what it follows."""
    one = Subscription
    query = sa.select(one).where(one.recipient == recipient)
    if data.get("id"):
        query = query.where(one.id == data["id"])
    else:
        query = query.where(
            one.target_type == data.get("target_type", ""), one.target_id == (data.get("target_id") or "")
        )
    return session.scalars(query.with_for_update() if lock else query).first()


def unfollow(session: Session, recipient: str, target: Target) -> None:
    """Let a reader follow this no more."""
    one = Subscription
    session.execute(sa.delete(one).where(
        one.recipient == recipient, one.target_type == target.type, one.target_id == target.id
    ))
