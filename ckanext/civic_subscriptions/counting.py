"""How many letters an address is sent because somebody typed it in: so that nobody is pestered through the portal."""
from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_subscriptions import hidden
from ckanext.civic_subscriptions.model import Sent

__all__ = ["allowed", "forget", "forget_old"]


def allowed(session: Session, kind: str, address: str, *, a_day: int, in_all: int | None = None) -> bool:
    """Count one more letter of a kind to an address; False, and nothing is counted, where that is too many.

    Of two at once no more is allowed than of one after the other. Nothing is committed here.
    """
    digest, today, sent = _digest(address), clock.today(), Sent
    before = sa.select(sa.func.coalesce(sa.func.sum(sent.count), 0)).where(
        sent.kind == kind, sent.digest == digest, sent.day != today
    )
    left = a_day if in_all is None else min(a_day, in_all - int(session.scalar(before) or 0))
    if left <= 0:
        return False
    statement = insert(sent.__table__).values(kind=kind, digest=digest, day=today, count=1).on_conflict_do_update(
        index_elements=["kind", "digest", "day"], set_={"count": sent.count + 1}, where=sent.count < left,
    )
    return session.scalar(statement.returning(sent.count)) is not None


def forget(session: Session, kind: str, address: str) -> None:
    """Begin to count anew: the address agreed."""
    session.execute(sa.delete(Sent).where(Sent.kind == kind, Sent.digest == _digest(address)))


def forget_old(session: Session, kind: str, days: int) -> None:
    """Forget counts of a kind that limit nothing any more."""
    session.execute(sa.delete(Sent).where(Sent.kind == kind, Sent.day < clock.today() - timedelta(days=days)))


def _digest(address: str) -> str:
    return hidden.digest("sent", address)
