"""Writes down what happens to datasets as everybody sees them, in the transaction of CKAN's own change.

What a save changed is what the session noticed while it wrote: no statement is sent to find it out. The event is
written last, right before the commit: by then other features hold what they lock, in the order in which their workers
do, who write to the stream of a dataset as well.
"""
from __future__ import annotations

from typing import Any

import ckan.model as model
import sqlalchemy as sa
from ckan.types import Context
from sqlalchemy.orm import Session, object_session

from ckanext.civic_core import clock, noticing
from ckanext.civic_core.domain.catalogue import DatasetPublished, DatasetUpdated, DatasetWithdrawn, Saved
from ckanext.civic_core.domain.events import Event
from ckanext.civic_core.logic.flow import actor_of
from ckanext.civic_core.record import record

__all__ = ["created", "deleted", "listen", "updated"]

_MARK = "civic_to_record"


def created(context: Context, dataset_id: str) -> None:
    """After CKAN made a dataset, before it commits. Records ``dataset.published`` where everybody may see it."""
    session, package = _saved(context, dataset_id)
    if package is not None:
        noticing.take(session, package.id)
        _tell(context, package, Saved(False, is_public(package)))


def updated(context: Context, dataset_id: str) -> None:
    """After CKAN saved a dataset, before it commits.

    Records ``dataset.published``, ``dataset.updated`` or ``dataset.withdrawn``, whichever it is.
    """
    session, package = _saved(context, dataset_id)
    if package is not None:
        noticed = noticing.take(session, package.id)
        was = is_public(package, noticed.was.get("state"), noticed.was.get("private"))
        _tell(context, package, Saved(was, is_public(package), sorted(noticed.fields), sorted(noticed.files)))


def deleted(context: Context, dataset_id: str) -> None:
    """Before CKAN deletes or purges a dataset. Records ``dataset.withdrawn`` where everybody could see it."""
    package = _saved(context, dataset_id)[1]
    if package is not None and is_public(package):
        _tell(context, package, Saved(True, False))


def is_public(package: Any, state: str | None = None, private: bool | None = None) -> bool:
    """Whether everybody may see a dataset as it is, or as it was with this state."""
    return (package.state if state is None else state) == "active" and not (
        package.private if private is None else private
    )


def _saved(context: Context, dataset_id: str) -> tuple[Session, Any]:
    """The dataset as it is written; sources of harvests and the like are none."""
    session: Session = context.get("session") or model.Session  # type: ignore[assignment]
    session.flush()
    package = model.Package.get(dataset_id)
    return session, package if package is not None and package.type == "dataset" else None


def _tell(context: Context, package: Any, saved: Saved) -> None:
    turn, session = saved.turn(), object_session(package)
    if turn is not None and session is not None:
        event = _event(session, package, turn, saved)
        waiting = session.info.setdefault(_MARK, [])
        waiting.append((session.get_nested_transaction(), event, actor_of(context), clock.now()))


def listen() -> None:
    """Begin to write before commits; safe to call again."""
    noticing.listen()
    for moment, hear in (("before_commit", _write), ("after_soft_rollback", _drop)):
        if not sa.event.contains(model.Session, moment, hear):
            sa.event.listen(model.Session, moment, hear)


def _write(session: Session) -> None:
    for _, event, actor, at in session.info.pop(_MARK, ()):
        record(session, event, actor=actor, at=at)


def _drop(session: Session, rolled_back: Any) -> None:
    """What a savepoint undid is not told, nor what the whole transaction did."""
    waiting = session.info.pop(_MARK, ())
    if rolled_back.nested and waiting:
        session.info[_MARK] = [one for one in waiting if one[0] is not rolled_back]


def _event(session: Session, package: Any, turn: str, saved: Saved) -> Event:
    if turn == "published":
        return DatasetPublished(package.id)
    if turn == "updated":
        return DatasetUpdated(package.id, fields=tuple(saved.fields), files=tuple(saved.files))
    hidden = package.state == "active" and package.private
    return DatasetWithdrawn(
        package.id, how="private" if hidden else "deleted", agency=package.owner_org or "",
        categories=tuple(_categories(session, package.id)),
    )


def _categories(session: Session, dataset_id: str) -> list[str]:
    member, group = model.Member, model.Group
    return list(session.scalars(
        sa.select(group.id).join(member, member.group_id == group.id)
        .where(member.table_id == dataset_id, member.table_name == "package", member.state == "active",
               group.type == "group").order_by(group.id)
    ))

