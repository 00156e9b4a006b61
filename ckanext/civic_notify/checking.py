"""What is looked at once more when a delivery is claimed: whether it is still wanted, allowed and true.

A fixed number of statements for a batch, however large. Nothing here changes anything.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.domain.news import Happened, Links, Reach, Target, Told
from ckanext.civic_core.model import NewsRow
from ckanext.civic_core.news import reading
from ckanext.civic_core.news.pending import by_plugin
from ckanext.civic_core.news.spreading import happened_by_id
from ckanext.civic_core.speaking import speaking
from ckanext.civic_notify import keys, settings
from ckanext.civic_notify.channels import registry
from ckanext.civic_notify.channels.base import address_of
from ckanext.civic_notify.domain.times import quiet_until
from ckanext.civic_notify.items import Item
from ckanext.civic_notify.model import Delivery
from ckanext.civic_notify.recipients import known
from ckanext.civic_notify.settling import carried

__all__ = ["Verdict", "check"]

#: topics that neither a pause nor quiet hours hold back
_ALWAYS = ("own", "security")


@dataclass
class Verdict:
    """What is to be done with a claimed batch; the news of digests are in ``suppressed`` one by one."""

    items: list[Item] = field(default_factory=list)
    #: id -> reason
    suppressed: dict[int, str] = field(default_factory=dict)
    #: id -> not before
    later: dict[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class _Known:
    """What was read for the batch."""

    reaches: Mapping[str, Reach]
    events: Mapping[int, Happened]
    wanted: Mapping[int, Target]
    readable: frozenset[tuple[str, str]]
    outdated: frozenset[int]


def check(session: Session, channel: str, rows: Sequence[Any]) -> Verdict:
    """Look at everything again.

    :param rows: of one channel, as claimed.
    """
    verdict, ready = Verdict(), []
    news = carried(session, [row.id for row in rows if row.kind == "digest"])
    known_now = _read(session, [*rows, *news])
    told = _told_by_digest(news, known_now, verdict)
    over_cap = _over_cap(session, channel, rows)
    for row in rows:
        if row.kind == "letter":
            _check_letter(row, verdict)
            continue
        own = told[row.id] if row.kind == "digest" else _check_event(row, known_now, verdict)
        if _is_reached(row, own, known_now, channel, over_cap, verdict):
            ready.append(_Ready(row, own, known_now.reaches[row.recipient]))
    verdict.items += _items(ready)
    return verdict


def _read(session: Session, rows: Sequence[Any]) -> _Known:
    plugin = known()
    of_events = [row for row in rows if row.event_id is not None]
    recipients = {row.recipient for row in rows if row.kind != "letter"}
    events = {event.id: event for event in happened_by_id(session, {row.event_id for row in of_events})}
    asked = {(row.recipient, row.about_id) for row in of_events if row.about_type == "dataset"}
    return _Known(
        reaches=plugin.reach(session, recipients) if plugin and recipients else {},
        events=events,
        wanted=_wanted(session, plugin, [row.id for row in of_events]) if plugin else {},
        readable=frozenset(reading.may_read(session, asked) if asked else ()),
        outdated=frozenset(_outdated(session, events.values())),
    )


def _wanted(session: Session, plugin: Any, ids: Sequence[int]) -> dict[int, Target]:
    """Deliveries whose reader still follows something that the event is news of, and the nearest of that."""
    if not ids:
        return {}
    subscriber = plugin.subscribers().subquery("subscriber")
    rows = session.execute(
        sa.select(Delivery.id, NewsRow.target_type, NewsRow.target_id)
        .join(NewsRow, NewsRow.event_id == Delivery.event_id)
        .join(subscriber, sa.and_(
            subscriber.c.target_type == NewsRow.target_type, subscriber.c.target_id == NewsRow.target_id,
            subscriber.c.recipient == Delivery.recipient, subscriber.c.channel == Delivery.channel,
        ))
        .where(Delivery.id.in_(ids)).distinct(Delivery.id).order_by(Delivery.id, NewsRow.rank)
    )
    return {row.id: Target(row.target_type, row.target_id) for row in rows}


def _outdated(session: Session, events: Iterable[Happened]) -> Iterable[int]:
    for plugin, own in by_plugin(events).items():
        yield from plugin.outdated(session, own)


def _over_cap(session: Session, channel: str, rows: Sequence[Any]) -> frozenset[str]:
    """Who got as many messages today as the channel's cap allows; letters are not counted against anybody."""
    cap = registry.cap(channel)
    recipients = {row.recipient for row in rows if row.kind != "letter"}
    if not cap or not recipients:
        return frozenset()
    day = clock.start_of_day(clock.today())
    return frozenset(session.scalars(
        sa.select(Delivery.recipient)
        .where(Delivery.recipient.in_(recipients), Delivery.channel == channel, Delivery.settled_at >= day,
               Delivery.state.in_(("sent", "delivered")), Delivery.digest_id.is_(None))
        .group_by(Delivery.recipient).having(sa.func.count() >= cap)
    ))


def _told_by_digest(news: Sequence[Any], known_now: _Known, verdict: Verdict) -> dict[int, tuple[Told, ...]]:
    told: dict[int, list[Told]] = defaultdict(list)
    for row in news:
        told[row.digest_id] += _check_event(row, known_now, verdict)
    return defaultdict(tuple, {digest: tuple(several) for digest, several in told.items()})


def _check_event(row: Any, known_now: _Known, verdict: Verdict) -> tuple[Told, ...]:
    """The news of one row, if it is still to be told; else the reason is noted."""
    reason = _against(row, known_now)
    if reason:
        verdict.suppressed[row.id] = reason
        return ()
    return (Told(known_now.events[row.event_id], known_now.wanted[row.id]),)


def _against(row: Any, known_now: _Known) -> str:
    event = known_now.events.get(row.event_id)
    if event is None or row.event_id in known_now.outdated:
        return "no_longer_true"
    if row.event_at < clock.now() - settings.news_age():
        return "too_old"
    if row.recipient not in known_now.reaches:
        return "account_gone"
    if row.id not in known_now.wanted:
        return "unsubscribed"
    if row.about_type == "dataset" and (row.recipient, row.about_id) not in known_now.readable:
        return "may_not_read"
    return ""


def _check_letter(row: Any, verdict: Verdict) -> None:
    letter = row.letter or {}
    if not letter or (row.expires is not None and row.expires <= clock.now()):
        verdict.suppressed[row.id] = "too_late"
        return
    reach = Reach(recipient="", language=letter["language"])
    verdict.items.append(
        Item(row.id, row.kind, row.channel, keys.of(row.id), row.tempo, reach, Links(manage=""), letter=letter)
    )


def _is_reached(
    row: Any, told: tuple[Told, ...], known_now: _Known, channel: str, over_cap: frozenset[str], verdict: Verdict
) -> bool:
    """Whether the reader wants to be reached now; else the reason, or until when to wait, is noted."""
    if row.id in verdict.suppressed:
        return False
    reach = known_now.reaches.get(row.recipient)
    always = row.topic in _ALWAYS or row.urgent
    reason = _unwilling(reach, told, channel, always=always, over_cap=row.recipient in over_cap)
    if reason:
        verdict.suppressed[row.id] = reason
        return False
    until = quiet_until(clock.now(), reach.quiet, clock.zone()) if reach and not always else None
    if until:
        verdict.later[row.id] = until
    return until is None


class _Ready(NamedTuple):
    """A delivery that may be written."""

    row: Any
    told: tuple[Told, ...]
    reach: Reach


def _items(ready: Iterable[_Ready]) -> Iterable[Item]:
    """With each reader's own links, that lead to pages in his language."""
    by_language: dict[str, list[_Ready]] = defaultdict(list)
    for one in ready:
        by_language[one.reach.language].append(one)
    for language, several in by_language.items():
        with speaking(language):
            for row, told, reach in several:
                links = known().links(row.recipient, told[0].target if row.kind == "event" else None)
                yield Item(row.id, row.kind, row.channel, keys.of(row.id), row.tempo, reach, links, told=told)


def _unwilling(reach: Reach | None, told: tuple[Told, ...], channel: str, *, always: bool, over_cap: bool) -> str:
    if reach is None:
        return "account_gone"
    if not told:
        return "nothing_left"
    if reach.paused and not always:
        return "paused"
    if not address_of(reach, registry.capabilities(channel)):
        return "no_address"
    return "cap_reached" if over_cap and not always else ""
