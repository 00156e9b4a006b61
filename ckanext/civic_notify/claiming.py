"""How workers share what waits: who takes a delivery has it until his lease ends, and others skip it.

The table is the truth. A worker that dies loses its lease, and the delivery is taken again; where the message may have
gone already, because the provider was being talked to, that is counted.
"""
from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_notify import settings
from ckanext.civic_notify.domain.states import CLAIMED, QUEUED, WAITING
from ckanext.civic_notify.model import ChannelState, Delivery

__all__ = ["AT_ONCE", "LEASE", "claim", "release"]

#: deliveries that a worker takes at a time
AT_ONCE = 50
#: so long a worker may have them
LEASE = timedelta(minutes=5)
_MINUTE = timedelta(minutes=1)


def claim(session: Session, channel: str, most: int = AT_ONCE) -> Sequence[Any]:
    """Take what is due, the urgent first, as far as the channel is open and its rate allows; and commit it.

    :returns: rows of :class:`Delivery` as they are now, in that order; ``claimed_until`` is the mark of this claim.
    """
    now = clock.now()
    if not _waits(session, channel, now):
        return ()
    allowed = _allowed(session, channel, now, most)
    table = Delivery.__table__
    picked = (
        sa.select(Delivery.id)
        .where(Delivery.channel == channel, Delivery.state.in_(WAITING), sa.not_(Delivery.gather), Delivery.due <= now)
        .order_by(Delivery.urgent.desc(), Delivery.due, Delivery.id).limit(allowed)
        .with_for_update(skip_locked=True).cte("picked")
    )
    rows = session.execute(
        sa.update(table).where(table.c.id == picked.c.id).values(
            state=CLAIMED, claimed_until=now + LEASE, attempts=table.c.attempts + 1,
            first_try=sa.func.coalesce(table.c.first_try, now),
        ).returning(*table.c)
    ).all() if allowed else []
    _count(session, channel, len(rows))
    session.commit()
    return sorted(rows, key=lambda row: (not row.urgent, row.due, row.id))


def _waits(session: Session, channel: str, now: datetime) -> bool:
    """Whether anything does, looked at without a lock: most of the time nothing does."""
    found = session.scalar(sa.select(sa.exists().where(
        Delivery.channel == channel, Delivery.state.in_(WAITING), sa.not_(Delivery.gather), Delivery.due <= now,
    )))
    session.rollback()
    return bool(found)


def _allowed(session: Session, channel: str, now: datetime, most: int) -> int:
    """How many may be taken now. Holds the channel's row: workers count one after the other.

    After a rest a channel is tried with one message first.
    """
    session.execute(insert(ChannelState.__table__).values(name=channel).on_conflict_do_nothing())
    state = session.get_one(ChannelState, channel, with_for_update=True, populate_existing=True)
    if state.closed_until is not None and state.closed_until > now:
        return 0
    if state.minute is None or state.minute <= now - _MINUTE:
        state.minute, state.taken = now, 0
    if state.closed_until is not None:
        most = 1
    bound = settings.rate(channel)
    return min(most, max(bound - state.taken, 0)) if bound else most


def _count(session: Session, channel: str, taken: int) -> None:
    state = session.get_one(ChannelState, channel)
    state.taken += taken


def release(session: Session) -> int:
    """Give back what workers held that died, and commit it.

    :returns: how many.
    """
    now = clock.now()
    given_back: Any = session.execute(
        sa.update(Delivery).where(Delivery.state == CLAIMED, Delivery.claimed_until < now).values(
            state=QUEUED, claimed_until=None, handing=None, due=now,
            doubts=Delivery.doubts + sa.case((Delivery.handing.is_not(None), 1), else_=0),
        ).execution_options(synchronize_session=False)
    )
    session.commit()
    return int(given_back.rowcount)
