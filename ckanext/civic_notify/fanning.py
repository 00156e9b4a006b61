"""From news to deliveries: one row for each event, recipient and channel, in one statement. Nothing here commits."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.domain.news import TEMPOS, Happened
from ckanext.civic_core.model import EventRow, NewsRow
from ckanext.civic_notify import settings
from ckanext.civic_notify.channels import registry
from ckanext.civic_notify.model import Delivery
from ckanext.civic_notify.recipients import known

__all__ = ["owe"]

#: news that must not wait for a digest, whatever else a reader has chosen
_NEVER_GATHERED = ("own", "security")


def owe(session: Session, events: Sequence[Happened]) -> int:
    """Owe these events to everybody who follows one of their targets; one statement, however many there are.

    Who did it himself is not told. Who follows several targets is told once: as soon as any of his tempos says, and
    because of the nearest target. What is owed already stays as it is.

    :returns: how many deliveries are new.
    """
    plugin, channels = known(), registry.names()
    if plugin is None or not channels or not events:
        return 0
    chosen = _chosen(plugin.subscribers().subquery("subscriber"), [event.id for event in events], channels)
    statement = insert(Delivery.__table__).from_select(_COLUMNS, _owed(chosen.subquery("chosen")))
    result: Any = session.execute(statement.on_conflict_do_nothing())
    return int(result.rowcount)


def _chosen(subscriber: Any, events: Sequence[int], channels: Sequence[str]) -> sa.Select[Any]:
    """Each recipient once for each event and channel."""
    news, event = NewsRow, EventRow
    quickest = sa.case({tempo: place for place, tempo in enumerate(TEMPOS)}, value=subscriber.c.tempo)
    return (
        sa.select(
            news.event_id, subscriber.c.recipient, subscriber.c.channel, news.target_type, news.target_id,
            news.about_type, news.about_id, news.topic, subscriber.c.tempo, subscriber.c.every_change, news.urgent,
            news.at,
        )
        .join(subscriber, sa.and_(
            subscriber.c.target_type == news.target_type, subscriber.c.target_id == news.target_id,
        ))
        .join(event, event.id == news.event_id)
        .where(
            news.event_id.in_(events), subscriber.c.channel.in_(channels), subscriber.c.since <= news.at,
            subscriber.c.recipient.is_distinct_from(event.actor),
        )
        .distinct(news.event_id, subscriber.c.recipient, subscriber.c.channel)
        .order_by(news.event_id, subscriber.c.recipient, subscriber.c.channel, quickest, news.rank)
    )


_COLUMNS = (
    "kind", "event_id", "recipient", "channel", "target_type", "target_id", "about_type", "about_id", "topic", "tempo",
    "urgent", "gather", "state", "reason", "settled_at", "due", "event_at", "created",
)


def _owed(chosen: Any) -> sa.Select[Any]:
    now = clock.now()
    too_old = chosen.c.at < now - settings.news_age()
    waits = sa.and_(
        chosen.c.topic.not_in(_NEVER_GATHERED), sa.or_(chosen.c.tempo != "at_once", _heard_today(chosen))
    )
    return sa.select(
        sa.literal("event"), chosen.c.event_id, chosen.c.recipient, chosen.c.channel, chosen.c.target_type,
        chosen.c.target_id, chosen.c.about_type, chosen.c.about_id, chosen.c.topic,
        sa.case((sa.and_(waits, chosen.c.tempo == "at_once"), "daily"), else_=chosen.c.tempo), chosen.c.urgent, waits,
        sa.case((too_old, "suppressed"), else_="queued"), sa.case((too_old, "too_old"), else_=""),
        sa.case((too_old, now), else_=sa.null()), sa.literal(now), chosen.c.at, sa.literal(now),
    )


def _heard_today(chosen: Any) -> Any:
    """Data of one thing are told at once only once a day, but to those who asked for each change."""
    day = clock.start_of_day(clock.today())
    earlier = sa.orm.aliased(Delivery)
    before = sa.exists().where(
        earlier.about_id == chosen.c.about_id, earlier.recipient == chosen.c.recipient,
        earlier.channel == chosen.c.channel, earlier.event_at >= day, earlier.about_id != "",
        earlier.about_type == chosen.c.about_type, earlier.topic == "data", sa.not_(earlier.gather),
        earlier.event_id != chosen.c.event_id, earlier.state != "suppressed",
    )
    place = sa.func.row_number().over(
        partition_by=(chosen.c.recipient, chosen.c.channel, chosen.c.about_type, chosen.c.about_id, chosen.c.topic),
        order_by=(chosen.c.tempo != "at_once", chosen.c.event_id),
    )
    return sa.and_(
        chosen.c.topic == "data", chosen.c.about_id != "", sa.not_(chosen.c.every_change),
        sa.or_(place > 1, before),
    )
