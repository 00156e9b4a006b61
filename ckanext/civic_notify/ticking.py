"""What time brings to the outbox: what is kept no longer goes."""
from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_notify import settings
from ckanext.civic_notify.model import Delivery

__all__ = ["tick"]

_AT_ONCE = 5000


def tick(session: Session) -> list[str]:
    """Delete deliveries that ended long ago, with what they tell of people; in small transactions."""
    before = clock.now() - settings.retention()
    deleted = 0
    while count := _delete(session, before):
        deleted += count
    return [f"{deleted} old deliveries deleted"] if deleted else []


def _delete(session: Session, before: Any) -> int:
    old = sa.select(Delivery.id).where(Delivery.settled_at < before).order_by(Delivery.settled_at).limit(_AT_ONCE)
    result: Any = session.execute(
        sa.delete(Delivery).where(Delivery.id.in_(old)).execution_options(synchronize_session=False)
    )
    session.commit()
    return int(result.rowcount)
