"""What changed between two states of a file: rows, columns, the file itself.

Rows are known by their digests, of which small samples are kept (bottom-k sketches, see ``content/sketch.py``): exact
while a table has fewer distinct rows than a sketch holds, estimated beyond. A row with a changed cell is to a digest
one row less and one more: such a pair is told as one changed row where at least half of the former rows stand as they
were; else one table took the place of another, and its rows were removed and added.
"""
from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

__all__ = ["Changes", "Columns", "File", "Rows", "Table", "columns_between", "merged", "of_stored", "rows_between"]

File = Literal["added", "removed", "replaced"]


@dataclass(frozen=True)
class Table:
    """A table as it was seen.

    :param rows: how many; None where it was not read as a table.
    :param sketch: the smallest digests of its rows; it holds all of them where there are fewer than ``room``.
    """

    rows: int | None
    columns: tuple[str, ...] = ()
    sketch: frozenset[int] = frozenset()
    room: int = 2048

    @property
    def whole(self) -> bool:
        """Whether the sketch holds every row, each once."""
        return len(self.sketch) < self.room and self.rows == len(self.sketch)


@dataclass(frozen=True)
class Rows:
    """How many rows came, went and changed; ``changed`` is None where that cannot be known."""

    added: int = 0
    removed: int = 0
    changed: int | None = 0
    exact: bool = True


@dataclass(frozen=True)
class Columns:
    """Names of columns that came and went; pairs of names of those that are called otherwise now."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.renamed)


@dataclass(frozen=True)
class Changes:
    """All that is known of a change; what is not known is not there."""

    file: File | None = None
    rows: Rows | None = None
    columns: Columns = field(default_factory=Columns)

    def stored(self) -> dict[str, Any]:
        """As it is kept: only what there is."""
        found: dict[str, Any] = {"file": self.file} if self.file else {}
        if self.rows is not None:
            found["rows"] = {name: getattr(self.rows, name) for name in ("added", "removed", "changed", "exact")}
        if self.columns:
            found["columns"] = {
                "added": list(self.columns.added), "removed": list(self.columns.removed),
                "renamed": [list(pair) for pair in self.columns.renamed],
            }
        return found


def of_stored(kept: Mapping[str, Any]) -> Changes:
    """What was kept."""
    rows, columns = kept.get("rows"), cast("Mapping[str, Any]", kept.get("columns") or {})
    renamed = cast("Iterable[Sequence[str]]", columns.get("renamed") or ())
    return Changes(
        kept.get("file"), Rows(**rows) if rows else None,
        Columns(tuple(columns.get("added") or ()), tuple(columns.get("removed") or ()),
                tuple((pair[0], pair[1]) for pair in renamed)),
    )


def columns_between(before: Sequence[str], after: Sequence[str]) -> Columns:
    """A column that left and one that came at the same place are one with a new name, where at least half of the
    columns are as they were and none moved."""
    added = tuple(name for name in after if name not in before)
    removed = tuple(name for name in before if name not in after)
    pairs = [(old, new) for old, new in zip(before, after, strict=False) if old != new]
    few = 0 < 2 * len(pairs) <= len(before) == len(after)
    if few and {*pairs} == {*zip(removed, added, strict=False)}:
        return Columns(renamed=tuple(pairs))
    return Columns(added, removed)


def rows_between(before: Table, after: Table) -> Rows | None:
    """None where one of both was not read as a table.

    A row's digest covers the names of its columns: where these are others, only the number of rows can be compared.
    """
    if before.rows is None or after.rows is None:
        return None
    if set(before.columns) != set(after.columns):
        return _net(after.rows - before.rows)
    exact = before.whole and after.whole
    gone, new = _exact(before, after) if exact else _estimated(before, after)
    edited = 2 * (before.rows - gone) >= before.rows
    changed = min(gone, new) if edited else 0
    return Rows(new - changed, gone - changed, changed, exact)


def _net(more: int) -> Rows:
    return Rows(max(more, 0), max(-more, 0), None, exact=False)


def _exact(before: Table, after: Table) -> tuple[int, int]:
    return len(before.sketch - after.sketch), len(after.sketch - before.sketch)


def _estimated(before: Table, after: Table) -> tuple[int, int]:
    """How many rows went and came, by the resemblance of the tables (Broder 1997): shared / all of both."""
    old, new = before.rows or 0, after.rows or 0
    either: Collection[int] = sorted(before.sketch | after.sketch)[: before.room]
    shared = len({*either} & before.sketch & after.sketch) / len(either) if either else 0.0
    common = min(round((old + new) * shared / (1 + shared)), old, new)
    return old - common, new - common


def merged(several: Iterable[Changes]) -> Changes:
    """What several changes of one file come to: numbers are added, and are then no longer exact."""
    found = list(several)
    rows = [one.rows for one in found if one.rows is not None]
    if len(found) < 2:
        return found[0] if found else Changes()
    files: list[File] = [one.file for one in found if one.file]
    return Changes(
        "removed" if files[-1:] == ["removed"] else next(iter(files), None), _sum(rows),
        Columns(
            tuple(dict.fromkeys(name for one in found for name in one.columns.added)),
            tuple(dict.fromkeys(name for one in found for name in one.columns.removed)),
            tuple(dict.fromkeys(pair for one in found for pair in one.columns.renamed)),
        ),
    )


def _sum(rows: Sequence[Rows]) -> Rows | None:
    if len(rows) < 2:
        return rows[0] if rows else None
    known = [one.changed for one in rows if one.changed is not None]
    changed = sum(known) if len(known) == len(rows) else None
    return Rows(sum(one.added for one in rows), sum(one.removed for one in rows), changed, exact=False)
