"""XLSX: what is inside is looked at before any of it is believed."""
from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import Any

import openpyxl

from ckanext.civic_list.domain.sheets import EMPTY, Book, Cell, Line, Merge, Sheet
from ckanext.civic_list.workbook.limits import Limits, RefusedFileError

__all__ = ["read"]

_CHUNK = 1 << 16
_DOCTYPE = re.compile(rb"<!\s*(?:doctype|entity)", re.IGNORECASE)
_MACROS = ("vbaproject.bin", "vbadata.xml", "macrosheets/", "dialogsheets/")


def read(content: bytes, limits: Limits) -> Book:
    """The sheets of a workbook.

    :raises RefusedFileError: where it is damaged, has macros, is inflated, or has entities or too many cells.
    """
    _inspect(content, limits)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), keep_links=False, keep_vba=False)
    except Exception as error:
        raise RefusedFileError("file_damaged") from error
    return Book(tuple(_sheet(sheet, limits) for sheet in book.worksheets))


def _inspect(content: bytes, limits: Limits) -> None:
    """Unpack everything once into nothing, counting: headers of an archive may lie."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            names = [entry.filename.casefold() for entry in entries]
            _check_names(entries, names, limits)
            unpacked = cells = 0
            for entry in entries:
                size, found = _look_through(archive, entry, limits.unpacked - unpacked)
                unpacked, cells = unpacked + size, cells + found
                if cells > limits.cells:
                    raise RefusedFileError("file_too_many_cells", rows=limits.rows)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise RefusedFileError("file_damaged") from error


def _check_names(entries: list[zipfile.ZipInfo], names: list[str], limits: Limits) -> None:
    if len(entries) > limits.entries:
        raise RefusedFileError("file_inflated")
    if any(entry.flag_bits & 1 for entry in entries):
        raise RefusedFileError("file_encrypted")
    if any(mark in name for name in names for mark in _MACROS):
        raise RefusedFileError("file_macros")
    if "xl/workbook.xml" not in names:
        raise RefusedFileError("file_type" if "[content_types].xml" not in names else "file_damaged")


def _look_through(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> tuple[int, int]:
    """Size and number of cells of one part; refused where it holds entities or macros, or is too large."""
    size = cells = 0
    tail = b""
    markup = entry.filename.casefold().endswith((".xml", ".rels", ".vml"))
    with archive.open(entry) as part:
        while chunk := part.read(_CHUNK):
            size += len(chunk)
            if size > left:
                raise RefusedFileError("file_inflated")
            if markup:
                window = tail + chunk
                if size == len(chunk) and chunk.startswith((b"\xff\xfe", b"\xfe\xff")):
                    raise RefusedFileError("file_damaged")
                if _DOCTYPE.search(window):
                    raise RefusedFileError("file_entities")
                if b"macroEnabled" in window:
                    raise RefusedFileError("file_macros")
                cells += chunk.count(b"<c ") + chunk.count(b"<c>")
                tail = chunk[-16:]
    return size, cells


def _sheet(sheet: Any, limits: Limits) -> Sheet:
    """Only cells that are there: a sheet may claim a million rows."""
    rows: dict[int, dict[int, Cell]] = {}
    for (row, column), cell in sheet._cells.items():
        if cell.value is None:
            continue
        if column > limits.columns or row > limits.rows:
            raise RefusedFileError("file_too_many_cells", rows=limits.rows)
        rows.setdefault(row, {})[column - 1] = _cell(cell, limits)
    last = max(rows, default=0)
    hidden = {number for number, size in sheet.row_dimensions.items() if size.hidden}
    lines = tuple(
        Line(number, _dense(rows.get(number, {})), hidden=number in hidden) for number in range(1, last + 1)
    )
    merges = tuple(
        Merge(one.min_row, min(one.max_row, last or 1), one.min_col - 1, min(one.max_col, limits.columns) - 1)
        for one in sheet.merged_cells.ranges
    )
    return Sheet(sheet.title, lines, sheet.sheet_state != "visible", _hidden_columns(sheet), merges)


def _dense(cells: dict[int, Cell]) -> tuple[Cell, ...]:
    return tuple(cells.get(column, EMPTY) for column in range(max(cells, default=-1) + 1))


def _hidden_columns(sheet: Any) -> frozenset[int]:
    found: set[int] = set()
    for size in sheet.column_dimensions.values():
        if size.hidden and size.min:
            found.update(range(size.min - 1, min(size.max or size.min, 200)))
    return frozenset(found)


def _cell(cell: Any, limits: Limits) -> Cell:
    kind = {"s": "text", "inlineStr": "text", "str": "text", "n": "number", "b": "bool", "e": "error", "f": "formula",
            "d": "date"}.get(cell.data_type, "text")
    value = cell.value
    if kind == "formula" or not isinstance(value, str | int | float | bool):
        if hasattr(value, "isoformat"):
            kind = "date"
        elif kind == "formula" or hasattr(value, "text"):
            kind, value = "formula", str(getattr(value, "text", value))
        else:
            value = str(value)
    if isinstance(value, str) and len(value) > limits.text:
        raise RefusedFileError("file_cell_too_long", most=limits.text)
    struck = bool(cell.font and cell.font.strike)
    return Cell(value, kind, struck)  # type: ignore[arg-type]
