"""One row of the list: its cells read, put right, and told of where they are wrong."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from . import cleaning, recognising
from .headings import Columns
from .items import Item, Owner, is_code
from .languages import Languages, lost_letters
from .notes import Notes
from .owners import Owners
from .reading_titles import TitleReader
from .recognising import Meaning, Terms, Words
from .sheets import Book, Cell, Line, Merge, Sheet, letter
from .titles import title_key

#: cells that may stand for several rows
_SPREADS = frozenset({
    "owner", "category", "period", "way", "schedule", "first_due", "note", "composition", "theme",
})
_LAYOUT = frozenset({"trailing_spaces", "line_breaks", "non_breaking_spaces"})


class Shared:
    """What the rows of a sheet have in common: vocabularies, numbers and titles seen, letters lost."""

    def __init__(self, sheet: Sheet, columns: Columns, words: Words, book: Book, notes: Notes) -> None:
        self.sheet, self.columns, self.words, self.book, self.notes = sheet, columns, words, book, notes
        self.languages = Languages(words.languages)
        self.terms = Terms(words)
        self.owners = Owners(words, columns.language)
        self.numbers: dict[int, int] = {}
        self.titles: dict[tuple[str, str], int] = {}
        self.lost: dict[int, list[int]] = {}
        self.key_language = self._key_language()
        #: without a column that must be there no row says what it should
        self.complete = not any(one.verdict == "error" for one in columns.findings)

    def _key_language(self) -> str:
        """The language in which titles of one owner must differ: the headings', else the last that is required."""
        titles = [language for name, language in self.columns.fields if name == "title" and language]
        wanted = (self.columns.language, *reversed(self.words.required))
        return next((one for one in wanted if one in titles and one in self.words.required), (titles or [""])[0])

    def lose(self, line: Line, column: int, language: str | None) -> None:
        """Letters that the file's encoding lost are told once a column; others at their cell."""
        letters = self.languages.own_letters(language) if language else frozenset[str]()
        if language and self.book.cannot_hold(letters):
            self.notes.break_row(line, column)
            self.lost.setdefault(column, []).append(line.number)
        else:
            self.notes.error(line, column, "lost_letters")

    def finish(self) -> None:
        first = Line(1, ())
        for column, rows in self.lost.items():
            self.notes.error(first, column, "lost_letters", rows=tuple(rows), letter=letter(column))


@dataclass
class RowReader:
    """Reads one row.

    :param spread: columns whose cell is joined with others: the joint, and what stands in it.
    """

    line: Line
    shared: Shared
    spread: Mapping[int, tuple[Merge, Cell]]
    theme: Mapping[str, str]
    values: dict[str, Any] = field(default_factory=dict[str, Any])

    def read(self) -> Item | None:
        """The item that the row says; nothing where it has an error."""
        self._number()
        self.values["title"] = TitleReader(self, self.shared).read()
        for name, read in self._readers().items():
            column = self.shared.columns.fields.get((name, None))
            if column is not None:
                read(column)
        self._themes()
        self._no_twin()
        sound = self.shared.complete and not self.shared.notes.is_broken(self.line.number)
        return self._made() if sound else None

    def _readers(self) -> dict[str, Callable[[int], None]]:
        return {
            "composition": self._composition, "owner": self._owner, "category": self._category,
            "period": self._period, "way": self._way, "schedule": self._schedule, "first_due": self._first_due,
            "note": self._note, "code": self._code, "theme": self._theme_of_row,
        }

    def _made(self) -> Item:
        said: dict[str, Any] = {"theme": dict(self.theme), "period": "", **self.values}
        rest = said.pop("rest", "")
        said["note"] = "; ".join(part for part in (said.get("note", ""), rest) if part)
        return Item(**said)

    # --- cells ----------------------------------------------------------------------------------------------

    def cell(self, column: int, name: str) -> Cell | None:
        """The cell that holds for this row; nothing where it cannot be used, which is told."""
        cell = self.line.cell(column)
        if column in self.spread:
            merge, cell = self.spread[column]
            if not self._may_spread(column, name, merge):
                return None
        if cell.kind == "formula" or (cell.formula and cell.kind == "error"):
            self.shared.notes.error(self.line, column, "formula_cell")
        elif cell.kind == "error" or plain_mark(cell, self.shared.words.marks.error_values):
            self.shared.notes.error(self.line, column, "error_value")
        elif cell.kind == "text" and not cell.quoted and cleaning.would_run(cell.text):
            self.shared.notes.error(self.line, column, self._kind_of_formula(cell))
        else:
            if cell.formula:
                self.shared.notes.cleaned(self.line, column, "formula_cell", cell.text, formula=cell.formula)
            return cell
        return None

    def _kind_of_formula(self, cell: Cell) -> str:
        """A text file cannot tell a formula from a text that begins like one."""
        formula = not self.shared.sheet.typed and cell.text.startswith("=") and not cleaning.names_program(cell.text)
        return "formula_cell" if formula else "formula_injection"

    def _may_spread(self, column: int, name: str, merge: Merge) -> bool:
        """Down over several rows: what they have in common. To the right: the cells beside it have nothing."""
        first = (self.line.number, column) == (merge.first_row, merge.first_column)
        if merge.last_column > merge.first_column:
            if not first and column == self._first_joined(merge):
                self.shared.notes.error(self.line, column, "merged_cells", span=_span(merge))
            return first
        if first and name in _SPREADS:
            self.shared.notes.cleaned(self.line, column, "merged_cells", span=_span(merge))
        elif not first and name not in _SPREADS:
            self.shared.notes.error(self.line, column, "merged_cells", span=_span(merge))
        return first or name in _SPREADS

    def _first_joined(self, merge: Merge) -> int:
        own = self.shared.columns.fields.values()
        return min(one for one in own if merge.first_column < one <= merge.last_column)

    def text(self, column: int, name: str, *, language: str | None = None, lines: bool = False) -> str | None:
        """The text of a cell, put right; nothing where it cannot be used."""
        cell = self.cell(column, name)
        if cell is None:
            return None
        cleaned = cleaning.clean(cell.text, lines=lines)
        for code in cleaned.codes:
            self.shared.notes.cleaned(self.line, column, code, cleaned.text)
        if cleaning.has_html(cleaned.text):
            self.shared.notes.error(self.line, column, "html_in_text")
            return None
        right = self.shared.languages.put_right(cleaned.text, language)
        if right != cleaned.text:
            self.shared.notes.cleaned(self.line, column, "latin_lookalikes", right)
        return right

    def is_placeholder(self, text: str) -> bool:
        """A dash or «н/д» that stands for nothing."""
        return text.casefold() in self.shared.words.marks.placeholders

    def optional(self, column: int, name: str, *, lines: bool = False) -> str | None:
        """The text of a cell that may be empty; a placeholder is nothing, which is told."""
        text = self.text(column, name, lines=lines)
        if text and self.is_placeholder(text):
            self.shared.notes.cleaned(self.line, column, "placeholder")
            return ""
        return text

    def personal(self, column: int, text: str) -> None:
        """Warn of numbers of persons."""
        if cleaning.personal_number(text, self.shared.words.marks.personal):
            self.shared.notes.warning(self.line, column, "personal_data")

    # --- fields ---------------------------------------------------------------------------------------------

    def _number(self) -> None:
        column = self.shared.columns.fields.get(("number", None))
        cell = self.cell(column, "number") if column is not None else None
        if column is None or cell is None:
            return
        text = cell.text.strip()
        if not text or (self.is_placeholder(text) and not text.isdecimal()):
            self.shared.notes.error(self.line, column, "number_missing")
            return
        number = self._whole(column, cell)
        if number is None:
            self.shared.notes.error(self.line, column, "number_not_a_number")
            return
        first = self.shared.numbers.setdefault(number, self.line.number)
        if first != self.line.number:
            self.shared.notes.error(self.line, column, "number_repeated", first=first)
        self.values["number"] = number

    def _whole(self, column: int, cell: Cell) -> int | None:
        digits = cell.text.strip().removeprefix("№").strip().rstrip(".)").strip()
        if cell.kind not in {"number", "text"} or not digits.isascii() or not digits.isdecimal() or len(digits) > 6:
            return None
        if cell.kind == "text" and (self.shared.sheet.typed or cell.text != digits):
            self.shared.notes.cleaned(self.line, column, "number_is_text", digits)
        return int(digits) or None

    def _composition(self, column: int) -> None:
        text = self.optional(column, "composition", lines=True)
        if not text:
            return
        if lost_letters(text):
            self.shared.lose(self.line, column, None)
        self.personal(column, text)
        parts = [part.strip() for part in text.replace("\n", ";").split(";")]
        if ";" not in text and "\n" not in text:
            parts = self._by_commas(text)
            if len(parts) > 1:
                self.shared.notes.warning(self.line, column, "composition_separator", "; ".join(parts))
        self.values["composition"] = tuple(part for part in parts if part)

    def _by_commas(self, text: str) -> list[str]:
        """Parts between commas; a unit of measure belongs to what stands before it, brackets stay whole."""
        parts: list[str] = []
        for piece in text.split(","):
            within = bool(parts) and parts[-1].count("(") > parts[-1].count(")")
            if parts and (within or self._is_unit(piece)):
                parts[-1] += f",{piece}"
            else:
                parts.append(piece)
        return [part.strip() for part in parts]

    def _is_unit(self, piece: str) -> bool:
        words = piece.casefold().replace("/", " ").split()
        units = self.shared.words.marks.units
        return all(word.strip(".") in units or word in units or word.isdigit() for word in words)

    def _owner(self, column: int) -> None:
        text = self.text(column, "owner")
        if text is None:
            return
        if not text or self.is_placeholder(text):
            self.shared.notes.error(self.line, column, "agency_missing")
            return
        self._take(column, "owner", self.shared.owners(text))

    def _category(self, column: int) -> None:
        text = self.text(column, "category")
        if text is None:
            return
        if not text or self.is_placeholder(text):
            expected = ", ".join(self.shared.words.category_names.values())
            self.shared.notes.error(self.line, column, "category_missing", expected)
            return
        self._take(column, "category", self.shared.terms.category(text))

    def _period(self, column: int) -> None:
        cell = self.cell(column, "period")
        if cell is None:
            return
        expected = ", ".join(self.shared.words.period_names)
        if cell.blank or self.is_placeholder(cell.text.strip()):
            self.shared.notes.error(self.line, column, "period_missing", expected)
        elif isinstance(cell.value, date) or recognising.day(cell.text).value:
            self.shared.notes.error(self.line, column, "date_in_period", expected)
        else:
            self._period_text(column, cell)

    def _period_text(self, column: int, cell: Cell) -> None:
        cleaned = cleaning.clean(cell.text)
        right = self.shared.languages.put_right(cleaned.text, None)
        meaning = self.shared.terms.period(right)
        for code in cleaned.codes:
            if code not in _LAYOUT:
                self.shared.notes.cleaned(self.line, column, code, right)
        if right != cleaned.text:
            self.shared.notes.cleaned(self.line, column, "latin_lookalikes", right)
        if meaning.code == "period_with_extra_text":
            self.shared.notes.warning(self.line, column, meaning.code, rest=meaning.rest)
            self.values["period"], self.values["rest"] = meaning.value, meaning.rest
        elif meaning.value is not None and not meaning.code and not _LAYOUT.isdisjoint(cleaned.codes):
            self._take(column, "period", Meaning(meaning.value, "period_case_and_spaces", right))
        else:
            self._take(column, "period", meaning)

    def _way(self, column: int) -> None:
        text = self.text(column, "way")
        if text is None:
            return
        if not text or self.is_placeholder(text):
            self.shared.notes.error(self.line, column, "way_missing", ", ".join(self.shared.words.way_names))
            return
        meaning = self.shared.terms.way(text)
        raw = self.line.cell(column).text.strip()
        if meaning.code == "latin_lookalikes" and text != raw:
            meaning = Meaning(meaning.value)
        self._take(column, "way", meaning)

    def _schedule(self, column: int) -> None:
        text = self.optional(column, "schedule")
        if text:
            self._take(column, "schedule", self.shared.terms.schedule(text))

    def _first_due(self, column: int) -> None:
        cell = self.cell(column, "first_due")
        if cell is not None and not cell.blank and not self.is_placeholder(cell.text.strip()):
            self._take(column, "first_due", recognising.day(cell.value))

    def _note(self, column: int) -> None:
        text = self.optional(column, "note", lines=True)
        if text is None:
            return
        if lost_letters(text.rstrip("?")):
            self.shared.lose(self.line, column, None)
        self.personal(column, text)
        self.values["note"] = text

    def _code(self, column: int) -> None:
        text = self.optional(column, "code")
        if text:
            self._take(column, "code", Meaning(text) if is_code(text) else Meaning(None, "code_unusable"))

    def _theme_of_row(self, column: int) -> None:
        text = self.optional(column, "theme")
        if text is not None:
            language = self.shared.languages.of(text) or self.shared.columns.language
            self.values["theme"] = {language: text} if text else {}

    def _themes(self) -> None:
        """Headings of themes in columns of their own, one for each language."""
        fields = self.shared.columns.fields
        columns = {language: column for (name, language), column in fields.items() if name == "theme" and language}
        said = {language: self.optional(column, "theme") for language, column in columns.items()}
        if columns:
            self.values["theme"] = {language: text for language, text in said.items() if text}

    # --- the row --------------------------------------------------------------------------------------------

    def _no_twin(self) -> None:
        """No two rows of an owner have one title."""
        language = self.shared.key_language
        owner: Owner | None = self.values.get("owner")
        title = self.values["title"].get(language)
        if owner is None or not title:
            return
        key = (f"{owner.kind}:{owner.id}", title_key(title))
        first = self.shared.titles.setdefault(key, self.line.number)
        if first != self.line.number:
            self.shared.notes.error(
                self.line, self.shared.columns.fields["title", language], "duplicate_row", first=first
            )

    def _take(self, column: int, name: str, meaning: Meaning[Any]) -> None:
        if meaning.value is None:
            self.shared.notes.error(self.line, column, meaning.code, meaning.expected)
            return
        if meaning.code:
            self.shared.notes.cleaned(self.line, column, meaning.code, meaning.expected)
        self.values[name] = meaning.value


def plain_mark(cell: Cell, marks: frozenset[str]) -> bool:
    """A text that is one of these marks."""
    return cell.kind == "text" and cell.text.strip().casefold() in marks


def _span(merge: Merge) -> str:
    return f"{letter(merge.first_column)}{merge.first_row}:{letter(merge.last_column)}{merge.last_row}"
