"""A workbook as plain values, whatever file it came from, and what is found wrong in it."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

Kind = Literal["text", "number", "date", "formula", "error", "bool", "empty"]
Verdict = Literal["error", "cleaned", "warning"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its value and what kind of value the file says it is.

    ``formula`` is what the value was computed by; a formula without a stored value is a cell of that kind whose value
    is the formula. ``quoted`` is text that an export marked as text, whatever it begins with.
    """

    value: str | int | float | bool | date | datetime | None = None
    kind: Kind = "empty"
    struck: bool = False
    formula: str = ""
    quoted: bool = False

    @property
    def text(self) -> str:
        """The value as text; a whole number without a fraction."""
        if self.value is None:
            return ""
        if isinstance(self.value, float) and self.value.is_integer():
            return str(int(self.value))
        return str(self.value)

    @property
    def blank(self) -> bool:
        return not self.text.strip()


EMPTY = Cell()


@dataclass(frozen=True)
class Line:
    """One row of a sheet, with its number as the sheet shows it."""

    number: int
    cells: tuple[Cell, ...]
    hidden: bool = False

    def cell(self, column: int) -> Cell:
        """The cell of a column, from 0."""
        return self.cells[column] if column < len(self.cells) else EMPTY

    @property
    def filled(self) -> list[int]:
        """The columns that hold something."""
        return [column for column, cell in enumerate(self.cells) if not cell.blank]


@dataclass(frozen=True)
class Merge:
    """Cells joined into one: rows and columns from and to, both included; columns from 0."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


@dataclass(frozen=True)
class Sheet:
    """One sheet; ``typed`` says whether its cells know numbers and dates from text, as a text file's do not."""

    name: str
    lines: tuple[Line, ...]
    hidden: bool = False
    hidden_columns: frozenset[int] = frozenset()
    merges: tuple[Merge, ...] = ()
    typed: bool = True


@dataclass(frozen=True)
class Finding:
    """What is wrong, was put right, or needs a person's look, at one place.

    ``column`` is a letter, ``*`` the whole row or sheet; ``params`` hold what the sentence for a person needs,
    ``expected`` what would be right.
    """

    verdict: Verdict
    code: str
    sheet: str
    row: int
    column: str = "*"
    value: str = ""
    expected: str = ""
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Book:
    """A file that was opened: its sheets, and what was found on opening it."""

    sheets: tuple[Sheet, ...]
    findings: tuple[Finding, ...] = ()
    #: the encoding of a text file, where it is not Unicode's; letters that it lacks are lost for good
    encoding: str = ""

    def cannot_hold(self, letters: Iterable[str]) -> bool:
        """Whether the file's encoding has no place for one of the letters."""
        if not self.encoding or self.encoding.startswith("utf"):
            return False
        return any(not letter.encode(self.encoding, "ignore") for letter in letters)


def letter(column: int) -> str:
    """The letter of a column, from 0: ``A``, ``Z``, ``AA``."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def body(lines: Sequence[Line], after: int) -> Iterator[Line]:
    """The lines below a row, without the empty ones at the end."""
    below = [line for line in lines if line.number > after]
    while below and not below[-1].filled:
        below.pop()
    yield from below
