"""The one place that sets the state of a delivery, by the moves of :mod:`.domain.states`. Nothing here commits."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_notify.domain import states
from ckanext.civic_notify.model import Delivery

__all__ = ["begin", "carried", "put_back", "settle", "suppress"]

_TABLE = Delivery.__table__
#: what is kept of a letter after its end: nothing of its words
_ENDS = (*states.FINAL, states.SENT)


def settle(session: Session, row: Any, step: str, **values: Any) -> bool:
    """Move a delivery that this worker holds, and the news that it carries, if it is a digest.

    :param row: as :func:`.claiming.claim` answered it.
    :param values: further columns, such as ``reason``, ``answer``, ``reference``, ``due``.
    :returns: whether it was still his: a worker whose lease ran out must not undo what another did.
    """
    state = states.after(states.CLAIMED, step)
    held: Any = session.execute(
        sa.update(_TABLE)
        .where(_TABLE.c.id == row.id, _TABLE.c.state == states.CLAIMED, _TABLE.c.claimed_until == row.claimed_until)
        .values(**_after(str(state), values))
    )
    if held.rowcount and row.kind == "digest" and state in _ENDS:
        _settle_carried(session, row.id, str(state), values)
    return bool(held.rowcount)


def _settle_carried(session: Session, digest: int, state: str, values: Mapping[str, Any]) -> None:
    told = {name: values[name] for name in ("reason",) if name in values}
    session.execute(
        sa.update(_TABLE).where(_TABLE.c.digest_id == digest, _TABLE.c.state == states.QUEUED)
        .values(state=state, settled_at=clock.now(), gather=False, **told)
    )


def _after(state: str, values: Mapping[str, Any]) -> dict[str, Any]:
    changed: dict[str, Any] = {"state": state, "claimed_until": None, "handing": None, **values}
    if state in _ENDS:
        changed |= {"settled_at": clock.now(), "letter": None}
    return changed


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
