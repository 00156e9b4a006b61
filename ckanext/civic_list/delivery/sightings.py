"""Notes which resources of a dataset changed, in the transaction of the change; a worker looks at them afterwards.

Nothing here reads a file or commits.
"""
from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import ckan.model as core
import sqlalchemy as sa
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.record import SYSTEM, record
from ckanext.civic_list.content.seeing import TABLES
from ckanext.civic_list.domain.events_delivery import EvidenceNotCounted
from ckanext.civic_list.model import Evidence, SeenResource, Sighting, WatchedDataset
from ckanext.civic_list.model.columns import AT_ONCE

__all__ = ["Maker", "check", "note", "sight", "signature", "watch"]


#: should the worker never come to it
_ASKED_AGAIN = timedelta(days=1)


@dataclass(frozen=True)
class Maker:
    """Who changed the data, how, and what he says of it."""

    by: str
    how: str = "upload"
    for_period: str = ""
    correction: bool = False


def note(session: Session, dataset: Any, maker: Maker) -> bool:
    """After CKAN saved a dataset: remember what has to be looked at; six statements.

    :returns: whether there is anything to look at.
    """
    became_public = watch(session, dataset)
    resources = list(session.scalars(sa.select(core.Resource).where(
        core.Resource.package_id == dataset.id, core.Resource.state == "active"
    )))
    known = {row.resource_id: row for row in session.scalars(
        sa.select(SeenResource).where(SeenResource.dataset_id == dataset.id)
    )}
    changed = [one.id for one in resources if one.id not in known or known[one.id].signature != signature(one)]
    removed = known.keys() - {one.id for one in resources}
    shown = [one.id for one in resources if one.id not in changed] if became_public else []
    sight(session, dataset, changed, maker)
    sight(session, dataset, shown, Maker(maker.by, "published", maker.for_period, maker.correction))
    sight(session, dataset, removed, Maker(maker.by, "removed"))
    _keep_signatures(session, dataset.id, [one for one in resources if one.id in changed])
    if known and not (changed or removed or shown):
        _only_metadata(session, dataset, maker)
    return bool(changed or removed or shown)


def watch(session: Session, dataset: Any) -> bool:
    """Keep what the figures need of a dataset; whether it has just become public."""
    category = session.scalar(
        sa.select(core.Group.name).join(core.Member, core.Member.group_id == core.Group.id)
        .where(core.Member.table_id == dataset.id, core.Member.table_name == "package",
               core.Member.state == "active", core.Group.type == "group", core.Group.state == "active")
        .order_by(core.Group.name).limit(1)
    )
    public = dataset.state == "active" and not dataset.private
    former = session.scalar(
        sa.select(WatchedDataset.public).where(WatchedDataset.dataset_id == dataset.id).with_for_update()
    )
    values = {
        "agency_id": dataset.owner_org or "", "category": category or "", "public": public,
        "period": (dataset.extras or {}).get("update_period") or "", "settle_on": AT_ONCE,
    }
    session.execute(
        insert(WatchedDataset).values(dataset_id=dataset.id, since=clock.today(), opened=False, columns=[], **values)
        .on_conflict_do_update(index_elements=["dataset_id"], set_=values)
    )
    return public and former is False


def signature(resource: Any) -> str:
    """What CKAN says of a resource's data; another one means that they must be looked at.

    Of a table it says later that its rows changed, and by itself: who writes them is seen in the act.
    """
    if resource.url_type in TABLES:
        parts: tuple[Any, ...] = (resource.url_type, (resource.extras or {}).get("datastore_active"))
    else:
        parts = (
            resource.url, resource.url_type, resource.last_modified, resource.size, resource.hash, resource.format
        )
    return hashlib.sha256("\x1f".join(str(part or "") for part in parts).encode()).hexdigest()


def sight(session: Session, dataset: Any, resources: Iterable[str], maker: Maker) -> None:
    """Remember that these resources have to be looked at, now or after whatever happens to this process."""
    rows = [
        {
            "id": make_uuid(), "dataset_id": dataset.id, "resource_id": resource, "at": clock.now(),
            "how": maker.how, "by": maker.by, "public": dataset.state == "active" and not dataset.private,
            "for_period": maker.for_period, "correction": maker.correction, "tries": 0,
        }
        for resource in resources
    ]
    if rows:
        session.execute(sa.insert(Sighting), rows)


def check(session: Session, rows: Iterable[SeenResource]) -> set[str]:
    """Remember that files elsewhere have to be asked again; ids of their datasets."""
    several: dict[str, list[str]] = {}
    for row in rows:
        several.setdefault(row.dataset_id, []).append(row.resource_id)
        row.check_on = clock.now() + _ASKED_AGAIN
    datasets = session.scalars(sa.select(core.Package).where(core.Package.id.in_(list(several))))
    for dataset in datasets:
        sight(session, dataset, several[dataset.id], Maker(SYSTEM, "checksum"))
    return set(several)


def _keep_signatures(session: Session, dataset_id: str, resources: Iterable[Any]) -> None:
    rows = [
        {"resource_id": one.id, "dataset_id": dataset_id, "signature": signature(one)} for one in resources
    ]
    if rows:
        statement = insert(SeenResource).values([{**_UNSEEN, **row} for row in rows])
        session.execute(statement.on_conflict_do_update(
            index_elements=["resource_id"],
            set_={"signature": statement.excluded.signature, "dataset_id": statement.excluded.dataset_id},
        ))


_UNSEEN: Mapping[str, Any] = {
    "content": "", "bytes": "", "columns": [], "sketch": b"", "etag": "", "last_modified": "", "method": "",
    "opened": False, "fault": "",
}


def _only_metadata(session: Session, dataset: Any, maker: Maker) -> None:
    """Evidence that only the metadata changed: one row a day and person. Records ``evidence.not_counted`` once."""
    now = clock.now()
    statement = insert(Evidence).values(
        dataset_id=dataset.id, resource_id="", day=clock.today(), at=now, last_at=now, times=1, how=maker.how,
        method="", by=maker.by, public=dataset.state == "active" and not dataset.private, content_before="",
        content="", bytes="", reason="metadata_only", params={}, recorded_at=now,
    )
    times = session.scalar(
        statement.on_conflict_do_update(
            constraint="civic_list_evidence_once", set_={"times": Evidence.times + 1, "last_at": now}
        ).returning(Evidence.times)
    )
    if times == 1:
        record(session, EvidenceNotCounted(dataset.id, how=maker.how, reason="metadata_only"), actor=maker.by)
