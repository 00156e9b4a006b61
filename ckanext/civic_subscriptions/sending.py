"""Does what visitors ask for with an e-mail address, after they were answered.

The answer takes as long for an address that the portal knows as for one that it does not: nobody looks before.
"""
from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, working
from ckanext.civic_subscriptions import asking, linking
from ckanext.civic_subscriptions.model import Errand

__all__ = ["later", "work"]

log = logging.getLogger(__name__)
_AT_ONCE = 50
#: until what failed is tried again, and for how long at all
_REST, _PATIENCE = timedelta(minutes=1), timedelta(days=1)
_DO: Mapping[str, Callable[[Session, Mapping[str, Any]], None]] = {asking.KIND: asking.ask, linking.KIND: linking.send}


def later(session: Session, kind: str, asked: Mapping[str, Any]) -> None:
    """Leave something to a worker; nothing is committed here."""
    now = clock.now()
    session.execute(sa.insert(Errand).values(kind=kind, asked=dict(asked), created=now, after=now))
    working.after_commit(session)


def work(session: Session) -> int:
    """Do what waits, each in a transaction of its own; how much was done."""
    done = 0
    while done < _AT_ONCE and _one(session):
        done += 1
    return done


def _one(session: Session) -> bool:
    row = session.scalars(
        sa.select(Errand).where(Errand.after <= clock.now()).order_by(Errand.after, Errand.id).limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        session.rollback()
        return False
    identifier = row.id
    try:
        _DO[row.kind](session, row.asked)
        session.execute(sa.delete(Errand).where(Errand.id == identifier))
    except Exception:
        log.exception("what a visitor asked for could not be done", extra={"errand": identifier})
        session.rollback()
        _put_off(session, identifier)
    session.commit()
    return True


def _put_off(session: Session, identifier: int) -> None:
    now, row = clock.now(), Errand
    session.execute(sa.delete(row).where(row.id == identifier, row.created < now - _PATIENCE))
    session.execute(sa.update(row).where(row.id == identifier).values(after=now + _REST))
