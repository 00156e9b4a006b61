"""Tells CKAN's search index what changed in datasets without CKAN saving them: after the commit, never before."""
from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.lib.search import commit as open_to_readers
from ckan.logic import index_remove_package, index_update_package
from ckan.types import Context
from sqlalchemy.orm import Session

__all__ = ["after_commit", "reindex", "settle"]


def settle(context: Context, datasets: Collection[str]) -> None:
    """At the end of an action: bring the index in line, unless the caller still has to commit."""
    if datasets and not context.get("defer_commit"):
        reindex(datasets)


def reindex(datasets: Iterable[str]) -> None:
    """Write these datasets to the index; those that are gone are taken out."""
    for dataset in datasets:
        try:
            index_update_package(Context(ignore_auth=True, user=""), dataset, defer_commit=True)
        except tk.ObjectNotFound:
            index_remove_package(dataset)
    open_to_readers()


def after_commit(session: Session, datasets: Collection[str]) -> None:
    """Leave it to a worker as soon as the transaction that is under way is committed."""
    if not datasets:
        return

    def leave(_session: Any) -> None:
        tk.enqueue_job(reindex, [sorted(datasets)], title="reindex datasets whose duties changed their names")

    sa.event.listen(session, "after_commit", leave, once=True)

