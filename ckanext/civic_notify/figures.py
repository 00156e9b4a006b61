"""How the outbox is doing, for operators: what waits, how long, what failed and why. A fixed number of statements."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.model import PendingRow
from ckanext.civic_notify.channels import registry
from ckanext.civic_notify.domain import states
from ckanext.civic_notify.model import ChannelState, Delivery

__all__ = ["PROMPT", "outbox"]

_LATELY, _DAYS = timedelta(hours=24), 7
#: a message handed over so soon after its time has come is prompt
PROMPT = timedelta(seconds=10)
_FAILED = (states.FAILED_PERMANENT, states.EXPIRED)
_SENT = (states.SENT, states.DELIVERED)


def outbox(session: Session) -> dict[str, Any]:
    """Everything that ``civic_outbox_show`` answers; seven statements."""
    now = clock.now()
    ended = _ended(session, now - _LATELY)
    return {
        "at": now.isoformat(), "since": (now - _LATELY).isoformat(),
        "pending": _pending(session, now),
        "digests": _digests(session),
        "channels": _channels(session, ended, now),
        "suppressed": _by_reason(row for row in ended if row.state == states.SUPPRESSED),
        "doubts": sum(int(row.doubts) for row in ended),
        "prompt": _prompt(session, now),
    }


def _channels(session: Session, ended: list[Any], now: datetime) -> list[dict[str, Any]]:
    """Those that are configured, in their order, then those that something is left of."""
    waiting, claimed = _waiting(session, now), _claimed(session)
    breakers = {state.name: state for state in session.scalars(sa.select(ChannelState).order_by(ChannelState.name))}
    names = dict.fromkeys([*registry.names(), *waiting, *claimed, *(row.channel for row in ended), *breakers])
    return [
        {
            "name": name, "configured": name in registry.names(), **_queue(waiting.get(name), now),
            "claimed": claimed.get(name, 0), **_came_to(row for row in ended if row.channel == name),
            "breaker": _breaker(breakers.get(name), now),
        }
        for name in names
    ]


def _waiting(session: Session, now: datetime) -> Mapping[str, Any]:
    """What waits for a worker, by channel."""
    one = Delivery
    rows = session.execute(
        sa.select(
            one.channel, sa.func.count().filter(one.state == states.QUEUED).label("queued"),
            sa.func.count().filter(one.state == states.FAILED_TEMPORARY).label("retrying"),
            sa.func.count().filter(one.due <= now).label("due"),
            sa.func.min(one.due).filter(one.due <= now).label("oldest"),
        )
        .where(one.state.in_(states.WAITING), sa.not_(one.gather)).group_by(one.channel).order_by(one.channel)
    )
    return {row.channel: row for row in rows}


def _claimed(session: Session) -> Mapping[str, int]:
    """What is with a worker, by channel."""
    one = Delivery
    rows = session.execute(
        sa.select(one.channel, sa.func.count().label("claimed")).where(one.state == states.CLAIMED)
        .group_by(one.channel).order_by(one.channel)
    )
    return {row.channel: row.claimed for row in rows}


def _ended(session: Session, since: datetime) -> list[Any]:
    """What came to an end lately: messages, and news that was suppressed."""
    one = Delivery
    return list(session.execute(
        sa.select(one.channel, one.state, one.reason, sa.func.count().label("count"),
                  sa.func.sum(one.doubts).label("doubts"))
        .where(one.settled_at >= since, sa.or_(one.digest_id.is_(None), one.state == states.SUPPRESSED))
        .group_by(one.channel, one.state, one.reason)
    ))


def _pending(session: Session, now: datetime) -> dict[str, Any]:
    count, oldest = session.execute(sa.select(sa.func.count(), sa.func.min(PendingRow.after))).one()
    return {"count": count, "oldest": _iso(oldest), "lag": _seconds(oldest, now)}


def _digests(session: Session) -> dict[str, int]:
    """News that waits for its reader's hour, and how many readers that is."""
    one = Delivery
    news, readers = session.execute(
        sa.select(sa.func.count(), sa.func.count(sa.distinct(one.recipient)))
        .where(one.state == states.QUEUED, one.gather, one.digest_id.is_(None))
    ).one()
    return {"news": news, "readers": readers}


def _queue(waiting: Any, now: datetime) -> dict[str, Any]:
    oldest = waiting.oldest if waiting else None
    counts = {field: getattr(waiting, field) if waiting else 0 for field in ("queued", "retrying", "due")}
    return {**counts, "oldest_due": _iso(oldest), "lag": _seconds(oldest, now)}


def _came_to(ended: Iterable[Any]) -> dict[str, Any]:
    rows = list(ended)
    return {
        "sent": sum(row.count for row in rows if row.state in _SENT),
        "failed": _by_reason(row for row in rows if row.state in _FAILED),
    }


def _by_reason(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """The most frequent first."""
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[row.reason] += row.count
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [{"reason": reason, "count": count} for reason, count in ordered]


def _breaker(state: ChannelState | None, now: datetime) -> dict[str, Any]:
    if state is None:
        state = ChannelState(failures=0, last_failure="")
    rests = state.closed_until is not None and state.closed_until > now
    return {
        "rests": rests, "closed_until": _iso(state.closed_until) if rests else None, "failures": state.failures,
        "last_failure": state.last_failure, "failed_at": _iso(state.failed_at), "sent_at": _iso(state.sent_at),
    }


def _prompt(session: Session, now: datetime) -> list[dict[str, Any]]:
    """Of each of the last days: messages handed over, and how many of them promptly, at the first try."""
    today = clock.day_of(now)
    days = [today - timedelta(days=back) for back in range(_DAYS)]
    one = Delivery
    day = sa.func.date(sa.func.timezone(str(clock.zone()), one.settled_at))
    promptly = sa.and_(one.attempts <= 1, one.settled_at - sa.func.greatest(one.due, one.created) <= PROMPT)
    rows = {row.day: row for row in session.execute(
        sa.select(day.label("day"), sa.func.count().label("sent"), sa.func.count().filter(promptly).label("prompt"))
        .where(one.settled_at >= clock.start_of_day(days[-1]), one.state.in_(_SENT), one.digest_id.is_(None))
        .group_by(day)
    )}
    return [
        {"day": one_day.isoformat(), "sent": rows[one_day].sent if one_day in rows else 0,
         "prompt": rows[one_day].prompt if one_day in rows else 0}
        for one_day in days
    ]


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _seconds(since: datetime | None, now: datetime) -> int:
    """How long ago, in seconds; 0 where nothing is late."""
    return max(int((now - since).total_seconds()), 0) if since else 0
