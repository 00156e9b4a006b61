"""Deliveries as they are listed, and dead letters sent again. Nothing here commits."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.model import EventRow
from ckanext.civic_notify.domain import states
from ckanext.civic_notify.domain.errors import check
from ckanext.civic_notify.model import Delivery

__all__ = ["MOST", "found", "resend", "to_resend"]

#: dead letters sent again at a time
MOST = 1000
_RESENDABLE = states.before("resend")
_COLUMNS = (
    "id", "kind", "channel", "state", "reason", "target_type", "target_id", "topic", "tempo", "digest_id", "due",
    "created", "attempts", "settled_at", "parts", "answer",
)


def found(
    session: Session, recipient: str | None, filters: Mapping[str, Any], limit: int, offset: int, *, full: bool
) -> dict[str, Any]:
    """Deliveries, the newest first; two statements.

    :param recipient: only his; None: everybody's.
    :param filters: columns and the values that they must have; ``since``: came to an end then or later.
    :param full: also what the provider answered.
    """
    wanted = _wanted(recipient, filters)
    count = session.scalar(sa.select(sa.func.count()).select_from(Delivery).where(*wanted))
    rows = session.execute(
        sa.select(*(getattr(Delivery, name) for name in _COLUMNS), EventRow.id.label("event"),
                  EventRow.type.label("type"))
        .outerjoin(EventRow, EventRow.id == Delivery.event_id).where(*wanted)
        .order_by(Delivery.id.desc()).limit(limit).offset(offset)
    )
    return {"count": count, "results": [_shown(row, full=full) for row in rows]}


def _wanted(recipient: str | None, filters: Mapping[str, Any]) -> list[Any]:
    """News that a digest carries is told with it: the list has the digest, unless one of them is asked for."""
    wanted: list[Any] = [
        Delivery.settled_at >= value if name == "since" else getattr(Delivery, name) == value
        for name, value in filters.items()
    ]
    if recipient is not None:
        wanted.append(Delivery.recipient == recipient)
    if not {"event_id", "digest_id"} & set(filters):
        wanted.append(Delivery.digest_id.is_(None))
    return wanted


def _shown(row: Any, *, full: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        name: getattr(row, name) for name in ("id", "kind", "channel", "state", "reason", "topic", "tempo", "attempts",
                                              "parts")
    }
    shown["target"] = {"type": row.target_type, "id": row.target_id} if row.target_type else None
    shown["event"] = {"id": row.event, "type": row.type} if row.event is not None else None
    shown["digest"] = row.digest_id
    for name in ("due", "created", "settled_at"):
        instant = getattr(row, name)
        shown[name] = instant.isoformat() if instant else None
    return {**shown, "answer": row.answer} if full else shown


def to_resend(session: Session, data: Mapping[str, Any]) -> Sequence[Any]:
    """The dead letters meant: one by its id, or those of a channel and a reason, the oldest first; locked.

    :raises ckan.plugins.toolkit.ObjectNotFound: where there is no such delivery.
    :raises Refused: where it cannot be sent again.
    """
    query = sa.select(Delivery.id, Delivery.channel, Delivery.state, Delivery.kind, Delivery.digest_id,
                      Delivery.letter.is_(None).label("erased"))
    if data.get("id") is not None:
        row = session.execute(query.where(Delivery.id == data["id"]).with_for_update()).one_or_none()
        if row is None:
            raise tk.ObjectNotFound(tk._("There is no such message."))
        _check(row)
        return [row]
    return session.execute(
        query.where(
            Delivery.state.in_(_RESENDABLE), Delivery.channel == data["channel"], Delivery.reason == data["reason"],
            Delivery.digest_id.is_(None), sa.or_(Delivery.kind != "letter", Delivery.letter.is_not(None)),
        ).order_by(Delivery.id).limit(MOST).with_for_update(skip_locked=True)
    ).all()


def _check(row: Any) -> None:
    check(states.after(row.state, "resend"), "delivery_not_dead", "id")
    check(row.digest_id is None, "delivery_in_digest", "id")
    check(row.kind != "letter" or not row.erased, "letter_erased", "id")


def resend(session: Session, ids: Sequence[int]) -> None:
    """Put dead letters back into the queue as if they were new, digests with their news. Two statements."""
    anew: dict[str, Any] = {
        "state": states.after(states.FAILED_PERMANENT, "resend"), "reason": "", "settled_at": None,
        "attempts": 0, "first_try": None, "answer": "", "reference": "",
    }
    table = Delivery.__table__
    dead = table.c.state.in_(_RESENDABLE)
    session.execute(sa.update(table).where(table.c.id.in_(ids), dead).values(**anew, due=clock.now(), gather=False))
    session.execute(sa.update(table).where(table.c.digest_id.in_(ids), dead).values(**anew, gather=True))
