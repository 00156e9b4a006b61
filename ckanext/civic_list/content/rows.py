"""A row with one spelling only, so that what says the same is the same: the ground of every digest.

Set aside are: the order of columns, empty cells, white space and signs nobody sees, composed and decomposed letters;
of numbers the zeros at the end of a fraction and the decimal comma; of dates midnight, ``T`` or a space before the
time, and the order day.month.year. Kept are leading zeros (a code, not a number), capital letters and everything
else. So ``1``, ``1.0`` and ``1,0`` are one value, as a workbook and the DataStore have it; the price is that the
numbers of two paragraphs, 1.1 and 1.10, are one value as well.
"""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

__all__ = ["Speller", "canonical_row", "canonical_value", "clean"]

_SPLIT, _CELL = "\x1e", "\x1f"
_NUMBER = re.compile(r"(-?\d+)[.,](\d+)")
_DAY = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(\.\d+)?(.*)")
_BEGINS = frozenset("-0123456789")
_MIDNIGHT = frozenset({"00:00", "00:00:00"})


def clean(text: str) -> str:
    """A text without what the eye does not see: composed letters, single spaces, no invisible signs."""
    if text.isprintable() and "  " not in text and unicodedata.is_normalized("NFC", text):
        return text.strip()
    visible = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return " ".join(unicodedata.normalize("NFC", visible).split())


def canonical_value(text: str) -> str:
    """A clean text whose number or date is written in the one way.

    >>> [canonical_value(text) for text in ("1.0", "0,30", "007", "2026-01-05 00:00:00", "05.01.2026")]
    ['1', '0.3', '007', '2026-01-05', '2026-01-05']
    """
    if text[:1] not in _BEGINS:
        return text
    if number := _NUMBER.fullmatch(text):
        return _number(number[1], number[2].rstrip("0"))
    if day := _DAY.fullmatch(text):
        return f"{day[3]}-{day[2]}-{day[1]}" if day[2] <= "12" else text
    if time := _TIME.fullmatch(text):
        return _time(time)
    return text


def _number(whole: str, fraction: str) -> str:
    if fraction:
        return f"{whole}.{fraction}"
    return "0" if whole == "-0" else whole


def _time(found: re.Match[str]) -> str:
    day, time, fraction, zone = found.groups("")
    fraction = fraction.rstrip("0").rstrip(".")
    if time in _MIDNIGHT and not fraction and not zone:
        return day
    return f"{day}T{time if len(time) > 5 else time + ':00'}{fraction}{zone}"


class _Layout(NamedTuple):
    """How the cells of a table's rows are put in order: worked out once for each heading."""

    columns: tuple[str, ...]
    places: tuple[int, ...]
    names: tuple[str, ...]
    twins: bool


def _layout(columns: tuple[str, ...], ignored: frozenset[str]) -> _Layout:
    order = sorted((clean(column), place) for place, column in enumerate(columns))
    kept = [(name, place) for name, place in order if name not in ignored]
    names = tuple(f"{_SPLIT}{name}{_CELL}" for name, _ in kept)
    return _Layout(columns, tuple(place for _, place in kept), names, len(set(names)) < len(names))


class Speller:
    """Spells the rows of one table.

    :param ignored: names of columns that are left out.
    """

    def __init__(self, ignored: Collection[str] = ()) -> None:
        self._ignored = frozenset(map(clean, ignored))
        self._last = _layout((), self._ignored)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of what was spelt last."""
        return self._last.columns

    def row(self, columns: tuple[str, ...], record: Sequence[str]) -> bytes:
        """The one spelling of a row; nothing where the row has no values."""
        layout = self._of(columns)
        cells = _spelt([record[place] for place in layout.places])
        said = [name + cell for name, cell in zip(layout.names, cells, strict=True) if cell]
        return _bytes(sorted(said) if layout.twins else said)

    def rows(self, columns: tuple[str, ...], records: Sequence[Sequence[str]]) -> Iterable[bytes]:
        """The same of many full rows at once, a column at a time: three times as fast."""
        layout = self._of(columns)
        if layout.twins or not layout.places or not records:
            return [self.row(columns, record) for record in records]
        table = list(zip(*records, strict=True))
        said = [
            _said(name, _spelt(table[place])) for name, place in zip(layout.names, layout.places, strict=True)
        ]
        return map(_bytes, zip(*said, strict=True))

    def _of(self, columns: tuple[str, ...]) -> _Layout:
        if columns != self._last.columns:
            self._last = _layout(columns, self._ignored)
        return self._last


def _said(name: str, cells: Sequence[str]) -> list[str]:
    if "" in cells:
        return [name + cell if cell else "" for cell in cells]
    return [name + cell for cell in cells]


def _bytes(said: Iterable[str]) -> bytes:
    return "".join(said).encode("utf-8", "surrogatepass")


def _spelt(cells: Sequence[str]) -> Sequence[str]:
    """Cells cleaned and with canonical values: one look at all of them spares most the look at each."""
    whole = "|".join(cells)
    if not whole.isprintable() or "  " in whole or not unicodedata.is_normalized("NFC", whole):
        cells = [clean(cell) for cell in cells]
    elif " |" in whole or "| " in whole or whole[:1] == " " or whole[-1:] == " ":
        cells = [cell.strip() for cell in cells]
    if "." in whole or "," in whole or ":" in whole:
        return [canonical_value(cell) if "." in cell or "," in cell or ":" in cell else cell for cell in cells]
    return cells


def canonical_row(row: Mapping[str, str], ignored: Collection[str] = ()) -> bytes:
    """The one spelling of a row by itself."""
    return Speller(ignored).row(tuple(row), list(row.values()))
