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

__all__ = ["stop"]


def stop(session: Session, recipient: str, target: Target | None) -> str:
    """End one subscription, the e-mail about one's work, or, without a target, pause everything.

    :returns: which of these: ``subscription``, ``work`` or ``all``.
    """
    if target is None:
        _prefer(session, recipient, paused_since=clock.now())
        return "all"
    if target.type in ROLES:
        row = Preferences
        left = sa.func.array_remove(row.work_channels, "email")
        _prefer(session, recipient, {"work_channels": left}, work_channels=[])
        return "work"
    keeping.unfollow(session, recipient, target)
    return "subscription"


def _prefer(session: Session, recipient: str, changed: dict[str, Any] | None = None, **values: Any) -> None:
    """Set preferences; ``changed`` is what becomes of those that are there, where it is not the same."""
    now = clock.now()
    statement = insert(Preferences.__table__).values(recipient=recipient, created=now, changed=now, **values)
    session.execute(statement.on_conflict_do_update(
        index_elements=["recipient"], set_={"changed": now, **(changed or values)}
    ))
