"""A workbook to fill in for a duty: the columns that it asks for, with the last values."""
from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import ckan.model as core
import sqlalchemy as sa
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, languages
from ckanext.civic_list.content.checking import compare
from ckanext.civic_list.content.tables import Row
from ckanext.civic_list.delivery import facts, last_values
from ckanext.civic_list.delivery.facts import DutyFacts
from ckanext.civic_list.domain.cleaning import would_run
from ckanext.civic_list.model import Duty, SeenResource
from ckanext.civic_list.workbook.escapes import escaped

__all__ = ["MOST", "made"]

#: so many of the last rows at most
MOST = 1000
#: a workbook keeps fifteen digits of a number
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})|-?(?:0|[1-9]\d{0,8})\.\d{0,5}[1-9]")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LONGEST = 32_767


@dataclass(frozen=True)
class _Table:
    columns: Sequence[str]
    rows: Sequence[Row]


def made(session: Session, duty: Duty, most: int = MOST) -> bytes:
    """The workbook as XLSX; a fixed number of statements.

    Columns of the current public file come first, as they are called there; then the parts of the row's composition
    that the file lacks. Without a file that the portal can read, the columns are the composition.
    """
    known = facts.load(session, [duty.id], clock.today())[duty.id]
    table = _last(session, known, most)
    lacking = compare(known.stretch.composition, table.columns).missing
    return _workbook([*table.columns, *lacking], table.rows)


def _last(session: Session, known: DutyFacts, most: int) -> _Table:
    """The file of a public dataset that covers most of the composition, in the reader's language where there are
    several."""
    public = [dataset for dataset, (open_, _) in known.now.items() if open_]
    files = session.execute(
        sa.select(SeenResource, core.Resource.extras)
        .join(core.Resource, core.Resource.id == SeenResource.resource_id)
        .where(SeenResource.dataset_id.in_(public), SeenResource.opened, core.Resource.state == "active")
        .order_by(core.Resource.position, SeenResource.resource_id)
    ).all()
    if not files:
        return _Table((), ())
    language = languages.reader()

    def worth(file: Any) -> tuple[int, bool]:
        covered = compare(known.stretch.composition, file[0].columns).covered
        return len(covered), language in str((file[1] or {}).get("language") or "")

    best = max(files, key=worth)[0]
    rows = last_values.first_rows(session, best.resource_id, most)
    named = dict.fromkeys([*(column for row in rows[:1] for column in row), *best.columns])
    return _Table(tuple(named), rows)


def _workbook(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Data")
    sheet.freeze_panes = "A2"
    sheet.append([_head(sheet, name) for name in columns])
    for row in rows:
        sheet.append([_cell(sheet, row.get(name, "")) for name in columns])
    book.properties.creator = ""
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _head(sheet: Any, name: str) -> Any:
    cell = _cell(sheet, name, is_text=True)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, text: str, *, is_text: bool = False) -> Any:
    """A number as a number where nothing of it is lost; else text that no spreadsheet runs."""
    if not is_text and _NUMBER.fullmatch(text):
        return WriteOnlyCell(sheet, value=float(text) if "." in text else int(text))
    plain = _UNWRITABLE.sub("", text)[:_LONGEST]
    cell = WriteOnlyCell(sheet, value=(escaped(plain) if would_run(plain) or plain.startswith("'") else plain) or None)
    if plain:
        cell.data_type = "s"
    return cell
