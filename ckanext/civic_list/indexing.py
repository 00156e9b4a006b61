"""Tells CKAN's search index what changed in datasets without CKAN saving them: after the commit, never before."""
from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from types import FunctionType
from typing import Any

import ckan.model as core
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.lib.search import commit as open_to_readers
from ckan.lib.search import index as core_index
from ckan.lib.search.common import make_connection
from ckan.logic import index_remove_package, index_update_package
from ckan.types import Context
from sqlalchemy.orm import Session

from ckanext.civic_core import commits
from ckanext.civic_list import breakpoints
from ckanext.civic_list.model import WatchedDataset

__all__ = ["after_commit", "reindex", "restate", "settle"]

#: datasets that are fetched from the index at once
_AT_ONCE = 100


def settle(context: Context, datasets: Collection[str]) -> None:
    """At the end of an action: bring the index in line, unless the caller still has to commit."""
    if datasets and not context.get("defer_commit"):
        reindex(datasets)


def reindex(datasets: Iterable[str]) -> None:
    """Write these datasets to the index, read anew; those that are gone are taken out."""
    ids = sorted(set(datasets))
    marks = _marks(ids)
    for dataset in ids:
        _write(dataset)
    open_to_readers()
    _unmark(marks)


def _write(dataset: str) -> None:
    try:
        index_update_package(Context(ignore_auth=True, user=""), dataset, defer_commit=True)
    except tk.ObjectNotFound:
        index_remove_package(dataset)


def restate(datasets: Iterable[str]) -> None:
    """Write how these datasets will stand to the index. What else it says of them is taken from it, which is several
    times faster; a dataset that changed since it was written there is read anew.
    """
    ids = sorted(set(datasets))
    for start in range(0, len(ids), _AT_ONCE):
        several = ids[start:start + _AT_ONCE]
        marks = _marks(several)
        _restate(several)
        open_to_readers()
        _unmark(marks)


def _marks(ids: Collection[str]) -> dict[str, datetime]:
    """Since when the index is behind with these datasets."""
    table = WatchedDataset
    rows = core.Session.execute(
        sa.select(table.dataset_id, table.to_index).where(table.dataset_id.in_(ids), table.to_index.is_not(None))
    )
    return {row.dataset_id: row.to_index for row in rows}


def _unmark(marks: Mapping[str, datetime]) -> None:
    """The index knows, but for what changed while it was told."""
    table = sa.inspect(WatchedDataset).local_table
    if marks:
        with core.ensure_engine().begin() as connection:
            connection.execute(
                sa.update(table).values(to_index=None).where(
                    table.c.dataset_id == sa.bindparam("b_id"), table.c.to_index == sa.bindparam("b_mark")
                ),
                [{"b_id": id_, "b_mark": mark} for id_, mark in sorted(marks.items())],
            )


def _restate(ids: Sequence[str]) -> None:
    kept = dict(_kept(ids))
    courses = breakpoints.read(core.Session, ids)  # type: ignore[arg-type]
    collected = _Collected()
    for id_, modified in _modified(ids).items():
        copy = kept.pop(id_, None)
        if copy is None or copy["data_dict"]["metadata_modified"] != modified:
            _write(id_)
            continue
        shown = breakpoints.keep(copy["validated_data_dict"], courses[id_])
        collected.index({**copy["data_dict"], "with_custom_schema": shown})
    for id_ in kept:
        index_remove_package(id_)
    if collected.documents:
        make_connection().add(collected.documents, commit=False)


class _Collected:
    """Search documents as CKAN makes them, to be sent in one request instead of one each.

    CKAN's own function is used, with a connection that keeps what it would send.
    """

    def __init__(self) -> None:
        self.documents: list[dict[str, Any]] = []
        names = {**vars(core_index), "make_connection": lambda: self}
        self._make = FunctionType(core_index.PackageSearchIndex.index_package.__code__, names)

    def index(self, dataset: Mapping[str, Any]) -> None:
        self._make(core_index.PackageSearchIndex(), dataset, True)

    def add(self, docs: Sequence[dict[str, Any]], commit: bool) -> None:
        """What CKAN calls to send documents."""
        self.documents += docs


def _kept(ids: Sequence[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What the index has of these datasets: the dataset by CKAN's schema, and by the portal's."""
    answer = make_connection(decode_dates=False).search(
        "*:*", rows=len(ids), fl="id data_dict validated_data_dict", wt="json",
        fq=[f'+site_id:"{tk.config["ckan.site_id"]}"', "+entity_type:package", "+id:({})".format(" OR ".join(ids))],
    )
    for one in answer.docs:
        yield one["id"], {name: json.loads(one[name]) for name in ("data_dict", "validated_data_dict")}


def _modified(ids: Sequence[str]) -> dict[str, str]:
    rows = core.Session.execute(
        sa.select(core.Package.id, core.Package.metadata_modified).where(core.Package.id.in_(ids))
    )
    return {row.id: row.metadata_modified.isoformat() for row in rows}


def after_commit(session: Session, datasets: Collection[str]) -> None:
    """Leave it to a worker as soon as the transaction that is under way is committed."""
    if not datasets:
        return

    commits.after_commit(session, partial(_leave, sorted(datasets)))


def _leave(datasets: Collection[str]) -> None:
    tk.enqueue_job(reindex, [datasets], title="reindex datasets whose duties changed their names")
