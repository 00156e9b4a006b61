"""From events to those whom they concern: which targets each is news of.

What is pending stands in a table; the rows are taken under a lock that other workers skip, and deleted in the
transaction that writes the news, so that an event is spread once, however many workers there are, and none is lost.
"""
from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import ckan.plugins as p
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.domain.news import Audience, Happened, Target
from ckanext.civic_core.interfaces import ISpread
from ckanext.civic_core.model.event import EventRow
from ckanext.civic_core.model.news import NewsRow, PendingRow
from ckanext.civic_core.news.pending import by_plugin

__all__ = ["add", "as_happened", "happened", "happened_by_id", "spread"]

log = logging.getLogger(__name__)
#: events spread in one transaction
_AT_ONCE = 200
#: the longest wait before an event that could not be spread is tried again
_LONGEST = timedelta(hours=1)


def spread(session: Session) -> int:
    """Spread events that are pending, and commit it.

    :returns: how many.
    """
    try:
        done = _spread(session, _AT_ONCE)
    except Exception:
        log.exception("events could not be spread together; they are tried one by one")
        session.rollback()
        done = _one_by_one(session)
    return done


def _spread(session: Session, most: int) -> int:
    rows = session.execute(
        sa.select(PendingRow.id, PendingRow.stream, PendingRow.stream_id, PendingRow.sequence)
        .where(PendingRow.after <= clock.now()).order_by(PendingRow.after, PendingRow.id).limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    if not rows:
        session.rollback()
        return 0
    _tell(session, happened(session, [(row.stream, row.stream_id, row.sequence) for row in rows]))
    session.execute(sa.delete(PendingRow).where(PendingRow.id.in_([row.id for row in rows])))
    session.commit()
    return len(rows)


def _one_by_one(session: Session) -> int:
    """Spread what can be; what cannot waits, longer each time, and keeps nobody else waiting."""
    done = 0
    for _ in range(_AT_ONCE):
        try:
            count = _spread(session, 1)
        except Exception:
            log.exception("an event could not be spread")
            session.rollback()
            _put_off(session)
            continue
        if not count:
            break
        done += count
    return done


def _put_off(session: Session) -> None:
    row = session.scalars(
        sa.select(PendingRow).where(PendingRow.after <= clock.now()).order_by(PendingRow.after, PendingRow.id)
        .limit(1).with_for_update(skip_locked=True)
    ).first()
    if row is not None:
        row.after = clock.now() + min(timedelta(seconds=10) * 2**row.tries, _LONGEST)
        row.tries = min(row.tries + 1, 1000)
    session.commit()


def happened(session: Session, keys: Sequence[tuple[str, str, int]]) -> list[Happened]:
    """Events by stream, id and sequence, in the order in which they were written; one statement."""
    return _read(session, sa.tuple_(EventRow.stream, EventRow.stream_id, EventRow.sequence).in_(keys))


def happened_by_id(session: Session, ids: Collection[int]) -> list[Happened]:
    """Events by their ids, in the order in which they were written; one statement, none for none."""
    return _read(session, EventRow.id.in_(ids)) if ids else []


def _read(session: Session, which: Any) -> list[Happened]:
    one = EventRow
    rows = session.execute(
        sa.select(one.id, one.type, one.stream, one.stream_id, one.at, one.actor, one.public, one.private)
        .where(which).order_by(one.id)
    )
    return [as_happened(row.id, row) for row in rows]


def as_happened(id_: int, row: Any) -> Happened:
    """An event of a row with its columns; an erased part is empty."""
    return Happened(
        id_, row.type, row.stream, row.stream_id, row.at, row.actor or "", row.public or {}, row.private or {}
    )


def _tell(session: Session, events: Sequence[Happened]) -> None:
    audiences: dict[int, Audience] = {}
    for plugin, own in by_plugin(events).items():
        audiences.update(plugin.audiences(session, own))
    told = [event for event in events if event.id in audiences]
    add(session, told, audiences)


def add(session: Session, events: Sequence[Happened], audiences: Mapping[int, Audience]) -> None:
    """Write what events are news of, also where some targets are known already, and let the plugins know.

    Two statements and those of the plugins. Nothing is committed here.
    """
    rows = [row for event in events for row in _rows(event, audiences[event.id])]
    if not rows:
        return
    session.execute(insert(NewsRow.__table__).on_conflict_do_nothing(constraint="civic_core_news_once"), rows)
    for plugin in p.PluginImplementations(ISpread):
        plugin.spread(session, events)


def _rows(event: Happened, audience: Audience) -> Iterable[dict[str, Any]]:
    about = audience.about or Target("")
    for rank, target in enumerate(dict.fromkeys(audience.targets)):
        yield {
            "event_id": event.id, "target_type": target.type, "target_id": target.id, "rank": rank,
            "about_type": about.type, "about_id": about.id, "topic": audience.topic, "urgent": audience.urgent,
            "at": event.at,
        }
