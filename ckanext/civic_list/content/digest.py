"""What a file says, as one digest: the same whatever the order of rows and columns, the white space, the format.

The digest of a table is a sum of its rows' digests (an additive multiset hash: Bellare and Micciancio, "A new paradigm
for collision-free hashing", 1997; Clarke et al., "Incremental multiset hash functions", 2003), so it is computed in one
pass, in constant memory, and two tables have the same digest exactly when they hold the same rows the same number of
times. Each row's digest has 512 bits, which keeps the sum safe against chosen rows in practice; the
portal's question is anyway not whether somebody broke it, but whether somebody changed a cell.
"""
from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import blake2b, sha256
from typing import BinaryIO

from ckanext.civic_list.content.rows import Speller, canonical_row
from ckanext.civic_list.content.sketch import Sketch, share_changed
from ckanext.civic_list.content.tables import (
    Batch,
    Row,
    TooBigError,
    UnreadableError,
    UnsupportedFormatError,
    is_delimited,
    read_batches,
    read_rows,
)

__all__ = ["Content", "Table", "canonical_row", "digest_of", "row_digest", "share_changed", "table_of"]

_MODULUS = 1 << 512
_LOW = (1 << 64) - 1
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Table:
    """What rows say, wherever they come from.

    ``sketch`` tells how much of it changed (``share_changed``).
    """

    digest: str
    rows: int
    columns: tuple[str, ...]
    sketch: bytes


@dataclass(frozen=True)
class Content:
    """What was found in a file.

    ``digest`` is of the content where the portal can read the format, else of the bytes; ``rows``, ``columns`` and
    ``sketch`` are known only in the first case. ``bytes_digest`` tells whether the file itself is the same. ``fault``
    is a code where there are no rows: ``unsupported``, ``unreadable`` or ``too_big``.
    """

    digest: str
    bytes_digest: str
    size: int
    rows: int | None = None
    columns: tuple[str, ...] = ()
    sketch: bytes = b""
    fault: str = ""

    @property
    def readable(self) -> bool:
        return not self.fault


def digest_of(source: BinaryIO, format: str, ignore_columns: Collection[str] = ()) -> Content:
    """Look into a file.

    :param format: the resource's format.
    :param ignore_columns: names of columns that say nothing of the content, such as «generated at».
    """
    bytes_digest, size = _of_bytes(source)
    source.seek(0)
    try:
        table = _table(source, format, ignore_columns)
    except (UnsupportedFormatError, UnreadableError) as error:
        return Content(f"bytes:{bytes_digest}", bytes_digest, size, fault=_fault(error))
    return Content(table.digest, bytes_digest, size, table.rows, table.columns, table.sketch)


def _table(source: BinaryIO, format: str, ignore_columns: Collection[str]) -> Table:
    if is_delimited(format):
        return _table_of_batches(read_batches(source), ignore_columns)
    return table_of(read_rows(source, format), ignore_columns)


def _fault(error: Exception) -> str:
    if isinstance(error, UnsupportedFormatError):
        return "unsupported"
    return "too_big" if isinstance(error, TooBigError) else "unreadable"


def _of_bytes(source: BinaryIO) -> tuple[str, int]:
    hasher, size = sha256(), 0
    while chunk := source.read(_CHUNK):
        hasher.update(chunk)
        size += len(chunk)
    return hasher.hexdigest(), size


def table_of(rows: Iterable[Row], ignore_columns: Collection[str] = ()) -> Table:
    """The digest, the count, the columns and the sketch of rows, in one pass; a row without values is none."""
    summed = _Sum(ignore_columns)
    for row in rows:
        summed.add(summed.spell.row(tuple(row), list(row.values())))
    return summed.table()


def _table_of_batches(batches: Iterable[Batch], ignore_columns: Collection[str]) -> Table:
    summed = _Sum(ignore_columns)
    for batch in batches:
        summed.heading(batch.names)
        for said in summed.spell.rows(batch.names, batch.records):
            summed.add(said)
        for row in batch.uneven:
            summed.add(summed.spell.row(tuple(row), list(row.values())))
    return summed.table()


class _Sum:
    """The digest of a table while its rows are added."""

    def __init__(self, ignore_columns: Collection[str]) -> None:
        self.spell = Speller(ignore_columns)
        self._sketch = Sketch()
        self._total, self._count = 0, 0
        self._columns: dict[str, None] = {}
        self._last: tuple[str, ...] = ()

    def heading(self, columns: tuple[str, ...]) -> None:
        self._columns |= dict.fromkeys(columns)

    def add(self, said: bytes) -> None:
        if not said:
            return
        if self.spell.columns is not self._last:
            self._last = self.spell.columns
            self.heading(self._last)
        number = _number(said)
        self._total += number
        self._count += 1
        self._sketch.add(number & _LOW)

    def table(self) -> Table:
        digest = f"rows:{self._total % _MODULUS:0128x}:{self._count}"
        return Table(digest, self._count, tuple(self._columns), self._sketch.packed())


def row_digest(row: Row, ignore_columns: Collection[str] = ()) -> int:
    """The number that a row adds to the digest of its table."""
    return _number(canonical_row(row, ignore_columns))


def _number(said: bytes) -> int:
    return int.from_bytes(blake2b(said).digest(), "big")
