"""Ends what a message came of. Nothing here commits."""
from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.domain.news import ROLES, Target
from ckanext.civic_subscriptions import keeping
from ckanext.civic_subscriptions.model import Preferences
from ckanext.civic_subscriptions.who import is_there

__all__ = ["stop"]


def stop(session: Session, recipient: str, target: Target | None) -> str:
    """End one subscription, the e-mail about one's work, or, without a target, pause everything.

    :returns: which of these: ``subscription``, ``work`` or ``all``; the same where nothing is left to end.
    """
    if target is not None and target.type not in ROLES:
        keeping.unfollow(session, recipient, target)
        return "subscription"
    if is_there(session, recipient):
        _stop_all_of(session, recipient, work_only=target is not None)
    return "work" if target is not None else "all"


def _stop_all_of(session: Session, recipient: str, *, work_only: bool) -> None:
    """A pause that lasts goes on since when it began."""
    row, now = Preferences, clock.now()
    if work_only:
        left = sa.func.array_remove(row.work_channels, "email")
        _prefer(session, recipient, {"work_channels": []}, {"work_channels": left})
    else:
        _prefer(session, recipient, {"paused_since": now}, {"paused_since": sa.func.coalesce(row.paused_since, now)})


def _prefer(session: Session, recipient: str, first: dict[str, Any], later: dict[str, Any]) -> None:
    """Set preferences where there are none yet, or change those that are there."""
    now = clock.now()
    statement = insert(Preferences.__table__).values(recipient=recipient, created=now, changed=now, **first)
    session.execute(statement.on_conflict_do_update(index_elements=["recipient"], set_={"changed": now, **later}))
