"""What delivery does when CKAN saves or deletes a dataset: in the same transaction, before CKAN commits."""
from __future__ import annotations

from collections.abc import Collection
from typing import Any

import ckan.model as core
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.record import SYSTEM
from ckanext.civic_list.delivery import looking, settling, sightings, standing
from ckanext.civic_list.delivery.sightings import Maker
from ckanext.civic_list.model import SeenResource, Sighting, WatchedDataset

__all__ = ["Maker", "forget", "note", "take_in"]


def note(session: Session, dataset: Any, maker: Maker) -> None:
    """Note which resources changed; after the commit a worker looks at them and settles what follows."""
    sightings.note(session, dataset, maker)
    looking.after_commit(session, dataset.id)


def take_in(session: Session, most: int) -> int:
    """Note datasets that were there before the list was, as many as said; each is looked at.

    :returns: how many.
    """
    package = core.Package
    watched = sa.exists().where(WatchedDataset.dataset_id == package.id)
    rows = session.scalars(
        sa.select(package).where(package.state == "active", package.type == "dataset", ~watched)
        .order_by(package.id).limit(most)
    ).all()
    for dataset in rows:
        sightings.note(session, dataset, Maker(SYSTEM, "published"))
    return len(rows)


def forget(session: Session, dataset_id: str, duties: Collection[str]) -> None:
    """A dataset is gone: nothing is seen at it any more, and the duties that it answered feel it.

    Its evidence and releases stay: the same data brought anew are the same.
    """
    for table in (Sighting, SeenResource, WatchedDataset):
        session.execute(sa.delete(table).where(table.dataset_id == dataset_id))
    standing.end(session, "dataset", [dataset_id], clock.today())
    settling.mark(session, duties)
    looking.after_commit(session, dataset_id, duties)
