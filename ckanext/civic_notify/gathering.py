"""Puts the news that readers want once a day or once a week into digests, each at its reader's hour."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.domain.news import Reach
from ckanext.civic_notify.domain.times import digest_due, stamp
from ckanext.civic_notify.model import Delivery
from ckanext.civic_notify.recipients import known

__all__ = ["gather"]

#: readers whose news are gathered in one transaction
_AT_ONCE = 500
_TABLE = Delivery.__table__


class _Reader(NamedTuple):
    """Who waits for a digest through one channel."""

    recipient: str
    channel: str
    tempo: str


def gather(session: Session) -> int:
    """Begin the digests that are due, and say of the others when they will be; commit it. A fixed number of statements.

    Safe to do in several workers at once: a digest begins once, and who comes second finds nothing left.

    :returns: how many readers were looked at.
    """
    now = clock.now()
    waiting = _waiting(session, now)
    if not waiting:
        session.rollback()
        return 0
    plugin = known()
    reaches = plugin.reach(session, {one.recipient for one in waiting}) if plugin else {}
    dues = {reader: _due(reader, since, reaches) for reader, since in waiting.items()}
    begun = _begin(session, {reader: due for reader, due in dues.items() if due <= now}, now)
    late = {reader: digest_due(now, reader.tempo, _hour(reader, reaches), clock.zone())
            for reader, due in dues.items() if due <= now and reader not in begun}
    _put_off(session, {**{reader: due for reader, due in dues.items() if due > now}, **late}, now)
    session.commit()
    return len(waiting)


def _waiting(session: Session, now: datetime) -> dict[_Reader, datetime]:
    """Readers, and since when the oldest of their news waits."""
    rows = session.execute(
        sa.select(Delivery.recipient, Delivery.channel, Delivery.tempo, sa.func.min(Delivery.created).label("since"))
        .where(Delivery.state == "queued", Delivery.gather, Delivery.digest_id.is_(None), Delivery.due <= now)
        .group_by(Delivery.recipient, Delivery.channel, Delivery.tempo).limit(_AT_ONCE)
    )
    return {_Reader(row.recipient, row.channel, row.tempo): row.since for row in rows}


def _hour(reader: _Reader, reaches: Mapping[str, Reach]) -> int:
    return reaches[reader.recipient].hour if reader.recipient in reaches else 0


def _due(reader: _Reader, since: datetime, reaches: Mapping[str, Reach]) -> datetime:
    return digest_due(since, reader.tempo, _hour(reader, reaches), clock.zone())


def _begin(session: Session, dues: Mapping[_Reader, datetime], now: datetime) -> Mapping[_Reader, int]:
    """The digests that began; of who has one of that day already, none does."""
    if not dues:
        return {}
    rows = [
        {"kind": "digest", "recipient": reader.recipient, "channel": reader.channel, "tempo": reader.tempo,
         "mark": stamp(due, reader.tempo, clock.zone()), "due": now, "event_at": due, "created": now}
        for reader, due in dues.items()
    ]
    begun = session.execute(
        insert(_TABLE).on_conflict_do_nothing()
        .returning(_TABLE.c.id, _TABLE.c.recipient, _TABLE.c.channel, _TABLE.c.tempo), rows,
    ).all()
    found = {_Reader(row.recipient, row.channel, row.tempo): row.id for row in begun}
    if found:
        session.execute(_TAKE_UP, {**_columns(list(found)), "digests": list(found.values()), "now": now})
    return found


def _put_off(session: Session, dues: Mapping[_Reader, datetime], now: datetime) -> None:
    if dues:
        session.execute(_LATER, {**_columns(list(dues)), "dues": list(dues.values()), "now": now})


def _columns(readers: Sequence[_Reader]) -> dict[str, Any]:
    recipients, channels, tempos = map(list, zip(*readers, strict=True))
    return {"recipients": recipients, "channels": channels, "tempos": tempos}


_TAKE_UP = sa.text("""
    update civic_notify_delivery d set digest_id = reader.digest
    from unnest(cast(:recipients as text[]), cast(:channels as text[]), cast(:tempos as text[]),
                cast(:digests as bigint[])) as reader (recipient, channel, tempo, digest)
    where d.recipient = reader.recipient and d.channel = reader.channel and d.tempo = reader.tempo
      and d.state = 'queued' and d.gather and d.digest_id is null and d.due <= :now
""")
_LATER = sa.text("""
    update civic_notify_delivery d set due = reader.due
    from unnest(cast(:recipients as text[]), cast(:channels as text[]), cast(:tempos as text[]),
                cast(:dues as timestamptz[])) as reader (recipient, channel, tempo, due)
    where d.recipient = reader.recipient and d.channel = reader.channel and d.tempo = reader.tempo
      and d.state = 'queued' and d.gather and d.digest_id is null and d.due <= :now
""")
