"""Which column holds what: found by the headings, in any language that the vocabulary knows."""
from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .cleaning import without_lookalikes
from .sheets import Finding, Line, Sheet, letter

#: a column of the list: its field, and the language of a text that is kept in several
Field = tuple[str, str | None]
_LOOK_AT = 40
_ENOUGH = 3
_CLOSE = 0.9
_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Headings:
    """Spellings of every heading: key of the spelling -> (field, language of the text, language of the heading)."""

    spellings: Mapping[str, tuple[Field, str]]
    required: frozenset[Field] = frozenset()
    names: Mapping[Field, str] = None  # type: ignore[assignment]  # how each is called in the list, for messages


@dataclass(frozen=True)
class Columns:
    """Where the heading row is and what its columns hold."""

    row: int
    fields: Mapping[Field, int]
    language: str
    findings: tuple[Finding, ...] = ()


def key_of(heading: str) -> str:
    """What of a heading counts: letters and digits, without case."""
    return " ".join(_MARKS.sub(" ", heading.casefold().replace("ё", "е")).split()) or heading.strip()


def find(sheet: Sheet, headings: Headings) -> Columns | None:
    """The heading row and its columns; nothing where the sheet has none."""
    best = max(sheet.lines[:_LOOK_AT], key=lambda line: _known(line, headings), default=None)
    if best is None or _known(best, headings) < _ENOUGH:
        return None
    return _read(sheet, best, headings)


def is_heading(line: Line, headings: Headings) -> bool:
    """Whether a row repeats the headings, as at a page break."""
    return _known(line, headings) >= max(_ENOUGH, len(line.filled) - 3)


def is_numbering(line: Line) -> bool:
    """A row of column numbers, 1 to n, below the headings."""
    values = [line.cell(column).text.strip() for column in line.filled]
    return len(values) > 2 and values == [str(number) for number in range(1, len(values) + 1)]


def _known(line: Line, headings: Headings) -> int:
    return len({
        headings.spellings[key][0] for cell in line.cells if cell.kind == "text"
        if (key := key_of(without_lookalikes(cell.text))) in headings.spellings
    })


def _read(sheet: Sheet, line: Line, headings: Headings) -> Columns:
    fields: dict[Field, int] = {}
    languages: list[str] = []
    findings: list[Finding] = []

    def note(verdict: str, code: str, column: int, **params: object) -> None:
        text = line.cell(column).text
        findings.append(Finding(
            verdict, code, sheet.name, line.number, letter(column), text,  # type: ignore[arg-type]
            str(params.pop("expected", "")), params,
        ))

    for column in line.filled:
        text = line.cell(column).text
        if column in sheet.hidden_columns:
            note("warning", "hidden_column", column)
        plain = without_lookalikes(text)
        found, close = _recognised(plain, headings)
        if found is None:
            note("warning", "unknown_column", column)
            continue
        field, language = found
        if field in fields:
            note("warning", "heading_repeated", column, first=letter(fields[field]))
            continue
        fields[field] = column
        languages.append(language)
        if close:
            note("warning", "heading_misspelt", column, expected=close)
        elif plain != text:
            note("cleaned", "latin_lookalikes", column, expected=plain)
        elif " ".join(text.split()) != text and "\n" not in text.strip():
            note("cleaned", "heading_spaces", column, expected=" ".join(text.split()))
    for field in sorted(headings.required - fields.keys(), key=str):
        name = (headings.names or {}).get(field, field[0])
        findings.append(Finding("error", "column_missing", sheet.name, line.number, "*", "", name, {"heading": name}))
    return Columns(line.number, fields, max(set(languages), key=languages.count), tuple(findings))


def _recognised(text: str, headings: Headings) -> tuple[tuple[Field, str] | None, str]:
    """The field of a heading, and the right spelling where it is only close to one."""
    key = key_of(text)
    if key in headings.spellings:
        return headings.spellings[key], ""
    near = difflib.get_close_matches(key, _long(headings.spellings), n=1, cutoff=_CLOSE)
    return (headings.spellings[near[0]], near[0]) if near else (None, "")


def _long(spellings: Mapping[str, object]) -> Sequence[str]:
    return [spelling for spelling in spellings if len(spelling) > 5]
