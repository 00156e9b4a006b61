"""XLSX: its sheets as plain values, read in one pass and no further than the limits allow.

openpyxl sees merged cells, hidden rows and strikethrough only when it holds the whole workbook as objects, which
a hostile file makes large; so the few parts that a list needs are read here, and nothing else is.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from openpyxl.utils.datetime import CALENDAR_MAC_1904, WINDOWS_EPOCH, from_excel

from ckanext.civic_list.domain.sheets import EMPTY, Book, Cell, Line, Merge, Sheet
from ckanext.civic_list.workbook import parts
from ckanext.civic_list.workbook.archive import Archive
from ckanext.civic_list.workbook.escapes import unescaped
from ckanext.civic_list.workbook.limits import Limits, RefusedFileError
from ckanext.civic_list.workbook.parts import Style, Text, TextReader, local, on

__all__ = ["read"]

_NOT_READ_TWICE = {
    "[content_types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedstrings.xml", "xl/styles.xml",
}


def read(content: bytes, limits: Limits) -> Book:
    """The sheets of a workbook.

    :raises RefusedFileError: where it is damaged, has macros or links to other files, is inflated, or has entities or
        too many cells.
    """
    archive = Archive(content, limits)
    found, from_1904 = parts.sheets(archive, limits)
    made = _Values(parts.strings(archive, limits), parts.styles(archive), from_1904)
    budget = _Budget(limits.cells)
    sheets = tuple(_sheet(archive, part, made, budget, limits) for part in found)
    archive.look_through({*_NOT_READ_TWICE, *(part.path for part in found)})
    return Book(sheets)


@dataclass
class _Budget:
    """How many cells may still come, in all sheets together."""

    cells: int

    def take(self, limits: Limits) -> None:
        self.cells -= 1
        if self.cells < 0:
            raise RefusedFileError("file_too_many_cells", rows=limits.rows)


@dataclass(frozen=True)
class _Values:
    """What a cell's raw value means in this workbook."""

    strings: Sequence[Text]
    styles: Sequence[Style]
    from_1904: bool

    def cell(self, kind: str, style: int, raw: str, inline: Text, formula: str | None) -> Cell:
        """:param formula: nothing where the cell has none."""
        look = self.styles[style] if 0 <= style < len(self.styles) else Style()
        made = self._plain(kind, look, raw, inline)
        if formula is None:
            return made
        text = f"={formula}"
        if made is EMPTY:
            return Cell(text, "formula", look.struck)
        return Cell(made.value, made.kind, made.struck, formula=text)

    def _plain(self, kind: str, look: Style, raw: str, inline: Text) -> Cell:
        if kind == "inlineStr":
            return _text(inline.value, look.struck or inline.struck)
        if not raw:
            return EMPTY
        if kind == "s":
            shared = self._shared(raw)
            return _text(shared.value, look.struck or shared.struck)
        if kind in {"str", "e"}:
            return _text(raw, look.struck) if kind == "str" else Cell(raw, "error", look.struck)
        if kind == "b":
            return Cell(raw == "1", "bool", look.struck)
        return self._day(raw, look) if kind == "d" else self._number(raw, look)

    def _shared(self, raw: str) -> Text:
        place = int(raw) if raw.strip().isdecimal() else -1
        if not 0 <= place < len(self.strings):
            raise RefusedFileError("file_damaged")
        return self.strings[place]

    def _number(self, raw: str, look: Style) -> Cell:
        try:
            number = float(raw)
        except ValueError:
            return _text(raw, look.struck)
        if look.date:
            return Cell(_day(number, self.from_1904), "date", look.struck)
        return Cell(int(number) if number.is_integer() and abs(number) < 1e15 else number, "number", look.struck)

    def _day(self, raw: str, look: Style) -> Cell:
        try:
            return Cell(datetime.fromisoformat(raw).date(), "date", look.struck)
        except ValueError:
            return _text(raw, look.struck)


def _text(value: str, struck: bool) -> Cell:
    if not value:
        return EMPTY
    plain = unescaped(value)
    return Cell(plain, "text", struck, quoted=plain != value)


def _day(number: float, from_1904: bool) -> date | float:
    """The day that a serial number means; the number itself where it means none."""
    try:
        found: Any = from_excel(number, CALENDAR_MAC_1904 if from_1904 else WINDOWS_EPOCH)
    except (OverflowError, ValueError):
        return number
    return found.date() if isinstance(found, datetime) else number


def _sheet(archive: Archive, part: parts.SheetPart, made: _Values, budget: _Budget, limits: Limits) -> Sheet:
    reader = _Sheet(made, budget, limits)
    archive.feed(part.path, parts.parser(reader))
    last = max(reader.rows, default=0)
    lines = tuple(
        Line(number, _dense(reader.rows.get(number, {})), hidden=number in reader.hidden_rows)
        for number in range(1, last + 1)
    )
    return Sheet(part.name, lines, part.hidden, frozenset(reader.hidden_columns), _merges(reader.merges, last, limits))


def _merges(found: Sequence[Merge], last: int, limits: Limits) -> tuple[Merge, ...]:
    """The joined cells as far as the sheet goes."""
    kept = tuple(replace(merge, last_row=min(merge.last_row, last)) for merge in found if merge.first_row <= last)
    area = sum((one.last_row - one.first_row + 1) * (one.last_column - one.first_column + 1) for one in kept)
    if area > limits.cells:
        raise RefusedFileError("file_too_many_cells", rows=limits.rows)
    return kept


def _dense(cells: Mapping[int, Cell]) -> tuple[Cell, ...]:
    return tuple(cells.get(column, EMPTY) for column in range(max(cells, default=-1) + 1))


@dataclass
class _Sheet:
    """Takes the elements of a sheet as they come."""

    made: _Values
    budget: _Budget
    limits: Limits
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict[int, dict[int, Cell]])
    hidden_rows: set[int] = field(default_factory=set[int])
    hidden_columns: set[int] = field(default_factory=set[int])
    merges: list[Merge] = field(default_factory=list[Merge])
    _row: int = 0
    _place: tuple[int, int] = (0, -1)
    _kind: str = "n"
    _style: int = 0
    _raw: list[str] = field(default_factory=list[str])
    _formula: list[str] | None = None
    _into: list[str] | None = None

    def __post_init__(self) -> None:
        self._inline = TextReader(self.limits)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        name = local(name)
        if name == "c":
            self._begin(attributes)
        elif name == "v":
            self._into = self._raw
        elif name == "row":
            self._begin_row(attributes)
        elif name == "f":
            self._into = self._formula = []
        elif name in {"t", "r", "strike", "rPh"}:
            self._inline.start(name, attributes)
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif name == "col":
            self._column(attributes)

    def end(self, name: str) -> None:
        name = local(name)
        if name == "c":
            self._finish()
        elif name in {"v", "f"}:
            self._into = None
        elif name in {"t", "rPh"}:
            self._inline.end(name)

    def text(self, data: str) -> None:
        if self._into is None:
            self._inline.text(data)
            return
        self._into.append(data)
        if sum(map(len, self._into)) > self.limits.text:
            raise RefusedFileError("file_cell_too_long", most=self.limits.text)

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        number = attributes.get("r", "")
        self._row = int(number) if number.isdecimal() and len(number) < 9 else self._row + 1
        self._place = (self._row, -1)
        if on(attributes.get("hidden", "0")) and self._row <= self.limits.rows:
            self.hidden_rows.add(self._row)

    def _begin(self, attributes: Mapping[str, str]) -> None:
        self.budget.take(self.limits)
        given = _place(attributes.get("r", ""))
        self._place = given or (self._row, self._place[1] + 1)
        self._kind = attributes.get("t", "n")
        style = attributes.get("s", "0")
        self._style = int(style) if style.isdecimal() and len(style) < 9 else 0
        self._raw, self._formula = [], None
        self._inline.clear()

    def _finish(self) -> None:
        formula = None if self._formula is None else "".join(self._formula)
        cell = self.made.cell(self._kind, self._style, "".join(self._raw), self._inline.whole(), formula)
        if cell is EMPTY:
            return
        row, column = self._place
        if not 0 < row <= self.limits.rows or column >= self.limits.columns:
            raise RefusedFileError("file_too_many_cells", rows=self.limits.rows)
        self.rows.setdefault(row, {})[column] = cell

    def _merge(self, ref: str) -> None:
        ends = [place for end in ref.split(":") if (place := _place(end))]
        if len(ends) != 2:
            return
        if len(self.merges) >= self.limits.merges:
            raise RefusedFileError("file_too_many_cells", rows=self.limits.rows)
        (first_row, first), (last_row, last) = ends
        self.merges.append(Merge(first_row, last_row, first, min(last, self.limits.columns - 1)))

    def _column(self, attributes: Mapping[str, str]) -> None:
        if not on(attributes.get("hidden", "0")):
            return
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if first.isdecimal() and last.isdecimal():
            self.hidden_columns.update(range(int(first) - 1, min(int(last), self.limits.columns)))


@lru_cache(maxsize=4096)
def _column_of(letters: str) -> int:
    number = 0
    for one in letters:
        number = number * 26 + ord(one) - 64
    return number - 1


def _place(ref: str) -> tuple[int, int] | None:
    """Row, from 1, and column, from 0, of a reference such as ``B12``."""
    letters = ref.rstrip("0123456789")
    digits = ref[len(letters):]
    letters = letters.replace("$", "")
    if not digits or len(digits) > 8 or not 0 < len(letters) < 5 or not letters.isascii() or not letters.isupper():
        return None
    return int(digits), _column_of(letters)
