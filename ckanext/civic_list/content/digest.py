"""What a file says, as one digest: the same whatever the order of rows and columns, the white space, the format.

The digest of a table is a sum of its rows' digests (an additive multiset hash: Bellare and Micciancio, "A new paradigm
for collision-free hashing", 1997; Clarke et al., "Incremental multiset hash functions", 2003), so it is computed in one
pass, in constant memory, and two tables have the same digest exactly when they hold the same rows the same number of
times. Each row's digest has 512 bits, which keeps the sum safe against chosen rows in practice; the
portal's question is anyway not whether somebody broke it, but whether somebody changed a cell.
"""
from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import BinaryIO

from ckanext.civic_list.content.tables import Row, UnreadableError, UnsupportedFormatError, read_rows

__all__ = ["Content", "canonical_row", "digest_of", "row_digest"]

_MODULUS = 1 << 512
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Content:
    """What was found in a file.

    ``digest`` is of the content where the portal can read the format, else of the bytes; ``rows`` and ``columns`` are
    known only in the first case. ``bytes_digest`` tells whether the file itself is the same.
    """

    digest: str
    bytes_digest: str
    size: int
    rows: int | None = None
    columns: tuple[str, ...] = ()
    readable: bool = True


def digest_of(source: BinaryIO, format: str, ignore_columns: Collection[str] = ()) -> Content:
    """Look into a file.

    :param format: the resource's format.
    :param ignore_columns: names of columns that say nothing of the content, such as «generated at».
    """
    bytes_digest, size = _of_bytes(source)
    source.seek(0)
    try:
        total, rows, columns = _of_rows(read_rows(source, format), frozenset(map(clean, ignore_columns)))
    except (UnsupportedFormatError, UnreadableError):
        return Content(f"bytes:{bytes_digest}", bytes_digest, size, readable=False)
    return Content(f"rows:{total:0128x}:{rows}", bytes_digest, size, rows, columns)


def _of_bytes(source: BinaryIO) -> tuple[str, int]:
    hasher, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK):
        hasher.update(chunk)
        size += len(chunk)
    return hasher.hexdigest(), size


def _of_rows(rows: Iterable[Row], ignored: frozenset[str]) -> tuple[int, int, tuple[str, ...]]:
    total, count = 0, 0
    columns: dict[str, None] = {}
    for row in rows:
        total = (total + row_digest(row, ignored)) % _MODULUS
        count += 1
        if len(columns) < len(row):
            columns |= dict.fromkeys(row)
    return total, count, tuple(columns)


def row_digest(row: Row, ignored: frozenset[str] = frozenset()) -> int:
    """The number that a row adds to the digest of its table."""
    return int.from_bytes(hashlib.sha512(canonical_row(row, ignored)).digest(), "big")


def canonical_row(row: Row, ignored: frozenset[str] = frozenset()) -> bytes:
    """A row with one spelling only: columns by name, empty cells left out, white space set aside."""
    cells = sorted((clean(name), clean(value)) for name, value in row.items())
    kept = [f"{name}\x1f{value}" for name, value in cells if value and name not in ignored]
    return "\x1e".join(kept).encode()


def clean(text: str) -> str:
    """A text without what the eye does not see: composed letters, single spaces, no invisible signs."""
    if text.isascii() and "  " not in text and text.isprintable():
        return text.strip()
    visible = "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) != "Cf")
    return " ".join(visible.split())
