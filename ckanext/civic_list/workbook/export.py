"""An edition as a file: the columns that an import understands, the same bytes for the same rows."""
from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from ckanext.civic_list.domain.headings import Field
from ckanext.civic_list.domain.items import Item, Owner
from ckanext.civic_list.domain.recognising import schedule_text

__all__ = ["export_rows"]

#: an annex has no time of its own: the act has a date
_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001  a workbook keeps no zone
_WIDTHS = {"number": 7, "title": 48, "composition": 48, "owner": 40, "category": 24, "period": 18}
_RUNS = ("=", "+", "-", "@", "\t", "\r")


def export_rows(
    rows: Sequence[Item], format: str, *, headings: Mapping[Field, str], owner_names: Mapping[Owner, str],
    category_names: Mapping[str, str], period_names: Mapping[str, str], way_names: Mapping[str, str],
    languages: Sequence[str],
) -> bytes:
    """The rows as ``xlsx``, ``csv`` or ``json``.

    :param headings: how each column is called.
    """
    names = {"owner": owner_names, "category": category_names, "period": period_names, "way": way_names}
    fields = _fields(headings, languages)
    records = [{field: _value(row, field, names) for field in fields} for row in rows]
    heads = [headings[field] for field in fields]
    if format == "json":
        return _json(records, fields)
    table = [[record[field] for field in fields] for record in records]
    return _xlsx(heads, fields, table) if format == "xlsx" else _csv(heads, table)


def _fields(headings: Mapping[Field, str], languages: Sequence[str]) -> list[Field]:
    titles: list[Field] = [("title", language) for language in languages if ("title", language) in headings]
    plain = ("composition", "owner", "category", "period", "schedule", "first_due", "way", "note", "code", "theme")
    return [("number", None), *titles, *((name, None) for name in plain)]


def _value(row: Item, field: Field, names: Mapping[str, Mapping[Any, str]]) -> Any:
    name, language = field
    if name == "title":
        return row.title.get(language or "", "")
    if name in names:
        value = getattr(row, name)
        return names[name].get(value, value or "") if not isinstance(value, Owner) else names[name].get(value, value.id)
    if name == "composition":
        return "; ".join(row.composition)
    if name == "schedule":
        return schedule_text(row.schedule) if row.schedule else ""
    if name == "first_due":
        return row.first_due.isoformat() if row.first_due else ""
    if name == "theme":
        return next(iter(row.theme.values()), "")
    return getattr(row, name) or ""


def _json(records: Sequence[Mapping[Field, Any]], fields: Sequence[Field]) -> bytes:
    keys = {field: field[0] if field[1] is None else f"{field[0]}_{field[1]}" for field in fields}
    plain = [{keys[field]: value for field, value in record.items()} for record in records]
    return json.dumps(plain, ensure_ascii=False, indent=1).encode()


def _csv(heads: Sequence[str], table: Sequence[Sequence[Any]]) -> bytes:
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(heads)
    writer.writerows([_harmless(value) for value in record] for record in table)
    return target.getvalue().encode("utf-8-sig")


def _harmless(value: Any) -> Any:
    """Text that a spreadsheet would run gets an apostrophe, which an import takes off again."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_RUNS) else value


def _xlsx(heads: Sequence[str], fields: Sequence[Field], table: Sequence[Sequence[Any]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("List")
    sheet.freeze_panes = "A2"
    for place, field in enumerate(fields):
        sheet.column_dimensions[chr(ord("A") + place)].width = _WIDTHS.get(field[0], 16)
    head, plain = _style(sheet, bold=True), _style(sheet)
    sheet.append([_cell(sheet, value, head) for value in heads])
    for record in table:
        sheet.append([_cell(sheet, value, plain) for value in record])
    book.properties.created = book.properties.modified = _EPOCH
    book.properties.creator = ""
    target = io.BytesIO()
    book.save(target)
    return _timeless(target.getvalue())


def _style(sheet: Any, *, bold: bool = False) -> Any:
    """A style of the workbook, made once: looking it up for each of a hundred thousand cells takes most of the time."""
    cell = WriteOnlyCell(sheet)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.font = Font(bold=bold)
    return cell._style


def _cell(sheet: Any, value: Any, style: Any) -> Any:
    cell = WriteOnlyCell(sheet, value=value if value != "" else None)
    if isinstance(value, str) and value:
        cell.data_type = "s"  # never a formula, whatever it begins with
    cell._style = style
    return cell


def _timeless(content: bytes) -> bytes:
    """The same archive with one fixed time in all its entries and in its properties."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for entry in source.infolist():
            body = source.read(entry.filename)
            if entry.filename == "docProps/core.xml":
                body = _without_times(body)
            made.writestr(zipfile.ZipInfo(entry.filename, (2000, 1, 1, 0, 0, 0)), body, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _without_times(body: bytes) -> bytes:
    return re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2000-01-01T00:00:00Z", body)
