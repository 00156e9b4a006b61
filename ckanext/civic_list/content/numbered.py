"""The rows of a file with the numbers that a person finds them by, and how many cells each has."""
from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast

from ckanext.civic_list.content.limits import Meter
from ckanext.civic_list.content.tables import (
    Row,
    column_names,
    is_delimited,
    read_rows,
    spelling_of,
    unreadable,
)

__all__ = ["Numbered", "numbered"]


@dataclass(frozen=True)
class Numbered:
    """A row; ``cells`` is how many it has, ``width`` how many the heading has (0: the format has no heading)."""

    number: int
    row: Row
    cells: int = 0
    width: int = 0


def numbered(source: BinaryIO, format: str) -> Iterator[Numbered]:
    """The rows of a file that can be rewound.

    The number is that of the line in a text, of the filled row in a sheet, of the record in JSON and XML.

    :raises UnsupportedFormatError, UnreadableError: as :func:`.tables.read_rows` does.
    """
    if is_delimited(format):
        with unreadable():
            yield from _lines(source)
        return
    first = 2 if format.strip().upper().removeprefix(".") == "XLSX" else 1
    for number, row in enumerate(read_rows(source, format), first):
        yield Numbered(number, row)


def _lines(source: BinaryIO) -> Iterator[Numbered]:
    encoding, delimiter = spelling_of(source)
    meter = Meter(source)
    text = io.TextIOWrapper(cast(BinaryIO, meter), encoding=encoding, errors="strict", newline="")
    try:
        records = csv.reader(text, delimiter=delimiter, strict=False)
        heading: Sequence[str] | None = None
        for record in records:
            meter.row()
            if not any(record):
                continue
            if heading is None:
                heading = column_names(record)
            else:
                row = dict(zip(heading, record, strict=False))
                yield Numbered(records.line_num, row, len(record), len(heading))
    finally:
        text.detach()
