"""Sets the state of a delivery that a worker holds, by the moves of :mod:`.domain.states`. Nothing here commits."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_notify.domain import states
from ckanext.civic_notify.model import Delivery

__all__ = ["End", "Settled", "begin", "carried", "put_back", "settle", "suppress"]

_TABLE = Delivery.__table__
#: what is kept of a letter after its end: nothing of its words
_ENDS = (*states.FINAL, states.SENT)


@dataclass(frozen=True, slots=True)
class End:
    """What a provider's answer means for a delivery.

    :param step: of :mod:`.domain.states`, from ``claimed`` on.
    :param due: of the next try; None: there is none.
    :param doubt: the message may have gone although nobody said so; the next try counts as a repeat.
    """

    step: str
    reason: str = ""
    answer: str = ""
    reference: str = ""
    parts: int = 0
    due: datetime | None = None
    doubt: bool = False


class Settled(NamedTuple):
    """Whether a delivery was still this worker's to settle, and whether the next one is begun."""

    held: bool
    begun: bool


def settle(session: Session, row: Any, end: End, following: Any = None) -> Settled:
    """Move a delivery that this worker holds, with the news that it carries if it is a digest; and begin the next one.

    A worker whose lease ran out does not undo what another did. One statement, two for a digest.

    :param row: as :func:`.claiming.claim` answered it.
    :param following: the next one to be handed over; None: none.
    """
    state = str(states.after(states.CLAIMED, end.step))
    held, begun = session.execute(_SETTLE, {
        "id": row.id, "until": row.claimed_until, "state": state, "ends": state in _ENDS, "now": clock.now(),
        "reason": end.reason, "answer": end.answer, "reference": end.reference, "parts": end.parts, "due": end.due,
        "doubt": end.doubt, "next": following.id if following is not None else None,
        "next_until": following.claimed_until if following is not None else None,
    }).one()
    if held and row.kind == "digest" and state in _ENDS:
        _settle_carried(session, row.id, state, end.reason)
    return Settled(bool(held), bool(begun))


_SETTLE = sa.text("""
    with settled as (
        update civic_notify_delivery
        set state = :state, claimed_until = null, handing = null, reason = :reason, answer = :answer,
            reference = :reference, parts = :parts, due = coalesce(:due, due),
            doubts = doubts + case when :doubt then 1 else 0 end,
            settled_at = case when :ends then cast(:now as timestamptz) end,
            letter = case when not :ends then letter end
        where id = :id and state = 'claimed' and claimed_until = :until
        returning id
    ), begun as (
        update civic_notify_delivery set handing = :now
        where id = :next and state = 'claimed' and claimed_until = :next_until
        returning id
    )
    select (select count(*) from settled), (select count(*) from begun)
""").bindparams(
    sa.bindparam("due", type_=sa.DateTime(timezone=True)), sa.bindparam("next", type_=sa.BigInteger),
    sa.bindparam("next_until", type_=sa.DateTime(timezone=True)),
)


def _settle_carried(session: Session, digest: int, state: str, reason: str) -> None:
    session.execute(
        sa.update(_TABLE).where(_TABLE.c.digest_id == digest, _TABLE.c.state == states.QUEUED)
        .values(state=state, settled_at=clock.now(), gather=False, reason=reason)
    )


def suppress(session: Session, reasons: Mapping[int, str]) -> None:
    """What is not to be sent, and why: claimed deliveries, and news that a digest carries. Two statements.

    The news of a digest that is suppressed as a whole are suppressed for the same reason.
    """
    if reasons:
        given = {"ids": list(reasons), "reasons": list(reasons.values()), "now": clock.now()}
        session.execute(_SUPPRESS, given)
        session.execute(_SUPPRESS_CARRIED, given)


_SUPPRESS = sa.text("""
    update civic_notify_delivery d
    set state = case when why.reason = 'too_late' then 'expired' else 'suppressed' end,
        reason = why.reason, settled_at = :now, claimed_until = null, handing = null, gather = false, letter = null
    from unnest(cast(:ids as bigint[]), cast(:reasons as text[])) as why (id, reason)
    where d.id = why.id and d.state in ('claimed', 'queued')
""")


def put_back(session: Session, dues: Mapping[int, datetime]) -> None:
    """Claimed deliveries wait again until these instants; the attempt was none. One statement."""
    if dues:
        session.execute(_PUT_BACK, {"ids": list(dues), "dues": list(dues.values())})


_SUPPRESS_CARRIED = sa.text("""
    update civic_notify_delivery d
    set state = 'suppressed', reason = why.reason, settled_at = :now, gather = false
    from unnest(cast(:ids as bigint[]), cast(:reasons as text[])) as why (id, reason)
    where d.digest_id = why.id and d.state = 'queued'
""")


_PUT_BACK = sa.text("""
    update civic_notify_delivery d
    set state = 'queued', claimed_until = null, handing = null, due = till.due, attempts = d.attempts - 1,
        first_try = case when d.attempts > 1 then d.first_try end
    from unnest(cast(:ids as bigint[]), cast(:dues as timestamptz[])) as till (id, due)
    where d.id = till.id and d.state = 'claimed'
""")


def begin(session: Session, row: Any) -> bool:
    """Note that a message is being handed over from now on.

    :returns: whether it is still this worker's.
    """
    held: Any = session.execute(
        sa.update(_TABLE)
        .where(_TABLE.c.id == row.id, _TABLE.c.state == states.CLAIMED, _TABLE.c.claimed_until == row.claimed_until)
        .values(handing=clock.now())
    )
    return bool(held.rowcount)


def carried(session: Session, digests: Sequence[int]) -> Sequence[Any]:
    """The news that digests carry, the oldest first; one statement."""
    if not digests:
        return ()
    return session.execute(
        sa.select(*_TABLE.c).where(_TABLE.c.digest_id.in_(digests), _TABLE.c.state == states.QUEUED)
        .order_by(_TABLE.c.event_at, _TABLE.c.id)
    ).all()
