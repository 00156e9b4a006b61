"""A workbook read as a unified list: every row that can be, and everything that is wrong, all at once."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .headings import Columns, Field, find
from .reading_sheet import ReadRow, SheetReader
from .recognising import Words
from .sheets import Book, Finding, Sheet, Verdict

__all__ = ["ReadRow", "Reading", "read_list"]


@dataclass(frozen=True)
class Reading:
    """What came of a file: the rows without error, and all findings, in the order of sheets, rows and columns.

    ``fields`` are those that the file has a column for.
    """

    rows: tuple[ReadRow, ...]
    errors: tuple[Finding, ...]
    cleaned: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    fields: frozenset[Field] = frozenset()


def read_list(book: Book, words: Words) -> Reading:
    """Read the first visible sheet that has headings; say of the others that they are left out.

    A row with an error is not among the rows. What could be put right without loss is, and is told under ``cleaned``;
    what only a person can judge is read as it seems to be meant, and told under ``warnings``.
    """
    order = {sheet.name: place for place, sheet in enumerate(book.sheets)}
    found = [(sheet, find(sheet, words.headings)) for sheet in book.sheets if not sheet.hidden]
    chosen = next(((sheet, columns) for sheet, columns in found if columns), None)
    findings = [*book.findings, *_left_out(book, found, chosen)]
    if chosen is None:
        return _reading((), [*findings, *_no_headings(book)], order, frozenset())
    reader = SheetReader(*chosen, words, book)
    rows = reader.read()
    return _reading(rows, [*findings, *reader.findings()], order, frozenset(chosen[1].fields))


def _left_out(
    book: Book, found: Sequence[tuple[Sheet, Columns | None]], chosen: tuple[Sheet, Columns] | None
) -> Iterable[Finding]:
    for sheet in book.sheets:
        if sheet.hidden and _has_content(sheet):
            yield Finding("warning", "hidden_sheet", sheet.name, 1)
    for sheet, columns in found:
        if chosen and sheet is not chosen[0] and _has_content(sheet):
            yield Finding("warning", "second_sheet" if columns else "sheet_without_list", sheet.name, 1)


def _has_content(sheet: Sheet) -> bool:
    return any(line.filled for line in sheet.lines)


def _no_headings(book: Book) -> Iterable[Finding]:
    """No list at all; a file that was refused has said so already."""
    if not any(finding.verdict == "error" for finding in book.findings):
        name = next((sheet.name for sheet in book.sheets if not sheet.hidden), "")
        empty = not any(_has_content(sheet) for sheet in book.sheets)
        yield Finding("error", "file_empty" if empty else "heading_missing", name, 1)


def _reading(
    rows: Sequence[ReadRow], findings: Sequence[Finding], order: dict[str, int], fields: frozenset[Field]
) -> Reading:
    def of(verdict: Verdict) -> tuple[Finding, ...]:
        chosen = [finding for finding in findings if finding.verdict == verdict]
        return tuple(sorted(chosen, key=lambda one: (order.get(one.sheet, 0), one.row, len(one.column), one.column)))

    return Reading(tuple(rows), of("error"), of("cleaned"), of("warning"), fields)
