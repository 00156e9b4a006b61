"""The worker: takes what is due, looks at it again, hands it over, and settles each message on its own.

Between the provider's "accepted" and our commit lies the one window in which a message can go twice: a worker that
dies in it leaves ``handing`` behind, and the repeat is counted in ``doubts``. The repeat carries the same key. No
transaction is open while a provider is talked to.
"""
from __future__ import annotations

import logging
import random
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_notify import breaker, checking, claiming, rendering, settings, settling
from ckanext.civic_notify.channels import registry
from ckanext.civic_notify.channels.base import Channel, Message, Outcome
from ckanext.civic_notify.checking import Verdict
from ckanext.civic_notify.domain import retry
from ckanext.civic_notify.items import Item
from ckanext.civic_notify.recipients import known
from ckanext.civic_notify.settling import End

__all__ = ["deliver"]

log = logging.getLogger(__name__)
#: what is left of a lease must be enough for a provider that takes its time
_MARGIN = timedelta(minutes=1)
#: a database that restarts is asked again so often before a message counts as one in doubt
_SETTLE_TRIES, _SETTLE_WAIT = 5, 1.0

#: one adapter for each channel and process, so that its connection is used again
_open: dict[str, Channel] = {}


def deliver(session: Session, channel: str) -> int:
    """Hand over one batch of what is due through a channel.

    :returns: how many deliveries were taken; 0 while nothing is due or the channel rests.
    """
    rows = claiming.claim(session, channel)
    if rows:
        by_id = {row.id: row for row in rows}
        verdict = checking.check(session, channel, rows)
        messages = _written(session, verdict, by_id)
        settling.suppress(session, verdict.suppressed)
        settling.put_back(session, verdict.later)
        session.commit()
        _hand_over(session, channel, [(by_id[one.id], one, messages[one.id]) for one in verdict.items
                                      if one.id in messages])
    return len(rows)


def _written(session: Session, verdict: Verdict, rows: Mapping[int, Any]) -> Mapping[int, Message]:
    """The messages of a batch. What cannot be written is tried again later, as if a provider had not taken it."""
    failed: Collection[int] = ()
    try:
        messages = rendering.render(session, verdict.items)
    except rendering.Unwritable as unwritable:
        messages, failed = unwritable.messages, unwritable.failed
    for id_ in failed:
        settling.settle(session, rows[id_], _came_of(rows[id_], Outcome("temporary", "unwritable")))
    for item in verdict.items:
        if item.id not in messages and item.id not in failed:
            verdict.suppressed[item.id] = "no_longer_true"
    return messages


_Ready = tuple[Any, Item, Message]


def _hand_over(session: Session, channel: str, ready: Sequence[_Ready]) -> None:
    """Message after message; what was not begun goes back when the channel must rest or the lease runs out."""
    adapter, left = _adapter(channel), list(ready)
    accepted, begun = False, bool(left) and _begin(session, left[0][0])
    while left and not _runs_out(left[0][0]):
        row, item, message = left.pop(0)
        following = left[0][0] if left else None
        if begun:
            outcome = adapter.send(message)
            accepted = accepted or outcome.result in ("accepted", "delivered")
            begun = _settle(session, channel, row, item, outcome, following)
            if outcome.result == "provider_down" and not begun:
                break
        elif following is not None:
            begun = _begin(session, following)
    _give_back(session, left)
    if accepted:
        breaker.answered(session, channel)
        session.commit()


def _adapter(channel: str) -> Channel:
    if channel not in _open:
        _open[channel] = registry.build(channel)
    return _open[channel]


def _begin(session: Session, row: Any) -> bool:
    begun = settling.begin(session, row)
    session.commit()
    return begun


def _runs_out(row: Any) -> bool:
    return bool(clock.now() > row.claimed_until - _MARGIN)


def _give_back(session: Session, left: Sequence[_Ready]) -> None:
    if left:
        settling.put_back(session, {row.id: clock.now() for row, _, _ in left})
        session.commit()


def _settle(session: Session, channel: str, row: Any, item: Item, outcome: Outcome, following: Any) -> bool:
    """Write down what came of one message, and that the next one is begun, in one transaction.

    :returns: whether the next one is begun: not where there is none, or the channel must rest.
    """
    for _ in range(_SETTLE_TRIES - 1):
        try:
            return _write(session, channel, row, item, outcome, following)
        except OperationalError:
            session.rollback()
            log.warning("the database did not take the state of a delivery; trying again", exc_info=True)
            time.sleep(_SETTLE_WAIT)
    return _write(session, channel, row, item, outcome, following)


def _write(session: Session, channel: str, row: Any, item: Item, outcome: Outcome, following: Any) -> bool:
    rests = breaker.failed(session, channel, outcome) if outcome.result == "provider_down" else None
    settled = settling.settle(session, row, _came_of(row, outcome), following if rests is None else None)
    if not settled.held:
        log.warning("a delivery was settled by another worker meanwhile", extra={"delivery": row.id})
    _forget_addresses(session, channel, item, outcome)
    session.commit()
    return settled.begun


def _came_of(row: Any, outcome: Outcome) -> End:
    """What an outcome means for the delivery."""
    end = partial(End, answer=outcome.code[:200], reference=outcome.reference[:200], parts=outcome.parts)
    if outcome.result in ("accepted", "delivered"):
        return end("accept")
    if outcome.result == "cap_reached":
        return end("suppress", reason="cap_reached")
    if outcome.result == "permanent":
        return end("refuse", reason="refused")
    now = clock.now()
    due = now + retry.wait(row.attempts, random.random(), outcome.retry_after)  # noqa: S311
    if retry.gives_up(row.first_try or now, due, settings.retry_hours()):
        return end("refuse", reason="gave_up", doubt=outcome.doubt)
    return end("fail", due=due, doubt=outcome.doubt)


def _forget_addresses(session: Session, channel: str, item: Item, outcome: Outcome) -> None:
    plugin = known()
    if plugin is not None and item.reach.recipient:
        for address in outcome.gone:
            plugin.unreachable(session, item.reach.recipient, channel, address)
