"""What is to be done as soon as a transaction is committed, and only then.

SQLAlchemy says "after commit" for the release of a savepoint too, and CKAN saves datasets within one: what is done
then would not see the change yet.
"""
from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

__all__ = ["after_commit"]

_KEY = "civic_after_commit"
Task = Callable[[], object]


def after_commit(session: Session, task: Task) -> None:
    """Do this after the transaction under way is committed; not at all where it is rolled back.

    The same function is done once. It must not use this session, and must not fail.
    """
    waiting: list[Task] = session.info.setdefault(_KEY, [])
    if task not in waiting:
        waiting.append(task)


@sa.event.listens_for(Session, "after_commit")
def _do(session: Session) -> None:
    if not session.in_nested_transaction():
        for task in session.info.pop(_KEY, ()):
            task()


@sa.event.listens_for(Session, "after_rollback")
def _drop(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(_KEY, None)
