"""The worker that looks at the data of resources that changed, and what follows from it.

Safe to kill at any line: what has to be looked at stands in a table until the evidence of it is written, in the same
transaction as all that follows. Files are read outside of any transaction.
"""
from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import ckan.model as core
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, commits
from ckanext.civic_list import indexing
from ckanext.civic_list.content.seeing import Former, Seen, look
from ckanext.civic_list.delivery import judging, settling
from ckanext.civic_list.model import LinkSpell, SeenResource, Sighting, WatchedDataset

__all__ = ["after_commit", "hint", "ignored", "look_at", "told", "waiting"]

log = logging.getLogger(__name__)
#: how long a worker may take before another one takes over
_CLAIM = timedelta(minutes=30)
#: a file that no worker survived so often cannot be read
_TRIES = 5
_GIVEN_UP = Seen(how="upload", fault="unreadable")
#: at the same moment: what was taken away before what was brought, and what was meant before what CKAN noticed of it
_ORDER = (
    Sighting.at, sa.case({"removed": 0, "datastore": 1}, value=Sighting.how, else_=2), Sighting.id,
)


def after_commit(session: Session, dataset_id: str, duties: Collection[str] = ()) -> None:
    """Let a worker look at a dataset, and settle what it answers and these duties, as soon as the transaction that is
    under way is committed.

    The queue is a hint: what is to be done stands in the table, and the tick does what no worker did.
    """

    commits.after_commit(session, partial(hint, dataset_id, duties))


def hint(dataset_id: str, duties: Collection[str] = ()) -> None:
    """Tell the workers; without any, the tick looks."""
    try:
        tk.enqueue_job(look_at, [dataset_id, sorted(duties)], title="look at changed data", rq_kwargs={"timeout": 3600})
    except Exception:
        log.exception("no worker was told to look at %s; the tick will", dataset_id)


def waiting(session: Session, most: int) -> Sequence[str]:
    """Ids of datasets that no worker looks at, the longest waiting first."""
    free = sa.or_(Sighting.claimed_until.is_(None), Sighting.claimed_until < clock.now())
    return session.scalars(
        sa.select(Sighting.dataset_id).where(free).group_by(Sighting.dataset_id)
        .order_by(sa.func.min(Sighting.at)).limit(most)
    ).all()


def look_at(dataset_id: str, duties: Collection[str] = ()) -> int:
    """Look at everything of a dataset that waits to be looked at, and settle what it answers, and these duties.

    :returns: how many resources were looked at.
    """
    session = core.Session
    claimed = _claim(session, dataset_id)
    tries = {one.resource_id: one.tries for one in claimed if one.how != "removed"}
    seen = {id_: _look(session, id_) if count <= _TRIES else _GIVEN_UP for id_, count in tries.items()}
    _settle(session, dataset_id, [one.id for one in claimed], seen, duties)
    return len(claimed)


def _claim(session: Session, dataset_id: str) -> list[Sighting]:
    """Take what is free, so that no other worker does the same; a worker that is killed loses it after a while."""
    now = clock.now()
    free = sa.or_(Sighting.claimed_until.is_(None), Sighting.claimed_until < now)
    rows = list(session.scalars(
        sa.select(Sighting).where(Sighting.dataset_id == dataset_id, free).order_by(*_ORDER)
        .with_for_update(skip_locked=True)
    ))
    for row in rows:
        row.claimed_until, row.tries = now + _CLAIM, row.tries + 1
    session.commit()
    for row in rows:
        session.refresh(row)
    found = list(rows)
    for row in found:
        session.expunge(row)
    session.commit()
    return found


def _look(session: Session, resource_id: str) -> Seen | None:
    """One look; None where the resource is gone by now. No transaction is open while the file is read."""
    resource = session.get(core.Resource, resource_id)
    former = session.get(SeenResource, resource_id)
    about = told(resource) if resource is not None and resource.state == "active" else None
    kept = _former(former) if former is not None and former.looked_at else None
    session.rollback()
    return look(about, kept, ignored(about)) if about else None


def told(resource: Any) -> dict[str, Any]:
    """A stored resource as a look at its data needs it."""
    extras = resource.extras or {}
    return {**extras, **{
        name: getattr(resource, name) for name in ("id", "url", "url_type", "format", "package_id", "name")
    }}


def _former(row: SeenResource) -> Former:
    return Former(row.etag, row.last_modified, row.size or 0, row.bytes, row.content)


def ignored(resource: Mapping[str, Any]) -> list[str]:
    """Columns that say nothing of the content: those of the portal, and those that the resource names."""
    own = str(resource.get("ignore_columns") or "").split(",")
    everywhere = tk.config["ckanext.civic_list.ignore_columns"] or []
    return [name.strip() for name in (*everywhere, *own) if name.strip()]


def _settle(
    session: Session, dataset_id: str, sightings: Sequence[str], seen: Mapping[str, Seen | None],
    duties: Collection[str],
) -> None:
    """Write what was seen and all that follows from it, in one transaction."""
    answered = session.scalars(
        sa.select(LinkSpell.duty_id).where(LinkSpell.dataset_id == dataset_id, LinkSpell.until.is_(None)).distinct()
    ).all()
    settling.hold(session, {*answered, *duties}, [dataset_id])
    watched = session.get(WatchedDataset, dataset_id, populate_existing=True)
    rows = list(session.scalars(sa.select(Sighting).where(Sighting.id.in_(list(sightings))).order_by(*_ORDER)))
    releases = judging.judge(session, watched, rows, seen) if watched is not None and rows else []
    changed = settling.settle(session, {*answered, *duties}, [dataset_id])
    judging.tell(session, dataset_id, releases)
    session.execute(sa.delete(Sighting).where(Sighting.id.in_(list(sightings))))
    session.commit()
    indexing.restate(changed | ({dataset_id} if watched is not None else set()))
