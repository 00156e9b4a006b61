"""What time brings to the outbox: what is kept no longer goes, and what nobody will send is not waited for."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_notify import settings
from ckanext.civic_notify.channels import registry
from ckanext.civic_notify.domain import states
from ckanext.civic_notify.model import Delivery

__all__ = ["tick"]

_AT_ONCE = 5000
#: as the indexes of what waits have it
_WAITING = sa.or_(
    sa.and_(Delivery.state.in_(states.WAITING), sa.not_(Delivery.gather)),
    sa.and_(Delivery.state == states.QUEUED, Delivery.gather),
)


def tick(session: Session) -> list[str]:
    """Delete deliveries that ended long ago, with what they tell of people, and end what no channel is there for."""
    before = clock.now() - settings.retention()
    deleted = 0
    while count := _delete(session, before):
        deleted += count
    counts = {"old deliveries deleted": deleted, "of channels that are off suppressed": _switched_off(session)}
    return [f"{count} {what}" for what, count in counts.items() if count]


def _switched_off(session: Session) -> int:
    """What waits for a channel that is not configured any more, as long as a provider is waited for, is not sent."""
    before = clock.now() - timedelta(hours=settings.retry_hours())
    ended = {"state": states.after(states.QUEUED, "suppress"), "reason": "channel_off", "settled_at": clock.now()}
    result: Any = session.execute(
        sa.update(Delivery)
        .where(_WAITING, Delivery.due < before, Delivery.channel.not_in(registry.names()))
        .values(**ended, gather=False, letter=sa.null()).execution_options(synchronize_session=False)
    )
    session.commit()
    return int(result.rowcount)


def _delete(session: Session, before: Any) -> int:
    old = sa.select(Delivery.id).where(Delivery.settled_at < before).order_by(Delivery.settled_at).limit(_AT_ONCE)
    result: Any = session.execute(
        sa.delete(Delivery).where(Delivery.id.in_(old)).execution_options(synchronize_session=False)
    )
    session.commit()
    return int(result.rowcount)
