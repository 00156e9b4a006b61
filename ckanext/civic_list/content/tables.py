"""Files of data read as streams of rows: CSV, XLSX, JSON, XML. Memory does not grow with the file.

A row is a mapping from the name of a column to its text, as a person would read it. The text of a value is the same
whichever format carried it as far as the format knows: ``1`` and ``1.0`` of a workbook are one number, a date is its
ISO form.
"""
from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, BinaryIO

import ijson
from charset_normalizer import from_bytes
from defusedxml.ElementTree import iterparse
from openpyxl import load_workbook

__all__ = ["Row", "UnreadableError", "UnsupportedFormatError", "read_rows"]

Row = Mapping[str, str]

#: one cell may not hold more: a file without line ends must not fill the memory
_MAX_CELL = 1_000_000
_SNIFF = 65_536


class UnsupportedFormatError(Exception):
    """The portal cannot look into files of this format."""


class UnreadableError(Exception):
    """The file is not what its format says."""


def read_rows(source: BinaryIO, format: str) -> Iterator[Row]:
    """The rows of a file, one at a time.

    :param source: a file that can be rewound.
    :param format: ``CSV``, ``TSV``, ``XLSX``, ``JSON``, ``GEOJSON`` or ``XML``, in any case.
    :raises UnsupportedFormatError: for every other format.
    :raises UnreadableError: where the file cannot be read as what it is said to be.
    """
    reader = _READERS.get(format.strip().upper().removeprefix("."))
    if reader is None:
        raise UnsupportedFormatError(format)
    with _unreadable():
        yield from reader(source)


@contextmanager
def _unreadable() -> Iterator[None]:
    try:
        yield
    except (UnsupportedFormatError, UnreadableError, GeneratorExit, MemoryError):
        raise
    except Exception as error:
        raise UnreadableError(str(error)) from error


# --- CSV --------------------------------------------------------------------------------------------------


def _csv(source: BinaryIO) -> Iterator[Row]:
    sample = source.read(_SNIFF)
    source.seek(0)
    encoding = _encoding(sample)
    text = io.TextIOWrapper(source, encoding=encoding, errors="strict", newline="")
    try:
        csv.field_size_limit(_MAX_CELL)
        yield from _delimited(text, _delimiter(sample.decode(encoding, "ignore")))
    finally:
        text.detach()


def _delimited(text: io.TextIOWrapper, delimiter: str) -> Iterator[Row]:
    records = csv.reader(text, delimiter=delimiter, strict=False)
    heading = next((record for record in records if any(record)), None)
    if heading is None:
        return
    names = column_names(heading)
    for record in records:
        if any(cell.strip() for cell in record):
            yield _named(names, record)


def _encoding(sample: bytes) -> str:
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        # not final: a letter may be cut through at the end of the sample
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=len(sample) < _SNIFF)
    except UnicodeDecodeError:
        best = from_bytes(sample, cp_isolation=["cp1251", "kz1048", "ptcp154", "utf_16"]).best()
        return best.encoding if best else "cp1251"
    return "utf-8-sig"


def _delimiter(sample: str) -> str:
    first = sample.splitlines()[0] if sample else ""
    counts = {mark: first.count(mark) for mark in (",", ";", "\t", "|")}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] else ","


# --- XLSX -------------------------------------------------------------------------------------------------


def _xlsx(source: BinaryIO) -> Iterator[Row]:
    book = load_workbook(source, read_only=True, data_only=True, keep_links=False)
    try:
        for sheet in book.worksheets:
            yield from _sheet(sheet)
    finally:
        book.close()


def _sheet(sheet: Any) -> Iterator[Row]:
    sheet.reset_dimensions()  # a wrong dimension tag must not invent a million empty columns
    records = sheet.iter_rows(values_only=True)
    heading = next((record for record in records if any(cell is not None for cell in record)), None)
    if heading is None:
        return
    names = column_names([as_text(cell) for cell in heading])
    for record in records:
        cells = [as_text(cell) for cell in record]
        if any(cells):
            yield _named(names, cells)


# --- JSON -------------------------------------------------------------------------------------------------


def _json(source: BinaryIO) -> Iterator[Row]:
    """The first array of objects, however deep it stands: ``[…]``, ``{"data": […]}``, ``{"features": […]}``."""
    prefix = _first_array(source)
    source.seek(0)
    if prefix is None:
        yield from (flatten(whole) for whole in ijson.items(source, ""))
        return
    for item in ijson.items(source, f"{prefix}.item" if prefix else "item"):
        yield flatten(item)


def _first_array(source: BinaryIO) -> str | None:
    return next((prefix for prefix, event, _ in ijson.parse(source) if event == "start_array"), None)


def flatten(value: Any, name: str = "") -> dict[str, str]:
    """An object as one row: ``{"a": {"b": 1}}`` has the column ``a.b``."""
    if isinstance(value, Mapping):
        cells: dict[str, str] = {}
        for key, one in value.items():
            cells |= flatten(one, f"{name}.{key}" if name else str(key))
        return cells
    if isinstance(value, list):
        cells = {}
        for position, one in enumerate(value):
            cells |= flatten(one, f"{name}.{position}" if name else str(position))
        return cells
    return {name or "value": as_text(value)}


# --- XML --------------------------------------------------------------------------------------------------


def _xml(source: BinaryIO) -> Iterator[Row]:
    """Each child of the root is a row; a root with one child that holds the rows is stepped into."""
    path: list[Any] = []
    depth = _row_depth(source)
    source.seek(0)
    for event, element in iterparse(source, events=("start", "end")):
        if event == "start":
            path.append(element)
            continue
        path.pop()
        if len(path) == depth:
            yield _element(element)
            path[-1].remove(element)


def _row_depth(source: BinaryIO) -> int:
    """2 where the root holds one list of rows, else 1."""
    path, first_level = 0, 0
    for event, element in iterparse(source, events=("start", "end")):
        path += 1 if event == "start" else -1
        if event == "start" and path == 2:
            first_level += 1
            if first_level > 1:
                return 1
        if event == "start" and path == 4:
            return 2
        if event == "end":
            element.clear()
    return 1


def _element(element: Any, name: str = "") -> dict[str, str]:
    cells = {f"{name}@{_local(key)}": text.strip() for key, text in element.attrib.items()}
    if len(element) == 0:
        return {**cells, name or _local(element.tag): " ".join((element.text or "").split())}
    for child in element:
        path = f"{name}.{_local(child.tag)}" if name else _local(child.tag)
        cells |= _element(child, path)
    return cells


def _local(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]


# --- values -----------------------------------------------------------------------------------------------


def as_text(value: Any) -> str:
    """A value as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | Decimal):
        return _number(Decimal(repr(value)) if isinstance(value, float) else value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return str(value)


def _number(value: Decimal) -> str:
    """Without an exponent and without zeros that say nothing: 1.0 is 1."""
    if not value.is_finite():
        return str(value)
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def column_names(heading: list[str]) -> list[str]:
    """The headings as names: without outer white space, numbered where empty or repeated."""
    names: list[str] = []
    for position, cell in enumerate(heading, 1):
        name = " ".join(cell.split()) or f"column {position}"
        names.append(name if name not in names else f"{name} ({position})")
    return names


def _named(names: list[str], record: list[str]) -> dict[str, str]:
    extra = [f"column {position}" for position in range(len(names) + 1, len(record) + 1)]
    return dict(zip([*names, *extra], record, strict=False))


_READERS = {
    "CSV": _csv, "TSV": _csv, "TXT": _csv,
    "XLSX": _xlsx,
    "JSON": _json, "GEOJSON": _json,
    "XML": _xml,
}


