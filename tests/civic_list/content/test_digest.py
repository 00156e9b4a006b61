"""What counts as another content, and what does not."""
from __future__ import annotations

import io
import json
import random
from pathlib import Path

import pytest
from civic_list.measuring import run
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from ckanext.civic_list.content.digest import digest_of
from ckanext.civic_list.content.tables import UnreadableError, read_rows

HEADING = ["id", "район", "алаң, га"]
ROWS = [["1", "Ақкөл", "0.3"], ["2", "Есіл", "12"], ["3", "Целиноград", ""]]


def _csv(rows=ROWS, heading=HEADING, delimiter=",", encoding="utf-8", end="\n") -> bytes:
    lines = [delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row) for row in [heading, *rows]]
    return (end.join(lines) + end).encode(encoding)


def _xlsx(rows, heading=HEADING, sheet="Лист1") -> bytes:
    book = Workbook()
    book.active.title = sheet
    for row in [heading, *rows]:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _digest(content: bytes, format="CSV", ignore=()) -> str:
    return digest_of(io.BytesIO(content), format, ignore).digest


SAME = {
    "rows in another order": _csv(rows=ROWS[::-1]),
    "columns in another order": _csv([r[::-1] for r in ROWS], HEADING[::-1]),
    "white space around cells": _csv([[f"  {cell} " for cell in row] for row in ROWS]),
    "a no-break space": _csv([["1", "Ақкөл", "0.3"], ["2", "Есіл\u00a0", "12"], ["3", "Целиноград", ""]]),
    "a soft hyphen nobody sees": _csv([["1", "Ақ\u00adкөл", "0.3"], *ROWS[1:]]),
    "decomposed letters": _csv([[*ROWS[0]], [*ROWS[1]], ["3", "Целиноград".replace("й", "и\u0306"), ""]]),
    "semicolons": _csv(delimiter=";"),
    "a byte order mark": b"\xef\xbb\xbf" + _csv(),
    "UTF-16": _csv(encoding="utf-16"),
    "Windows line ends": _csv(end="\r\n"),
    "empty lines": _csv().replace(b"\n", b"\n\n"),
}


@pytest.mark.parametrize("changed", SAME.values(), ids=SAME.keys())
def test_the_content_is_the_same(changed):
    assert _digest(changed) == _digest(_csv())


DIFFERENT = {
    "one letter of one cell": _csv([["1", "Акколь", "0.3"], *ROWS[1:]]),
    "a row more": _csv([*ROWS, ["4", "Бурабай", "1"]]),
    "a row less": _csv(ROWS[:2]),
    "a row twice": _csv([*ROWS, ROWS[0]]),
    "two cells swapped between rows": _csv([["1", "Есіл", "0.3"], ["2", "Ақкөл", "12"], ROWS[2]]),
    "a column renamed": _csv(heading=["id", "аудан", "алаң, га"]),
    "a value moved to another column": _csv([["1", "Ақкөл", ""], *ROWS[1:]]),
}


@pytest.mark.parametrize("changed", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_the_content_is_another(changed):
    assert _digest(changed) != _digest(_csv())


def test_the_same_table_saved_again_as_a_workbook_is_the_same():
    first = _xlsx([[1, "Ақкөл", 0.3], [2, "Есіл", 12]])
    again = _xlsx([[2.0, "Есіл", 12.0], [1, "Ақкөл", 0.3]], sheet="Данные")
    assert first != again
    assert _digest(first, "XLSX") == _digest(again, "xlsx")
    assert _digest(first, "XLSX") == _digest(_csv([["1", "Ақкөл", "0.3"], ["2", "Есіл", "12"]]))


def test_a_column_that_is_to_be_ignored_says_nothing():
    morning = _csv([[*row, "09:00"] for row in ROWS], [*HEADING, "сформировано в"])
    evening = _csv([[*row, "18:00"] for row in ROWS], [*HEADING, "сформировано в"])
    assert _digest(morning) != _digest(evening)
    assert _digest(morning, ignore=["сформировано в"]) == _digest(evening, ignore=["сформировано  в "])


def test_json_and_xml_say_the_same_in_another_order():
    objects = [dict(zip(HEADING, row, strict=True)) for row in ROWS]
    plain = json.dumps(objects, ensure_ascii=False).encode()
    wrapped = json.dumps({"total": 3, "data": objects[::-1]}, indent=2).encode()
    assert _digest(plain, "JSON") == _digest(wrapped, "JSON") == _digest(_csv())
    xml = "<rows>" + "".join(f"<row><id>{r[0]}</id><n> {r[1]}\n</n></row>" for r in ROWS) + "</rows>"
    rows = "".join(f"<row><id>{r[0]}</id><n>{r[1]}</n></row>" for r in ROWS[::-1])
    nested = f"<answer><rows>{rows}</rows></answer>"
    assert _digest(xml.encode(), "XML") == _digest(nested.encode(), "XML")


def test_what_cannot_be_read_is_compared_by_its_bytes():
    content = digest_of(io.BytesIO(b"%PDF-1.7"), "PDF")
    assert (content.readable, content.rows) == (False, None)
    assert content.digest != digest_of(io.BytesIO(b"%PDF-1.6"), "PDF").digest
    damaged = digest_of(io.BytesIO(b"PK\x03\x04 not a workbook"), "XLSX")
    assert damaged.digest.startswith("bytes:")


def test_an_entity_bomb_is_refused():
    bomb = b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><r><x>&b;</x></r>'
    with pytest.raises(UnreadableError):
        list(read_rows(io.BytesIO(bomb), "XML"))


def test_rows_and_columns_are_counted():
    content = digest_of(io.BytesIO(_csv()), "csv")
    assert (content.rows, content.columns) == (3, tuple(HEADING))


letters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cf"], exclude_characters='",\n\r')
cells = st.text(letters, max_size=8)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=20), st.randoms())
def test_order_never_matters_and_one_changed_cell_always_does(table, chance: random.Random):
    rows = [[f"k{n}", *row] for n, row in enumerate(table)]
    heading = ["k", "a", "b"]
    shuffled = rows[:]
    chance.shuffle(shuffled)
    assert _digest(_csv(shuffled, heading)) == _digest(_csv(rows, heading))
    rows[0] = [rows[0][0], rows[0][1] + "x", rows[0][2]]
    assert _digest(_csv(rows, heading)) != _digest(_csv(shuffled, heading))


_MEASURE = """
from ckanext.civic_list.content.digest import digest_of
with open(sys.argv[1], "rb") as file:
    content = digest_of(file, sys.argv[2])
print(content.rows, peak())
"""


@pytest.mark.parametrize("format", ["CSV", "JSON", "XML"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, format: str):
    def peak(rows: int) -> int:
        path = tmp_path / f"{rows}.data"
        with path.open("w") as file:
            _write(file, format, rows)
        counted, megabytes = map(int, run(_MEASURE, str(path), format))
        assert counted == rows
        return megabytes

    assert peak(60_000) - peak(1_000) < 8


def _write(file, format: str, rows: int) -> None:
    values = (f"value {n} " + "x" * 60 for n in range(rows))
    if format == "CSV":
        file.write("id,text\n")
        file.writelines(f"{n},{value}\n" for n, value in enumerate(values))
    elif format == "JSON":
        file.write("[")
        file.writelines(("," if n else "") + json.dumps({"id": n, "text": value}) for n, value in enumerate(values))
        file.write("]")
    else:
        file.write("<rows>")
        file.writelines(f"<row><id>{n}</id><text>{value}</text></row>" for n, value in enumerate(values))
        file.write("</rows>")
