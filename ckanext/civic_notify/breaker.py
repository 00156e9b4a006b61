"""How a channel is doing: it rests when its provider fails several times in a row. Nothing here commits."""
from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_notify.channels.base import Outcome
from ckanext.civic_notify.domain.retry import rest
from ckanext.civic_notify.model import ChannelState

__all__ = ["answered", "failed"]


def answered(session: Session, channel: str) -> None:
    """The provider took messages: it is well again. One statement."""
    session.execute(
        sa.update(ChannelState).where(ChannelState.name == channel)
        .values(failures=0, closed_until=None, sent_at=clock.now()).execution_options(synchronize_session=False)
    )


def failed(session: Session, channel: str, outcome: Outcome) -> datetime | None:
    """The provider failed; after several times in a row its channel rests.

    :returns: until when it rests; None while it goes on.
    """
    now = clock.now()
    state = session.get_one(ChannelState, channel, with_for_update=True, populate_existing=True)
    state.failures += 1
    state.last_failure, state.failed_at = outcome.code[:200], now
    pause = rest(state.failures, outcome.retry_after)
    state.closed_until = now + pause if pause else state.closed_until
    session.flush()
    return state.closed_until if pause else None
