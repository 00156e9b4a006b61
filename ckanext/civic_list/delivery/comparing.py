"""What a look found against what the last look kept, as it is written beside the evidence."""
from __future__ import annotations

from typing import Any

from ckanext.civic_list.content.seen import Seen
from ckanext.civic_list.content.sketch import K, numbers
from ckanext.civic_list.domain.changes import Changes, File, Table, columns_between, rows_between
from ckanext.civic_list.model import SeenResource

__all__ = ["changes"]


def changes(how: str, former: SeenResource | None, seen: Seen | None) -> dict[str, Any]:
    """``domain.changes.Changes`` as it is stored.

    :param how: how the change was seen; what becomes public is new to its readers.
    """
    if how == "removed" or seen is None:
        return Changes("removed").stored()
    if how == "published" or former is None or not (former.content or former.bytes):
        return Changes("added").stored()
    if seen.changed is False:
        return {}
    return _between(former, seen).stored()


def _between(former: SeenResource, seen: Seen) -> Changes:
    file: File | None = None if seen.how == "datastore" else "replaced"
    if not (former.columns and seen.columns):
        return Changes(file)
    before, after = _kept(former), Table(seen.rows, seen.columns, frozenset(numbers(seen.sketch)), K)
    columns = columns_between(before.columns, after.columns)
    return Changes(file, rows_between(before, after), columns)


def _kept(former: SeenResource) -> Table:
    return Table(former.rows, tuple(former.columns), frozenset(numbers(former.sketch)), K)
