"""The titles of a row: one in each language, each in its own column."""
from __future__ import annotations

from typing import TYPE_CHECKING

from .languages import lost_letters
from .titles import title_key, without_number

if TYPE_CHECKING:
    from .reading_row import RowReader, Shared


class TitleReader:
    """Reads the titles of one row."""

    def __init__(self, row: RowReader, shared: Shared) -> None:
        self._row, self._shared, self._line = row, shared, row.line
        self._columns = {
            language: column for (name, language), column in shared.columns.fields.items()
            if name == "title" and language
        }
        #: what stands in the columns, whether it is right or not
        self._said: dict[str, str] = {}

    def read(self) -> dict[str, str]:
        """The titles by language, also those that an error was told of: rows with them can still be compared."""
        for language, column in self._columns.items():
            self._cell(language, column)
        self._compare()
        for language, column in self._columns.items():
            self._check(language, column)
        return {language: text for language, text in self._said.items() if text}

    def _cell(self, language: str, column: int) -> None:
        text = self._row.text(column, "title", language=language)
        if text is None:
            return
        if self._row.is_placeholder(text) or not any(one.isalpha() for one in text):
            if text and language not in self._shared.words.required:
                self._shared.notes.cleaned(self._line, column, "placeholder")
            text = ""
        plain = without_number(text)
        if plain != text:
            self._shared.notes.cleaned(self._line, column, "number_in_title", plain)
        if not plain and language in self._shared.words.required:
            self._shared.notes.error(self._line, column, f"title_{language}_missing")
        self._said[language] = plain

    def _check(self, language: str, column: int) -> None:
        text = self._said.get(language, "")
        if not text or self._shared.notes.failed(self._line.number, column):
            return
        if lost_letters(text):
            self._shared.lose(self._line, column, language)
            return
        if len(text) > self._shared.words.longest_title:
            self._shared.notes.warning(self._line, column, "title_too_long", length=len(text))
        self._row.personal(column, text)

    # --- languages ------------------------------------------------------------------------------------------

    def _compare(self) -> None:
        """Titles in each other's column are told once, at the first; else each that is in another language."""
        others = {language: self._other(language) for language, text in self._said.items() if text}
        done: set[str] = set()
        for language, other in others.items():
            if other is None or language in done:
                continue
            if self._swapped(language, other, others):
                done.update((language, other))
                self._shared.notes.error(self._line, self._columns[language], "titles_swapped")
                self._silence(other)
            else:
                self._foreign(language, other)

    def _foreign(self, language: str, other: str) -> None:
        adjective = next(one.adjective for one in self._shared.words.languages if one.code == other)
        self._shared.notes.error(self._line, self._columns[language], f"title_{language}_is_{adjective}")

    def _other(self, language: str) -> str | None:
        """The language that a title is in, where it is not its column's."""
        text = self._said[language]
        found = self._shared.languages.instead_of(text, language)
        if found is not None:
            return found
        if self._shared.languages.of(text) == language:
            return None
        same = [one for one, other in self._said.items() if one != language and title_key(other) == title_key(text)]
        return next((one for one in same if self._shared.languages.of(text) == one), None)

    def _swapped(self, language: str, other: str, others: dict[str, str | None]) -> bool:
        """Whether the title of the other column is in this one's language, or tells no language of its own."""
        theirs = self._said.get(other)
        if not theirs or title_key(theirs) == title_key(self._said[language]):
            return False
        return others.get(other) == language

    def _silence(self, other: str) -> None:
        """What is wrong with the other column's title is that it stands there, which is told already."""
        self._shared.notes.break_row(self._line, self._columns[other])
