"""The rows of a sheet: which are rows of the list, and which are headings of themes, totals, footnotes, nothing."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from . import cleaning
from .headings import Columns, is_heading, is_numbering
from .items import Item
from .notes import Notes
from .reading_row import RowReader, Shared
from .recognising import Words
from .sheets import EMPTY, Book, Cell, Finding, Line, Merge, Sheet, letter

_FOOTNOTE_SIGNS = ("*", "¹", "²", "³", "†", "1)")
#: so many empty rows one after the other are told one by one
_EMPTY_ROWS = 20
#: nobody reads more, and a hostile file could have ten for each of its cells
_MOST_FINDINGS = 50_000


@dataclass(frozen=True)
class ReadRow:
    """A row without error: where it stands and what it says."""

    sheet: str
    row: int
    item: Item


@dataclass
class _Theme:
    """The heading of a theme that holds for the rows below; headings in several languages may follow each other."""

    texts: dict[str, str]
    last: Line | None = None
    rows: int = 0


class SheetReader:
    """Reads the rows below the headings."""

    def __init__(self, sheet: Sheet, columns: Columns, words: Words, book: Book) -> None:
        self._sheet, self._columns, self._words = sheet, columns, words
        self._notes = Notes(sheet.name)
        self._own = frozenset(columns.fields.values())
        self._by_number = {line.number: line for line in sheet.lines}
        self._merges = _by_row(sheet.merges)
        self._shared = Shared(sheet, columns, words, book, self._notes)
        self._theme = _Theme({})
        self._unheaded: Counter[int] = Counter()

    def read(self) -> list[ReadRow]:
        rows: list[ReadRow] = []
        for line in self._lines():
            if len(self._notes) > _MOST_FINDINGS:
                self._notes.error(line, None, "too_many_faults", most=_MOST_FINDINGS)
                break
            item = self._line(line)
            if item is not None:
                rows.append(ReadRow(self._sheet.name, line.number, item))
        self._end_theme()
        self._shared.finish()
        return rows

    def findings(self) -> list[Finding]:
        return [*self._columns.findings, *self._without_heading(), *self._notes.found()]

    # --- which rows there are -------------------------------------------------------------------------------

    def _lines(self) -> Iterator[Line]:
        """The rows below the headings that hold something; empty ones between them are told."""
        empty: list[Line] = []
        for line in self._sheet.lines:
            if line.number <= self._columns.row:
                continue
            if not line.filled:
                empty.append(line)
                continue
            self._skip(empty)
            empty = []
            yield line

    def _skip(self, empty: list[Line]) -> None:
        if len(empty) > _EMPTY_ROWS:
            self._notes.cleaned(empty[0], None, "empty_row", last=empty[-1].number)
            return
        for line in empty:
            self._notes.cleaned(line, None, "empty_row")

    def _line(self, line: Line) -> Item | None:
        filled = [column for column in line.filled if column in self._own]
        if is_numbering(line) or self._is_aside(line, filled):
            return None
        if not self._is_numbered(line) and is_heading(line, self._words.headings):
            self._notes.cleaned(line, None, "repeated_heading")
        elif self._says_nothing(line, filled):
            self._notes.error(line, None, "row_incomplete")
        else:
            return self._item(line)
        return None

    def _is_numbered(self, line: Line) -> bool:
        column = self._columns.fields.get(("number", None))
        return column is not None and line.cell(column).text.strip().isdecimal()

    def _says_nothing(self, line: Line, filled: list[int]) -> bool:
        """Nothing but a number, or but one cell that makes no row of the list."""
        return len(filled) < 2 and not any((line.number, column) in self._merges for column in self._own)

    def _item(self, line: Line) -> Item | None:
        self._theme.rows += 1
        self._unheaded.update(column for column in line.filled if column not in self._own)
        if line.hidden:
            self._notes.warning(line, None, "hidden_row")
        if self._is_struck(line):
            self._notes.warning(line, None, "struck_through_row")
        reader = RowReader(line, self._shared, self._spread(line), self._theme.texts)
        return reader.read()

    def _is_struck(self, line: Line) -> bool:
        """All of the row, or one of its titles."""
        own = [column for column in line.filled if column in self._own]
        titles = [column for (name, _), column in self._columns.fields.items() if name == "title" and column in own]
        return all(line.cell(column).struck for column in own) or any(line.cell(column).struck for column in titles)

    def _spread(self, line: Line) -> dict[int, tuple[Merge, Cell]]:
        """The cells of a row that are joined with others: of which joint, and what stands in it."""
        found: dict[int, tuple[Merge, Cell]] = {}
        for column in self._own:
            merge = self._merges.get((line.number, column))
            if merge is not None:
                source = self._by_number.get(merge.first_row)
                found[column] = merge, source.cell(merge.first_column) if source else EMPTY
        return found

    # --- rows that are no rows of the list ------------------------------------------------------------------

    def _is_aside(self, line: Line, filled: list[int]) -> bool:
        """A total, a footnote, or the heading of a theme: one text alone in its row, or one before numbers."""
        first = line.filled[0]
        cell = line.cell(first)
        text = cleaning.tidied(cell.text)
        if cell.kind != "text" or not any(one.isalpha() for one in text):
            return False
        alone = len(line.filled) == 1 or all(column not in self._own for column in line.filled[1:])
        if self._is_total(line, text):
            self._notes.cleaned(line, None, "total_row")
        elif alone and self._is_footnote(text):
            self._notes.cleaned(line, None, "footnote_row")
        elif alone and self._heads(line, first):
            self._begin_theme(line, text)
        else:
            return False
        return True

    def _is_total(self, line: Line, text: str) -> bool:
        """«Итого: 74», or the word in one cell and its number in another."""
        begins = any(_begins(text, word) for word in self._words.total)
        others = [line.cell(column) for column in line.filled[1:]]
        return begins and all(not any(one.isalpha() for one in cell.text) for cell in others)

    def _is_footnote(self, text: str) -> bool:
        return text.startswith(_FOOTNOTE_SIGNS) or any(_begins(text, word) for word in self._words.footnote)

    def _heads(self, line: Line, column: int) -> bool:
        """A text in the first column, or over several."""
        merge = self._merges.get((line.number, column))
        return column == min(self._own) or (merge is not None and merge.last_column > merge.first_column)

    def _begin_theme(self, line: Line, text: str) -> None:
        language = self._shared.languages.of(text) or self._columns.language
        if self._theme.rows or language in self._theme.texts:
            self._theme = _Theme({})
        self._theme.texts[language] = cleaning.clean(text).text
        self._theme.last = line

    def _end_theme(self) -> None:
        """A text below all rows heads nothing: it is a remark or a signature."""
        if self._theme.last is not None and not self._theme.rows:
            self._notes.cleaned(self._theme.last, None, "footnote_row")

    def _without_heading(self) -> Iterator[Finding]:
        """Columns that hold something in rows of the list and have no heading."""
        heading = self._by_number[self._columns.row]
        for column in sorted(self._unheaded):
            if heading.cell(column).blank and column not in self._told():
                yield Finding("warning", "unknown_column", self._sheet.name, self._columns.row, letter(column))

    def _told(self) -> set[int]:
        told = {one.column for one in self._columns.findings}
        return {column for column in self._unheaded if letter(column) in told}


def _by_row(merges: tuple[Merge, ...]) -> dict[tuple[int, int], Merge]:
    return {
        (row, column): merge
        for merge in merges
        for row in range(merge.first_row, merge.last_row + 1)
        for column in range(merge.first_column, merge.last_column + 1)
    }


def _begins(text: str, word: str) -> bool:
    """Whether a text begins with this word, and not with a longer one."""
    said = text.casefold()
    return said.startswith(word) and not said[len(word) : len(word) + 1].isalpha()
