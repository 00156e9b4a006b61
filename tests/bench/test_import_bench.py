"""A list of ten thousand rows: how long it takes to look at it and to write it, and with how many statements."""
from __future__ import annotations

import io
import time
from itertools import product
from typing import Any

import pytest
from civic_list.portal import act, draft, table
from openpyxl import Workbook
from werkzeug.datastructures import FileStorage

pytestmark = [pytest.mark.bench, pytest.mark.usefixtures("desk")]

ROWS = 10_000
HEADS = [
    "№ п/п", "Наименование набора (каз)", "Наименование набора (рус)", "Наименование набора (англ)", "Состав данных",
    "Ответственный орган", "Категория", "Период актуализации", "Способ публикации (АРМ / API)", "Примечание",
]
THINGS = [
    ("мектептер", "школ"), ("ауруханалар", "больниц"), ("жолдар", "дорог"), ("кітапханалар", "библиотек"),
    ("саябақтар", "парков"), ("көпірлер", "мостов"), ("кәсіпорындар", "предприятий"), ("лицензиялар", "лицензий"),
]


@pytest.fixture(scope="module")
def workbook() -> bytes:
    """Ten thousand rows of the sample's agencies, each with a title of its own."""
    agencies = [row["name_ru"] for row in table("agencies.csv")]
    categories = [row["name_ru"] for row in table("categories.csv")]
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Перечень")
    sheet.append(HEADS)
    for number, (agency, part) in enumerate(product(agencies, range(150)), 1):
        if number > ROWS:
            break
        kk, ru = THINGS[part % len(THINGS)]
        sheet.append([
            number, f"{part} түрдегі {kk} тізбесі туралы", f"Перечень {ru} вида {part}", f"List {part}",
            "отчетный период; наименование региона; адрес", agency, categories[part % len(categories)],
            "Ежеквартально", "АРМ", None,
        ])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _upload(content: bytes) -> FileStorage:
    return FileStorage(io.BytesIO(content), filename="list.xlsx")


def _timed(statements: list[str], **data: Any) -> tuple[dict[str, Any], float, int]:
    statements.clear()
    start = time.perf_counter()
    answer = act("keeper", "civic_edition_import", **data)
    return answer, time.perf_counter() - start, len(statements)


def test_ten_thousand_rows(workbook, statements):
    draft("2025")
    looked, look, asked = _timed(statements, id="2025", upload=_upload(workbook))
    assert (looked["errors"], looked["added"]) == ([], ROWS)
    written, write, sent = _timed(statements, id="2025", staged=looked["staged"], dry_run=False)
    assert written["written"]
    again, second, _ = _timed(statements, id="2025", upload=_upload(workbook))
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, ROWS)
    act("keeper", "civic_edition_submit", id="2025")
    statements.clear()
    start = time.perf_counter()
    act("approver", "civic_edition_approve", id="2025", effective_from="2026-12-01")
    approve = time.perf_counter() - start
    print(f"\nimport of {ROWS} rows: look {look:.1f} s ({asked} SQL), write {write:.1f} s ({sent} SQL), "
          f"look again {second:.1f} s, approve {approve:.1f} s ({len(statements)} SQL)")
    assert asked < 40
    assert sent < 100
