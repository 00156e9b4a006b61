"""Tables of text: CSV with its separator and encoding found out."""
from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable

from ckanext.civic_list.domain.sheets import EMPTY, Book, Cell, Finding, Line, Sheet
from ckanext.civic_list.workbook.escapes import unescaped
from ckanext.civic_list.workbook.limits import Limits, RefusedFileError

__all__ = ["read"]

#: what spreadsheet programs write for a cell that cannot be computed, in English and in Russian
_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|Н/Д|ССЫЛКА!|ЗНАЧ!|ДЕЛ/0!|ИМЯ\?|ЧИСЛО!|ПУСТО!)")
_SEPARATORS = {",": "", ";": "separator_semicolon", "\t": "separator_tab", "|": "separator_bar"}
#: encodings of one byte a letter in which Cyrillic tables are found; the first of equally likely ones counts
_ENCODINGS = ("cp1251", "kz1048", "ptcp154", "cp866", "koi8_r", "mac_cyrillic")
_SAMPLE = 200_000
_WORD = re.compile(r"[^\W\d_]{2,}")
#: letters of the languages that these encodings are used for; others within a word tell the wrong encoding
_USUAL = frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюяәғқңөұүһі")
_SAID = re.compile(r"sep=(.)\s*$", re.IGNORECASE)


def read(content: bytes, limits: Limits) -> Book:
    """One sheet without a name; how it was written is a finding where it is not UTF-8 with commas.

    :raises RefusedFileError: where it is no text, or has too many cells.
    """
    text, encoding = _decoded(content)
    if "\x00" in text:
        raise RefusedFileError("file_damaged")
    separator = _separator(text)
    lines = _lines(text, separator, limits)
    findings: list[Finding] = []
    if encoding:
        findings.append(Finding("cleaned", f"encoding_{encoding.replace('_', '')}", "", 1))
    if _SEPARATORS[separator]:
        findings.append(Finding("cleaned", _SEPARATORS[separator], "", 1))
    return Book((Sheet("", tuple(lines), typed=False),), tuple(findings), encoding=encoding)


def _decoded(content: bytes) -> tuple[str, str]:
    """The text, and the name of its encoding where it is not UTF-8."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(content, "utf_16"), "utf_16"
    if wide := _wide(content[:_SAMPLE]):
        return _strictly(content, wide), "utf_16"
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        pass
    found = max(_ENCODINGS, key=lambda encoding: _likeness(content[:_SAMPLE], encoding))
    return _strictly(content, found), found


def _wide(sample: bytes) -> str:
    """UTF-16 without a mark at its beginning: every other byte is one of very few."""
    for encoding, high in (("utf_16_le", sample[1::2]), ("utf_16_be", sample[::2])):
        common = Counter(high).most_common(2)
        if {0, 4} & {byte for byte, _ in common} and sum(times for _, times in common) > 0.9 * len(high):
            return encoding if 0 in high else ""
    return ""


def _likeness(sample: bytes, encoding: str) -> int:
    """How much a text looks like words when it is read so."""
    words = _WORD.findall(sample.decode(encoding, "replace"))
    return sum(_worth(word) for word in words if not word.isascii())


def _worth(word: str) -> int:
    strange = sum(letter not in _USUAL for letter in word.casefold() if not letter.isascii())
    uneven = not (word.islower() or word.isupper() or word.istitle())
    return -2 if strange or uneven else 1


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise RefusedFileError("file_encoding") from error


def _separator(text: str) -> str:
    """The separator by which most records have the same number of fields."""
    said = _SAID.match(text[:20].partition("\n")[0])
    if said and said[1] in _SEPARATORS:
        return said[1]
    sample = text[:_SAMPLE]
    return max(_SEPARATORS, key=lambda mark: _regularity(sample, mark))


def _regularity(sample: str, separator: str) -> tuple[int, int]:
    widths: Counter[int] = Counter()
    try:
        for record in csv.reader(io.StringIO(sample, newline=""), delimiter=separator):
            widths[len(record)] += 1
    except csv.Error:
        return 0, 0
    return max(((times, width) for width, times in widths.items() if width > 2), default=(0, 0))


def _lines(text: str, separator: str, limits: Limits) -> list[Line]:
    csv.field_size_limit(limits.file)
    found: list[Line] = []
    cells = 0
    for number, record in enumerate(_records(text, separator), 1):
        cells += len(record)
        if number > limits.rows or cells > limits.cells or len(record) > limits.columns:
            raise RefusedFileError("file_too_many_cells", rows=limits.rows)
        if any(len(value) > limits.text for value in record):
            raise RefusedFileError("file_cell_too_long", most=limits.text)
        found.append(Line(number, tuple(map(_cell, record))))
    return found


def _records(text: str, separator: str) -> Iterable[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error as error:
        raise RefusedFileError("file_damaged") from error


def _cell(value: str) -> Cell:
    if not value:
        return EMPTY
    plain = unescaped(value)
    return Cell(plain, "error" if _ERROR.fullmatch(value.strip()) else "text", quoted=plain != value)
