"""Which column holds what: found by the headings, in any language that the vocabulary knows."""
from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from .sheets import EMPTY, Cell, Finding, Line, Sheet, Verdict, letter
from .titles import title_key

#: a column of the list: its field, and the language of a text that is kept in several
Field = tuple[str, str | None]
_LOOK_AT = 60
_ENOUGH = 3
_CLOSE = 0.86
_LONG = 5
_MARKS = re.compile(r"[\W_]+")
_ASIDE = re.compile(r"\([^()]*\)")


@dataclass(frozen=True)
class Headings:
    """Spellings of every heading: key of the spelling -> (field, language of the heading).

    ``names`` is how each column is called in the list, ``texts`` its right spelling by key.
    """

    spellings: Mapping[str, tuple[Field, str]]
    required: frozenset[Field] = frozenset()
    names: Mapping[Field, str] = field(default_factory=dict[Field, str])
    texts: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Columns:
    """Where the headings end and what their columns hold."""

    row: int
    fields: Mapping[Field, int]
    language: str
    findings: tuple[Finding, ...] = ()


@lru_cache(maxsize=4096)
def key_of(heading: str) -> str:
    """What of a heading counts: letters and digits, without case; Latin letters stand for Cyrillic ones."""
    text = unicodedata.normalize("NFC", heading.replace("№", " n ")).replace("\u00ad", "")
    return title_key(" ".join(_MARKS.sub(" ", text).split())) or heading.strip()


def find(sheet: Sheet, headings: Headings) -> Columns | None:
    """The heading row and its columns; nothing where the sheet has none.

    Headings may stand in two rows («Наименование» above «каз», «рус», «англ»): then they are read together.
    """
    best: tuple[int, Line] | None = None
    lines = sheet.lines[:_LOOK_AT]
    for place, line in enumerate(lines):
        for candidate in (line, *_with_next(sheet, lines, place)):
            known = _known(candidate, headings)
            if known >= _ENOUGH and (best is None or known > best[0]):
                best = (known, candidate)
    return _Reader(sheet, best[1], headings).columns() if best else None


def is_heading(line: Line, headings: Headings) -> bool:
    """Whether a row repeats the headings, as at a page break."""
    filled = len(line.filled)
    return filled >= _ENOUGH and _known(line, headings) >= max(_ENOUGH, filled - 3)


def is_numbering(line: Line) -> bool:
    """A row of column numbers, 1 to n, below the headings."""
    values = [line.cell(column).text.strip() for column in line.filled]
    return len(values) > 2 and values == [str(number) for number in range(1, len(values) + 1)]


def _with_next(sheet: Sheet, lines: tuple[Line, ...], place: int) -> Iterable[Line]:
    """The row together with the one below it, where a heading above spans several columns."""
    line = lines[place]
    wide = [one for one in sheet.merges if one.first_row == line.number and one.last_column > one.first_column]
    if not wide or place + 1 >= len(lines) or len(line.filled) < 2:
        return
    below = lines[place + 1]
    upper = dict(enumerate(line.cells))
    for merge in wide:
        upper.update(dict.fromkeys(range(merge.first_column, merge.last_column + 1), line.cell(merge.first_column)))
    width = max(len(below.cells), max(upper, default=0) + 1)
    yield Line(below.number, tuple(_joined(upper.get(place, EMPTY), below.cell(place)) for place in range(width)))


def _joined(upper: Cell, lower: Cell) -> Cell:
    text = " ".join(cell.text.strip() for cell in (upper, lower) if not cell.blank)
    return Cell(text, "text") if text else EMPTY


def _known(line: Line, headings: Headings) -> int:
    found = {_field(cell, headings) for cell in line.cells if cell.kind == "text" and len(cell.text) < 200}
    return len(found - {None})


def _field(cell: Cell, headings: Headings) -> Field | None:
    known = _exactly(cell.text, headings)
    return headings.spellings[known][0] if known else None


def _exactly(text: str, headings: Headings) -> str | None:
    """The key of a heading that is written right, with or without what stands in brackets."""
    key = key_of(text)
    if key not in headings.spellings and "(" in text:
        key = key_of(_ASIDE.sub(" ", text))
    return key if key in headings.spellings else None


class _Reader:
    def __init__(self, sheet: Sheet, line: Line, headings: Headings) -> None:
        self._sheet, self._line, self._headings = sheet, line, headings
        self._fields: dict[Field, int] = {}
        self._languages: list[str] = []
        self._findings: list[Finding] = []

    def columns(self) -> Columns:
        exact = {column: key for column in self._line.filled if (key := _exactly(self._text(column), self._headings))}
        sure = {self._headings.spellings[key][0] for key in exact.values()}
        for column in self._line.filled:
            self._column(column, exact.get(column), sure)
        self._missing()
        language = Counter(self._languages).most_common(1)[0][0]
        return Columns(self._line.number, self._fields, language, tuple(self._findings))

    def _text(self, column: int) -> str:
        return self._line.cell(column).text

    def _column(self, column: int, exact: str | None, sure: set[Field]) -> None:
        if column in self._sheet.hidden_columns:
            self._note("warning", "hidden_column", column)
        key = exact or self._close(column, sure)
        if key is None:
            self._note("warning", "unknown_column", column)
            return
        known, language = self._headings.spellings[key]
        if known in self._fields:
            self._note("warning", "heading_repeated", column, first=letter(self._fields[known]))
            return
        self._fields[known] = column
        self._languages.append(language)
        self._spelling(column, key, exact is not None)

    def _close(self, column: int, sure: set[Field]) -> str | None:
        """A heading that is nearly one of a column which no other heading names."""
        near = [key for key, (known, _) in self._headings.spellings.items() if len(key) > _LONG and known not in sure]
        found = difflib.get_close_matches(key_of(self._text(column))[:200], near, n=1, cutoff=_CLOSE)
        return found[0] if found else None

    def _spelling(self, column: int, key: str, exact: bool) -> None:
        text = self._text(column)
        tidy = " ".join(text.split())
        right = self._headings.texts.get(key, key)
        if not exact:
            self._note("warning", "heading_misspelt", column, expected=right)
        elif _mixed(tidy):
            self._note("cleaned", "latin_lookalikes", column, expected=right)
        elif tidy != " ".join(text.split("\n")).strip() or text.strip(" \t\u00a0") != text:
            self._note("cleaned", "heading_spaces", column, expected=tidy)

    def _missing(self) -> None:
        for known in sorted(self._headings.required - self._fields.keys(), key=str):
            name = self._headings.names.get(known, known[0])
            self._findings.append(Finding(
                "error", "column_missing", self._sheet.name, self._line.number, "*", "", name, {"heading": name}
            ))

    def _note(self, verdict: Verdict, code: str, column: int, expected: str = "", **params: object) -> None:
        self._findings.append(Finding(
            verdict, code, self._sheet.name, self._line.number, letter(column), self._text(column), expected, params
        ))


def _mixed(text: str) -> bool:
    """Latin and Cyrillic letters in one word."""
    words = re.findall(r"[^\W\d_]+", text)
    return any(len({unicodedata.name(one, "").partition(" ")[0] for one in word}) > 1 for word in words)
