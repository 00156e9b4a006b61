"""Addresses that refused messages for good: not used again before their reader says so. Nothing here commits."""
from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_subscriptions import hidden
from ckanext.civic_subscriptions.model import Endpoint, Refusal

__all__ = ["Refused", "digest", "forget", "known", "unreachable"]

Refused = set[tuple[str, str, str]]


def unreachable(session: Session, recipient: str, channel: str, address: str) -> None:
    """Use an address no more, as its provider says: a browser is forgotten, anything else noted.

    :param address: as the provider was given it; of a browser its id will do.
    """
    if channel == "web_push":
        session.execute(sa.delete(Endpoint).where(
            Endpoint.recipient == recipient, sa.or_(Endpoint.id == address, Endpoint.address == address)
        ))
        return
    statement = insert(Refusal.__table__).values(
        recipient=recipient, channel=channel, digest=digest(channel, address), since=clock.now()
    )
    session.execute(statement.on_conflict_do_nothing())


def known(session: Session, recipients: Collection[str]) -> Refused:
    """What these readers' addresses refused; one statement."""
    row = Refusal
    query = sa.select(row.recipient, row.channel, row.digest).where(row.recipient.in_(recipients))
    return {(one.recipient, one.channel, one.digest) for one in session.execute(query)}


def forget(session: Session, recipient: str, channel: str) -> None:
    """Try the reader's addresses of this channel again."""
    session.execute(sa.delete(Refusal).where(Refusal.recipient == recipient, Refusal.channel == channel))


def digest(channel: str, address: str) -> str:
    """The keyed hash by which an address is known again."""
    return hidden.digest("refused", channel, address.lower())
