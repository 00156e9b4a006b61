"""A table of CKAN's DataStore read as a stream of rows, as its file would be read.

A number of the DataStore is a decimal, a day a timestamp at midnight: both are written as a file has them. What the
DataStore itself changed when the file was loaded stays changed: names of columns are cut after 63 bytes, and words that
the loader took for another type (``TRUE``, ``1e3``) read as that type writes them.
"""
from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from ckanext.civic_list.content.tables import Row, as_text, flatten

__all__ = ["NoTableError", "rows_of"]

_OWN = frozenset({"_id", "_full_text"})
_BATCH = 1000
_PATIENCE = 60_000


class NoTableError(Exception):
    """There is no such table, or no DataStore at all, or it does not answer."""


def rows_of(resource_id: str) -> Iterator[Row]:
    """The rows of a resource's table, without the DataStore's own columns, through its read-only connection.

    :raises NoTableError: where they cannot be read.
    """
    try:
        from ckanext.datastore.backend.postgres import get_read_engine
    except ImportError as error:
        raise NoTableError("no DataStore") from error
    try:
        with get_read_engine().connect() as connection:
            yield from _rows(connection, resource_id)
    except (sa.exc.SQLAlchemyError, KeyError, ValueError) as error:
        raise NoTableError(resource_id) from error


def _rows(connection: Any, resource_id: str) -> Iterator[Row]:
    columns = {
        column["name"]: isinstance(column["type"], sa.JSON)
        for column in sa.inspect(connection).get_columns(resource_id) if column["name"] not in _OWN
    }
    if not columns:
        raise NoTableError(resource_id)
    table = sa.table(resource_id, *map(sa.column, columns))
    connection.execute(sa.text(f"SET LOCAL statement_timeout TO {_PATIENCE}"))
    streaming = connection.execution_options(stream_results=True, yield_per=_BATCH)
    for record in streaming.execute(sa.select(*table.c)):
        yield _row(columns, record)


def _row(columns: Mapping[str, bool], record: Any) -> Row:
    row: dict[str, str] = {}
    for (name, is_json), value in zip(columns.items(), record, strict=True):
        # CKAN's connection leaves JSON unread
        nested = json.loads(value, parse_float=Decimal) if is_json and isinstance(value, str) else value
        if isinstance(nested, dict | list):
            row |= flatten(nested, name)
        else:
            row[name] = as_text(nested)
    return row
