"""A workbook read as a unified list: every row that can be, and everything that is wrong, all at once."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from . import cleaning, recognising
from .headings import Columns, find, is_heading, is_numbering
from .items import Item, Owner, Schedule, is_code
from .recognising import Meaning, Recogniser, Words
from .sheets import EMPTY, Book, Cell, Finding, Line, Merge, Sheet, Verdict, body, letter
from .titles import title_key


@dataclass(frozen=True)
class ReadRow:
    """A row without error: where it stands and what it says."""

    sheet: str
    row: int
    item: Item


@dataclass(frozen=True)
class Reading:
    """What came of a file."""

    rows: tuple[ReadRow, ...]
    errors: tuple[Finding, ...]
    cleaned: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    #: the fields that the file has a column for
    fields: frozenset[tuple[str, str | None]] = frozenset()


def read_list(book: Book, words: Words) -> Reading:
    """Read the first visible sheet that has headings; say of the others that a person chooses."""
    findings = list(book.findings)
    chosen: tuple[Sheet, Columns] | None = None
    for sheet in book.sheets:
        columns = find(sheet, words.headings)
        if sheet.hidden:
            findings.append(Finding("warning", "hidden_sheet", sheet.name, 1))
        elif columns and chosen:
            findings.append(Finding("warning", "second_sheet", sheet.name, 1))
        elif columns:
            chosen = (sheet, columns)
    if chosen is None:
        if not any(finding.verdict == "error" for finding in findings):
            findings.append(Finding("error", "heading_missing", _first_name(book), 1))
        return _sorted((), findings, frozenset())
    reader = _Reader(*chosen, words, lossy=book.cannot_hold("ә"))
    reader.read()
    return _sorted(reader.rows, [*findings, *reader.findings], frozenset(chosen[1].fields))


def _first_name(book: Book) -> str:
    return book.sheets[0].name if book.sheets else ""


def _sorted(rows: Sequence[ReadRow], findings: Sequence[Finding], fields: Any) -> Reading:
    def of(verdict: Verdict) -> tuple[Finding, ...]:
        chosen = [finding for finding in findings if finding.verdict == verdict]
        return tuple(sorted(chosen, key=lambda one: (one.sheet, one.row, one.column)))

    return Reading(tuple(rows), of("error"), of("cleaned"), of("warning"), fields)


@dataclass
class _Row:
    """One row while it is read: what was found in each column, so that a cell is reported once."""

    line: Line
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    failed: set[int] = field(default_factory=set[int])
    broken: bool = False


class _Reader:
    def __init__(self, sheet: Sheet, columns: Columns, words: Words, *, lossy: bool) -> None:
        self.sheet, self.columns, self.words, self.lossy = sheet, columns, words, lossy
        self.findings: list[Finding] = list(columns.findings)
        self.rows: list[ReadRow] = []
        self._recognise = Recogniser(words, columns.language)
        self._numbers: dict[int, int] = {}
        self._titles: dict[tuple[Owner, str], int] = {}
        self._theme: dict[str, str] = {}
        self._lost: dict[int, list[int]] = {}
        self._merged = {
            (row, column): merge
            for merge in sheet.merges
            for row in range(merge.first_row, merge.last_row + 1)
            for column in range(merge.first_column, min(merge.last_column, 200) + 1)
        }
        self._by_row = {line.number: line for line in sheet.lines}

    def read(self) -> None:
        first = True
        expected = self.columns.row + 1
        for line in body(self.sheet.lines, self.columns.row):
            for missing in range(expected, line.number):
                self._say("cleaned", "empty_row", missing)
            expected = line.number + 1
            if first and is_numbering(line):
                first = False
                continue
            first = False
            self._line(line)
        for column, rows in self._lost.items():
            self.findings.append(Finding(
                "error", "lost_letters", self.sheet.name, 1, letter(column), params={"rows": tuple(rows)}
            ))

    # --- lines --------------------------------------------------------------------------------------------

    def _line(self, line: Line) -> None:
        filled = [column for column in line.filled if column in self._own_columns]
        if not line.filled:
            self._say("cleaned", "empty_row", line.number)
        elif is_heading(line, self.words.headings):
            self._say("cleaned", "repeated_heading", line.number)
        elif self._is_aside(line, filled):
            return
        elif filled == [self.columns.fields.get(("number", None))]:
            self._say("error", "row_incomplete", line.number)
        else:
            self._item(line)

    @property
    def _own_columns(self) -> set[int]:
        return set(self.columns.fields.values())

    def _is_aside(self, line: Line, filled: list[int]) -> bool:
        """A theme heading, a total or a footnote: one text alone in its row."""
        if len(filled) > 1 or not line.filled:
            return False
        cell = line.cell(line.filled[0])
        text = cleaning.tidied(cell.text)
        if cell.kind != "text" or text.strip(". ").isdigit():
            return False
        start = text.casefold().split(":")[0].split()[0] if text.split() else ""
        if start.strip(".,:") in self.words.total:
            self._say("cleaned", "total_row", line.number)
        elif text.startswith(("*", "¹", "1)")) or start.strip(".,:") in self.words.footnote:
            self._say("cleaned", "footnote_row", line.number)
        elif len(filled) == 1 and filled[0] not in {0, *self._spanned(line)} and len(line.filled) == 1:
            return False
        else:
            self._theme = {self.columns.language: text}
        return True

    def _spanned(self, line: Line) -> set[int]:
        return {column for (row, column), merge in self._merged.items()
                if row == line.number and merge.last_column > merge.first_column}

    def _item(self, line: Line) -> None:
        row = _Row(line)
        if line.hidden:
            self._say("warning", "hidden_row", line.number)
        struck = [line.cell(column).struck for column in line.filled if column in self._own_columns]
        if struck and all(struck):
            self._say("warning", "struck_through_row", line.number)
        self._number(row)
        for (name, language), column in self.columns.fields.items():
            if name == "title" and language:
                self._title(row, language, column)
        self._compare_titles(row)
        for name, read in self._plain_fields().items():
            if (name, None) in self.columns.fields:
                read(row, self.columns.fields[name, None])
        self._keep(row)

    def _plain_fields(self) -> dict[str, Callable[[_Row, int], None]]:
        return {
            "composition": self._composition, "owner": self._owner, "category": self._category,
            "period": self._period, "way": self._way, "schedule": self._schedule, "first_due": self._first_due,
            "note": self._note, "code": self._code, "theme": self._theme_cell,
        }

    # --- cells --------------------------------------------------------------------------------------------

    def _cell(self, row: _Row, column: int) -> Cell | None:
        """The cell, with the value of the cell it is merged into; nothing where it was reported already."""
        cell = row.line.cell(column)
        merge = self._merged.get((row.line.number, column))
        if merge is not None:
            return self._of_merge(row, column, merge)
        return self._usable(row, column, cell)

    def _of_merge(self, row: _Row, column: int, merge: Merge) -> Cell | None:
        anchor = (row.line.number, column) == (merge.first_row, merge.first_column)
        if merge.last_column > merge.first_column:
            if anchor:
                return self._usable(row, column, row.line.cell(column))
            self._fail(row, column, "merged_cells")
            return None
        if anchor:
            self._clean(row, column, "merged_cells")
        source = self._by_row.get(merge.first_row)
        return self._usable(row, column, source.cell(column) if source else EMPTY)

    def _usable(self, row: _Row, column: int, cell: Cell) -> Cell | None:
        if cell.kind == "formula":
            self._fail(row, column, "formula_cell")
        elif cell.kind == "error":
            self._fail(row, column, "error_value")
        elif cell.kind == "text" and cleaning.would_run(cell.text):
            self._fail(row, column, "formula_injection")
        else:
            return cell
        return None

    def _text(self, row: _Row, column: int, *, lines: bool = False, quiet: bool = False) -> str | None:
        """The text of a cell, put right; nothing where it cannot be used."""
        cell = self._cell(row, column)
        if cell is None:
            return None
        cleaned = cleaning.clean(cell.text, lines=lines)
        for code in cleaned.codes:
            if not quiet or code not in {"trailing_spaces", "line_breaks", "non_breaking_spaces"}:
                self._clean(row, column, code, cleaned.text)
        return cleaned.text

    def _number(self, row: _Row) -> None:
        column = self.columns.fields.get(("number", None))
        if column is None:
            row.values["number"] = len(self._numbers) + 1
            return
        cell = self._cell(row, column)
        if cell is None:
            return
        if cell.blank:
            self._fail(row, column, "number_missing")
            return
        number = self._whole(row, column, cell)
        if number is None:
            self._fail(row, column, "number_not_a_number")
        elif number in self._numbers:
            self._fail(row, column, "number_repeated", first=self._numbers[number])
        else:
            self._numbers[number] = row.line.number
            row.values["number"] = number

    def _whole(self, row: _Row, column: int, cell: Cell) -> int | None:
        text = cell.text.strip().rstrip(".").strip()
        if not text.isascii() or not text.isdecimal() or not 0 < int(text) < 1_000_000:
            return None
        if cell.kind == "text" and not (self._is_text_file and cell.text == text):
            self._clean(row, column, "number_is_text", text)
        return int(text)

    @property
    def _is_text_file(self) -> bool:
        return self.sheet.name == ""

    def _title(self, row: _Row, language: str, column: int) -> None:
        text = self._text(row, column)
        if text is None:
            return
        if cleaning.is_placeholder(text):
            self._clean(row, column, "placeholder", "")
            text = ""
        plain = cleaning.title_without_number(text)
        if plain != text:
            self._clean(row, column, "number_in_title", plain)
        if not plain:
            if language in self.words.required:
                self._fail(row, column, f"title_{language}_missing")
            return
        if cleaning.has_html(plain):
            self._fail(row, column, "html_in_text")
        elif cleaning.lost_letters(plain):
            self._lose(row, column)
        else:
            if len(plain) >= self.words.longest_title:
                self._warn(row, column, "title_too_long", length=len(plain))
            self._personal(row, column, plain)
            row.values.setdefault("title", {})[language] = plain

    def _lose(self, row: _Row, column: int) -> None:
        """Lost letters: once for a column where the file's encoding lost them, else at each cell."""
        row.broken = True
        row.failed.add(column)
        if self.lossy:
            self._lost.setdefault(column, []).append(row.line.number)
        else:
            self._fail(row, column, "lost_letters")

    def _compare_titles(self, row: _Row) -> None:
        """Titles in each other's column, or in another language than the column's."""
        titles: dict[str, str] = row.values.get("title", {})
        known = {language.code: language for language in self.words.languages if language.letters}
        for code, language in known.items():
            column = self.columns.fields.get(("title", code))
            others = [other for other in known.values() if other.code != code]
            text = titles.get(code)
            if text is None or column is None or code not in self.words.required:
                continue
            for other in others:
                if not recognising.looks_like(text, other, [language]) and titles.get(other.code) != text:
                    continue
                theirs = titles.get(other.code, "")
                if has_own(text, language) or not self._is_foreign(text, language, other):
                    continue
                swapped = has_own(theirs, language) and not recognising.looks_like(theirs, other, [language])
                code_ = "titles_swapped" if swapped else f"title_{code}_is_{other.adjective}"
                self._fail(row, column, code_)
                return

    @staticmethod
    def _is_foreign(text: str, language: recognising.Language, other: recognising.Language) -> bool:
        return recognising.looks_like(text, other, [language])

    def _composition(self, row: _Row, column: int) -> None:
        text = self._text(row, column, lines=True)
        if text is None:
            return
        parts = [part.strip() for part in text.replace(";", "\n").split("\n") if part.strip()]
        if len(parts) == 1 and parts[0].count(",") >= 2:
            self._warn(row, column, "composition_separator")
            parts = [part.strip() for part in parts[0].split(",") if part.strip()]
        if any(map(cleaning.has_html, parts)):
            self._fail(row, column, "html_in_text")
        row.values["composition"] = tuple(parts)

    def _owner(self, row: _Row, column: int) -> None:
        text = self._text(row, column, quiet=True)
        if text is None:
            return
        if not text or cleaning.is_placeholder(text):
            self._fail(row, column, "agency_missing")
            return
        self._take(row, column, "owner", self._recognise.owner(text))

    def _category(self, row: _Row, column: int) -> None:
        text = self._text(row, column, quiet=True)
        if text is None:
            return
        if not text or cleaning.is_placeholder(text):
            self._fail(row, column, "category_missing")
            return
        self._take(row, column, "category", self._recognise.category(text))

    def _period(self, row: _Row, column: int) -> None:
        cell = self._cell(row, column)
        if cell is None:
            return
        if isinstance(cell.value, date | datetime) or recognising.day(cell.text).value:
            self._fail(row, column, "date_in_period")
            return
        if cell.blank or cleaning.is_placeholder(cell.text):
            self._fail(row, column, "period_missing", expected=", ".join(self.words.period_names))
            return
        plain = cleaning.without_lookalikes(cell.text)
        if plain != cell.text:
            self._clean(row, column, "latin_lookalikes", plain)
        meaning = self._recognise.period(plain)
        if meaning.code == "period_with_extra_text":
            self._warn(row, column, meaning.code, rest=meaning.rest)
            row.values["period"], row.values["period_rest"] = meaning.value, meaning.rest
            return
        self._take(row, column, "period", meaning)

    def _way(self, row: _Row, column: int) -> None:
        text = self._text(row, column, quiet=True)
        if text is None:
            return
        if not text or cleaning.is_placeholder(text):
            self._fail(row, column, "way_missing", expected=", ".join(self.words.way_names))
            return
        self._take(row, column, "way", self._recognise.way(text))

    def _schedule(self, row: _Row, column: int) -> None:
        text = self._text(row, column, quiet=True)
        if text and not cleaning.is_placeholder(text):
            self._take(row, column, "schedule", recognising.schedule(text))

    def _first_due(self, row: _Row, column: int) -> None:
        cell = self._cell(row, column)
        if cell is not None and not cell.blank and not cleaning.is_placeholder(cell.text):
            self._take(row, column, "first_due", recognising.day(cell.value))

    def _note(self, row: _Row, column: int) -> None:
        text = self._text(row, column, lines=True)
        if text is None:
            return
        if cleaning.has_html(text):
            self._fail(row, column, "html_in_text")
        self._personal(row, column, text)
        row.values["note"] = "" if cleaning.is_placeholder(text) else text

    def _code(self, row: _Row, column: int) -> None:
        text = self._text(row, column, quiet=True)
        if text and not is_code(text):
            self._fail(row, column, "code_unusable")
        elif text:
            row.values["code"] = text

    def _theme_cell(self, row: _Row, column: int) -> None:
        text = self._text(row, column, quiet=True)
        row.values["theme"] = {self.columns.language: text} if text else {}

    def _personal(self, row: _Row, column: int, text: str) -> None:
        if cleaning.personal_number(text):
            self._warn(row, column, "personal_data")

    # --- the row ------------------------------------------------------------------------------------------

    def _keep(self, row: _Row) -> None:
        values = row.values
        title: dict[str, str] = values.get("title", {})
        owner: Owner | None = values.get("owner")
        if owner is not None and title:
            self._no_twin(row, owner, title)
        if row.broken or owner is None:
            return
        note = "; ".join(part for part in (values.get("note", ""), values.get("period_rest", "")) if part)
        schedule: Schedule | None = values.get("schedule")
        self.rows.append(ReadRow(self.sheet.name, row.line.number, Item(
            number=values["number"], title=title, owner=owner, category=values["category"],
            period=values["period"], composition=values.get("composition", ()), way=values.get("way"), note=note,
            theme=values.get("theme", dict(self._theme)), schedule=schedule, first_due=values.get("first_due"),
            code=values.get("code"),
        )))

    def _no_twin(self, row: _Row, owner: Owner, title: dict[str, str]) -> None:
        """No two rows of an owner have one title: compared in the last of the required languages, as acts name it."""
        language = next((code for code in reversed(self.words.required) if code in title), next(iter(title)))
        key = (owner, f"{language}:{title_key(title[language])}")
        first = self._titles.setdefault(key, row.line.number)
        if first == row.line.number:
            return
        column = self.columns.fields["title", language]
        self.findings = [one for one in self.findings
                         if not (one.row == row.line.number and one.column == letter(column) and one.verdict == "cleaned")]
        self._fail(row, column, "duplicate_row", first=first)

    def _take(self, row: _Row, column: int, name: str, meaning: Meaning[Any]) -> None:
        if meaning.value is None:
            self._fail(row, column, meaning.code, expected=meaning.expected)
            return
        if meaning.code:
            self._clean(row, column, meaning.code, meaning.expected)
        row.values[name] = meaning.value

    # --- findings -----------------------------------------------------------------------------------------

    def _fail(self, row: _Row, column: int, code: str, expected: str = "", **params: Any) -> None:
        row.broken = True
        row.failed.add(column)
        self._at("error", row, column, code, expected, params)

    def _warn(self, row: _Row, column: int, code: str, **params: Any) -> None:
        self._at("warning", row, column, code, "", params)

    def _clean(self, row: _Row, column: int, code: str, expected: str = "") -> None:
        self._at("cleaned", row, column, code, expected, {})

    def _at(self, verdict: Verdict, row: _Row, column: int, code: str, expected: str, params: dict[str, Any]) -> None:
        text = row.line.cell(column).text
        self.findings.append(Finding(
            verdict, code, self.sheet.name, row.line.number, letter(column), text, expected, params
        ))

    def _say(self, verdict: Verdict, code: str, row: int) -> None:
        self.findings.append(Finding(verdict, code, self.sheet.name, row))


def has_own(text: str, language: recognising.Language) -> bool:
    """Whether a text has letters that only this language has."""
    return recognising.has_letters_of(text, language) > 0
