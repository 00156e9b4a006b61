"""CKAN's own followers as subscriptions: taken over once, when their owner asks for it. Nothing here commits."""
from __future__ import annotations

from typing import Any

import ckan.model as model
import sqlalchemy as sa
from ckan.model.follower import UserFollowingDataset, UserFollowingGroup
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.domain.news import Target
from ckanext.civic_subscriptions import keeping, things
from ckanext.civic_subscriptions.keeping import Wanted
from ckanext.civic_subscriptions.model import Preferences

__all__ = ["take"]

#: of each kind so many are taken over
_MOST = 500


def take(session: Session, user_id: str) -> list[dict[str, Any]]:
    """Make subscriptions of what an account follows in CKAN; nothing the second time.

    :returns: what is new: ``[{"target_type", "target_id", "title"}]``.
    """
    if not _first_time(session, user_id):
        return []
    known = things.named(session, _followed(session, user_id))
    wanted = [Wanted(target, thing.title) for target, thing in known.items()]
    fresh = keeping.follow(session, user_id, wanted)
    return [
        {"target_type": one.target.type, "target_id": one.target.id, "title": dict(one.label)}
        for one in wanted if one.target in fresh
    ]


def _first_time(session: Session, user_id: str) -> bool:
    now, row = clock.now(), Preferences
    statement = insert(row.__table__).values(recipient=user_id, created=now, changed=now, follows_taken=now)
    return session.scalar(statement.on_conflict_do_update(
        index_elements=["recipient"], set_={"follows_taken": now}, where=row.follows_taken.is_(None),
    ).returning(row.recipient)) is not None


def _followed(session: Session, user_id: str) -> list[Target]:
    datasets, groups, group = UserFollowingDataset, UserFollowingGroup, model.Group
    chosen = sa.select(datasets.object_id).where(datasets.follower_id == user_id).limit(_MOST)
    others = (
        sa.select(group.id, group.is_organization).join(groups, groups.object_id == group.id)
        .where(groups.follower_id == user_id, group.state == "active").limit(_MOST)
    )
    return [Target("dataset", identifier) for identifier in session.scalars(chosen)] + [
        Target("agency" if row.is_organization else "category", row.id) for row in session.execute(others)
    ]
