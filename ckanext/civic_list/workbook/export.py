"""An edition as a file: the columns that an import understands, the same bytes for the same rows."""
from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from ckanext.civic_list.domain.cleaning import would_run
from ckanext.civic_list.domain.headings import Field
from ckanext.civic_list.domain.items import Item, Owner
from ckanext.civic_list.domain.recognising import ScheduleWords, schedule_text
from ckanext.civic_list.workbook.escapes import escaped

__all__ = ["export_rows"]

#: an annex has no time of its own: the act has a date
_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001  a workbook keeps no zone
_WIDTHS = {"number": 7, "title": 48, "composition": 48, "owner": 40, "category": 24, "period": 18}
_PLAIN = ("composition", "owner", "category", "period", "schedule", "first_due", "way", "note", "code")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def export_rows(
    rows: Sequence[Item], format: str, *, headings: Mapping[Field, str], owner_names: Mapping[Owner, str],
    category_names: Mapping[str, str], period_names: Mapping[str, str], way_names: Mapping[str, str],
    languages: Sequence[str], schedule_words: ScheduleWords | None = None,
) -> bytes:
    """The rows as ``xlsx``, ``csv`` or ``json``: an import of it gives the same rows.

    Themes stand in columns of their own, one for each language in which a row has one, so that no row has to be
    moved to the others of its theme. Text that a spreadsheet would run stays text.

    :param headings: how each column is called.
    :param schedule_words: how schedules are said.
    """
    names = {"owner": owner_names, "category": category_names, "period": period_names, "way": way_names}
    fields = _fields(rows, headings, languages)
    say = schedule_words or ScheduleWords()
    records = [{field: _value(row, field, names, say) for field in fields} for row in rows]
    heads = [headings[field] for field in fields]
    if format == "json":
        return _json(records, fields)
    table = [[record[field] for field in fields] for record in records]
    return _xlsx(heads, fields, table) if format == "xlsx" else _csv(heads, table)


def _fields(rows: Sequence[Item], headings: Mapping[Field, str], languages: Sequence[str]) -> list[Field]:
    titles = [("title", language) for language in languages if ("title", language) in headings]
    said = {language for row in rows for language, text in row.theme.items() if text}
    themes = [("theme", language) for language in languages if language in said and ("theme", language) in headings]
    # an empty way is an error where the column is there: a list without ways has no such column
    plain = [name for name in _PLAIN if name != "way" or not rows or any(row.way for row in rows)]
    return [("number", None), *titles, *((name, None) for name in plain), *themes]


def _value(row: Item, field: Field, names: Mapping[str, Mapping[Any, str]], say: ScheduleWords) -> Any:
    name, language = field
    if language is not None:
        return getattr(row, name).get(language, "")
    value = getattr(row, name)
    if name in names:
        return names[name].get(value) or (value.id if isinstance(value, Owner) else value or "")
    if name == "composition":
        return _parts(value)
    if name == "schedule":
        return schedule_text(value, say) if value else ""
    if name == "first_due":
        return value.isoformat() if value else ""
    return value or ""


def _parts(composition: Sequence[str]) -> str:
    """The parts between semicolons; one part with commas keeps a semicolon, so that it stays one."""
    text = "; ".join(composition)
    return f"{text};" if len(composition) == 1 and "," in text else text


def _json(records: Sequence[Mapping[Field, Any]], fields: Sequence[Field]) -> bytes:
    keys = {field: field[0] if field[1] is None else f"{field[0]}_{field[1]}" for field in fields}
    plain = [{keys[field]: value for field, value in record.items()} for record in records]
    return json.dumps(plain, ensure_ascii=False, indent=1).encode()


def _csv(heads: Sequence[str], table: Sequence[Sequence[Any]]) -> bytes:
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(heads)
    writer.writerows(map(_harmless, table))
    return target.getvalue().encode("utf-8-sig")


def _harmless(record: Iterable[Any]) -> list[Any]:
    return [escaped(value) if isinstance(value, str) else value for value in record]


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
    cell = WriteOnlyCell(sheet, value=_written(value) if value != "" else None)
    if isinstance(value, str) and value:
        cell.data_type = "s"  # never a formula, whatever it begins with
    cell._style = style
    return cell


def _written(value: Any) -> Any:
    """A cell's type keeps text from being run; an import would still ask whether it was meant."""
    if not isinstance(value, str):
        return value
    text = _UNWRITABLE.sub("", value)
    return escaped(text) if would_run(text) or text.startswith("'") else text


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
