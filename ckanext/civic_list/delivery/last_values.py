"""The rows of a resource as they are now, read from the portal's own storage; files elsewhere are not asked."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import ckan.model as core
from sqlalchemy.orm import Session

from ckanext.civic_list.content.datastore import NoTableError, rows_of
from ckanext.civic_list.content.seeing import format_of, opened
from ckanext.civic_list.content.tables import Row, UnreadableError, UnsupportedFormatError, read_rows
from ckanext.civic_list.delivery.looking import told

__all__ = ["first_rows"]

_TABLES = frozenset({"datastore", "tabledesigner"})


def first_rows(session: Session, resource_id: str, most: int) -> Sequence[Row]:
    """The first rows of a resource, ``most`` at most; those before a fault, none where it cannot be read."""
    resource = session.get(core.Resource, resource_id)
    if resource is None or resource.state != "active":
        return []
    found: list[Row] = []
    try:
        for row in islice(_rows(told(resource)), most):
            found.append(row)
    except (NoTableError, UnreadableError, UnsupportedFormatError):
        pass
    return found


def _rows(resource: dict[str, object]) -> Iterator[Row]:
    file = opened(resource) if resource["url_type"] == "upload" else None
    if file is not None:
        with file:
            yield from read_rows(file, format_of(resource))
    elif resource["url_type"] in _TABLES or resource.get("datastore_active"):
        yield from rows_of(str(resource["id"]))
