"""Tables of text: CSV with its separator and encoding found out."""
from __future__ import annotations

import csv
import io
import re

from charset_normalizer import from_bytes

from ckanext.civic_list.domain.sheets import EMPTY, Book, Cell, Finding, Line, Sheet
from ckanext.civic_list.workbook.limits import Limits, RefusedFileError

__all__ = ["read"]

#: what spreadsheet programs write for a cell that cannot be computed, in English and in Russian
_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|Н/Д|ССЫЛКА!|ЗНАЧ!|ДЕЛ/0!|ИМЯ\?|ЧИСЛО!|ПУСТО!)")

_SEPARATORS = {",": "", ";": "separator_semicolon", "\t": "separator_tab", "|": "separator_bar"}


def read(content: bytes, limits: Limits) -> Book:
    """One sheet without a name; how it was written is a finding where it is not UTF-8 with commas."""
    text, encoding = _decoded(content)
    if "\x00" in text:
        raise RefusedFileError("file_type")
    separator = _separator(text)
    lines = _lines(text, separator, limits)
    findings = []
    if encoding:
        findings.append(Finding("cleaned", f"encoding_{encoding}", "", 1))
    if _SEPARATORS[separator]:
        findings.append(Finding("cleaned", _SEPARATORS[separator], "", 1))
    return Book((Sheet("", tuple(lines)),), tuple(findings), lossy=encoding == "cp1251")


def _decoded(content: bytes) -> tuple[str, str]:
    """The text, and the name of its encoding where it is not UTF-8."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(content, "utf-16"), "utf16"
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        pass
    best = from_bytes(content[:200_000], cp_isolation=["cp1251", "kz1048", "ptcp154", "utf_16_le"]).best()
    name = best.encoding if best else "cp1251"
    if name in {"kz1048", "ptcp154"} and not _kazakh_bytes(content):
        name = "cp1251"
    return _strictly(content, name), name.replace("_", "").replace("-", "")


def _kazakh_bytes(content: bytes) -> bool:
    """Whether bytes stand where Windows-1251 has marks and KZ-1048 has letters, within words."""
    text = content.decode("cp1251", "replace")
    return any(mark in text for mark in ("Ј", "Ѓ", "ќ", "Ќ", "џ"))


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise RefusedFileError("file_encoding") from error


def _separator(text: str) -> str:
    """The separator that stands most often, and equally often, in the first lines."""
    sample = [line for line in text[:50_000].splitlines()[:40] if line.strip()]
    scores = {mark: sum(1 for line in sample if line.count(mark) >= 3) for mark in _SEPARATORS}
    counts = {mark: sum(line.count(mark) for line in sample) for mark in _SEPARATORS}
    return max(_SEPARATORS, key=lambda mark: (scores[mark], counts[mark]))


def _lines(text: str, separator: str, limits: Limits) -> list[Line]:
    csv.field_size_limit(limits.file)
    found: list[Line] = []
    cells = 0
    try:
        for number, record in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator), 1):
            cells += len(record)
            if number > limits.rows or cells > limits.cells or len(record) > limits.columns:
                raise RefusedFileError("file_too_many_cells", rows=limits.rows)
            if any(len(value) > limits.text for value in record):
                raise RefusedFileError("file_cell_too_long", most=limits.text)
            found.append(Line(number, tuple(_cell(value) for value in record)))
    except csv.Error as error:
        raise RefusedFileError("file_damaged") from error
    return found


def _cell(value: str) -> Cell:
    """Text; an apostrophe that keeps a spreadsheet from running it is taken off again."""
    if not value:
        return EMPTY
    if value.startswith("'") and value[1:2] in {"=", "+", "-", "@", "\t", "\r"}:
        return Cell(value[1:], "text")
    return Cell(value, "error" if _ERROR.fullmatch(value.strip()) else "text")
