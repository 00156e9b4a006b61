"""Files of data read as streams of rows: CSV, XLSX, JSON, XML. Memory does not grow with the file.

A row is a mapping from the name of a column to its text, as a person would read it. The text of a value is the same
whichever format carried it as far as the format knows: ``1`` and ``1.0`` of a workbook are one number, a date is its
ISO form.
"""
from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, BinaryIO, cast

import ijson
from charset_normalizer import from_bytes
from defusedxml.ElementTree import ParseError, iterparse
from openpyxl.reader.excel import ExcelReader

from ckanext.civic_list.content.limits import (
    MOST_NESTED,
    ROW,
    Archive,
    Meter,
    NestedMeter,
    TagMeter,
    TooBigError,
    UnreadableError,
    UnsupportedFormatError,
)

__all__ = ["Batch", "Row", "TooBigError", "UnreadableError", "UnsupportedFormatError", "as_text", "column_names",
           "flatten", "is_delimited", "read_batches", "read_rows", "spelling_of", "unreadable"]

Row = Mapping[str, str]

#: one cell may not hold more
_MAX_CELL = 1_000_000
_SNIFF = 65_536
#: rows are taken so many at a time, fewer where they are long
_BATCH, _FULL = 512, ROW - (1 << 18)
#: how much of an XML file is looked at to find where its rows stand
_LOOK = 1 << 20
#: and how deep
_DEEPEST = 8
#: a sheet cannot have more rows
_MAX_ROWS = 1 << 20


def read_rows(source: BinaryIO, format: str) -> Iterator[Row]:
    """The rows of a file, one at a time.

    :param source: a file that can be rewound.
    :param format: ``CSV``, ``TSV``, ``XLSX``, ``JSON``, ``GEOJSON`` or ``XML``, in any case.
    :raises UnsupportedFormatError: for every other format.
    :raises UnreadableError: where the file cannot be read as what it is said to be.
    """
    reader = _READERS.get(_code(format))
    if reader is None:
        raise UnsupportedFormatError(format)
    with unreadable():
        yield from reader(source)


@dataclass(frozen=True)
class Batch:
    """Some rows of a table: the records that have a cell for each column, and the rows that have fewer or more."""

    names: tuple[str, ...]
    records: Sequence[Sequence[str]]
    uneven: Sequence[Row]


def is_delimited(format: str) -> bool:
    return _READERS.get(_code(format)) is _csv


def read_batches(source: BinaryIO) -> Iterator[Batch]:
    """The rows of a delimited file, some hundreds at a time.

    :raises UnreadableError: where the file cannot be read as what it is said to be.
    """
    with unreadable():
        yield from _batches(source)


def _code(format: str) -> str:
    return format.strip().upper().removeprefix(".")


@contextmanager
def unreadable() -> Iterator[None]:
    """What goes wrong in here says that the file is not what its format says."""
    try:
        yield
    except (UnsupportedFormatError, UnreadableError, MemoryError):
        raise
    except Exception as error:
        raise UnreadableError(str(error)) from error


# --- CSV --------------------------------------------------------------------------------------------------

#: a server's page of regrets, a workbook or another archive, a PDF under the name of a table
_NO_TABLE = (b"<!doctype html", b"<html", b"pk\x03\x04", b"%pdf-")


def _csv(source: BinaryIO) -> Iterator[Row]:
    for batch in _batches(source):
        yield from (dict(zip(batch.names, record, strict=True)) for record in batch.records)
        yield from batch.uneven


def _batches(source: BinaryIO) -> Iterator[Batch]:
    encoding, delimiter = spelling_of(source)
    meter = Meter(source)
    text = io.TextIOWrapper(cast(BinaryIO, meter), encoding=encoding, errors="strict", newline="")
    try:
        csv.field_size_limit(_MAX_CELL)
        yield from _delimited(text, delimiter, meter)
    finally:
        text.detach()


def spelling_of(source: BinaryIO) -> tuple[str, str]:
    """The encoding of a text and what parts its cells, told by its beginning; the text is rewound.

    :raises UnreadableError: where something else stands under the name of a table.
    """
    sample = source.read(_SNIFF)
    source.seek(0)
    if sample.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_NO_TABLE):
        raise UnreadableError("a page or an archive stands where a table should be")
    encoding = _encoding(sample)
    return encoding, _delimiter(sample.decode(encoding, "ignore"))


def _delimited(text: io.TextIOWrapper, delimiter: str, meter: Meter) -> Iterator[Batch]:
    records = csv.reader(text, delimiter=delimiter, strict=False)
    heading = next((record for record in records if any(record)), None)
    if heading is None:
        return
    names = tuple(column_names(heading))
    batch: list[list[str]] = []
    meter.row()
    for record in records:
        batch.append(record)
        if meter.left < _FULL or len(batch) == _BATCH:
            yield _batch(names, batch)
            batch = []
            meter.row()
    yield _batch(names, batch)


def _batch(names: tuple[str, ...], records: list[list[str]]) -> Batch:
    width = len(names)
    full = [record for record in records if len(record) == width and (record[0] or any(record))]
    uneven = [_named(names, record) for record in records if len(record) != width and any(record)]
    return Batch(names, full, uneven)


def _encoding(sample: bytes) -> str:
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in sample:
        return "utf-16-le" if sample[1::2].count(b"\0") > sample[::2].count(b"\0") else "utf-16-be"
    try:
        # not final: a letter may be cut through at the end of the sample
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=len(sample) < _SNIFF)
    except UnicodeDecodeError:
        best = from_bytes(sample, cp_isolation=["cp1251", "kz1048", "ptcp154", "utf_16"]).best()
        return best.encoding if best else "cp1251"
    return "utf-8-sig"


def _delimiter(sample: str) -> str:
    first = next((line for line in sample.splitlines() if line.strip()), "")
    counts = {mark: first.count(mark) for mark in (",", ";", "\t", "|")}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] else ","


# --- XLSX -------------------------------------------------------------------------------------------------


def _xlsx(source: BinaryIO) -> Iterator[Row]:
    reader = ExcelReader(source, read_only=True, data_only=True, keep_links=False)
    reader.archive.close()
    reader.archive = archive = Archive(source)
    reader.read()
    archive.listing = False
    try:
        for sheet in reader.wb.worksheets:
            yield from _sheet(sheet, archive)
    finally:
        reader.wb.close()


def _sheet(sheet: Any, archive: Archive) -> Iterator[Row]:
    sheet.reset_dimensions()  # a wrong dimension tag must not invent a million empty columns
    records = _records(sheet, archive)
    heading = next((record for record in records if any(cell is not None for cell in record)), None)
    if heading is None:
        return
    names = column_names([as_text(cell) for cell in heading])
    for record in records:
        cells = [as_text(cell) for cell in record]
        if any(cells):
            yield _named(names, cells)


def _records(sheet: Any, archive: Archive) -> Iterator[tuple[Any, ...]]:
    for number, record in enumerate(sheet.iter_rows(values_only=True)):
        if number > _MAX_ROWS:
            raise TooBigError("a sheet cannot have so many rows")
        if archive.sheet:
            archive.sheet.row()
        yield record


# --- JSON -------------------------------------------------------------------------------------------------


def _json(source: BinaryIO) -> Iterator[Row]:
    """The first array of objects, however deep it stands: ``[…]``, ``{"data": […]}``, ``{"features": […]}``."""
    start = len(codecs.BOM_UTF8) if source.read(3) == codecs.BOM_UTF8 else 0
    source.seek(start)
    prefix = _first_array(NestedMeter(source))
    source.seek(start)
    meter = NestedMeter(source)
    if prefix is None:
        yield from (flatten(whole) for whole in ijson.items(meter, ""))
        return
    for item in ijson.items(meter, f"{prefix}.item" if prefix else "item"):
        meter.row()
        yield flatten(item)


def _first_array(source: Meter) -> str | None:
    return next((prefix for prefix, event, _ in ijson.parse(source, buf_size=4096) if event == "start_array"), None)


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
    """The elements that repeat nearest to the root are the rows."""
    rows = _path_of_rows(source)
    source.seek(0)
    meter = TagMeter(source)
    path: list[Any] = []
    inside = False
    for event, element in iterparse(meter, events=("start", "end")):
        if event == "start":
            path.append(element)
            if len(path) > MOST_NESTED:
                raise UnreadableError("nested too deep")
            inside = inside or (len(path) == len(rows) and tuple(one.tag for one in path) == rows)
            continue
        path.pop()
        if inside and len(path) == len(rows) - 1:
            inside = False
            meter.row()
            yield _element(element)
        if not inside and path:
            path[-1].remove(element)


def _path_of_rows(source: BinaryIO) -> tuple[str, ...]:
    """The tags from the root down to a row, found at the beginning of the file."""
    sample = source.read(_LOOK)
    paths: dict[tuple[str, ...], int] = {}
    tags: list[str] = []
    try:
        for event, element in iterparse(io.BytesIO(sample), events=("start", "end")):
            if event == "end":
                tags.pop()
                continue
            tags.append(element.tag)
            if len(tags) > MOST_NESTED:
                raise UnreadableError("nested too deep")
            if len(tags) <= _DEEPEST:
                paths[tuple(tags)] = paths.get(tuple(tags), 0) + 1
    except ParseError:
        if len(sample) < _LOOK:
            raise
    repeated = [path for path, times in paths.items() if times > 1]
    return min(repeated, key=lambda path: (len(path), -paths[path])) if repeated else _only_row(list(paths))


def _only_row(paths: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Where nothing repeats, the first element with several children, or the last that has any."""
    row = paths[0]
    while len(children := [path for path in paths if path[:-1] == row]) == 1 and any(
        path[:-1] == children[0] for path in paths
    ):
        row = children[0]
    return row if len(row) > 1 else paths[min(1, len(paths) - 1)]


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


def _named(names: Sequence[str], record: list[str]) -> dict[str, str]:
    if len(record) <= len(names):
        return dict(zip(names, record, strict=False))
    extra = [f"column {position}" for position in range(len(names) + 1, len(record) + 1)]
    return dict(zip([*names, *extra], record, strict=False))


_READERS = {
    "CSV": _csv, "TSV": _csv, "TXT": _csv,
    "XLSX": _xlsx,
    "JSON": _json, "GEOJSON": _json,
    "XML": _xml,
}


