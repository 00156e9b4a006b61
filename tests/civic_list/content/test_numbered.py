"""Rows with the numbers that a person finds them by."""
from __future__ import annotations

import io

import pytest
from openpyxl import Workbook

from ckanext.civic_list.content.limits import UnreadableError, UnsupportedFormatError
from ckanext.civic_list.content.numbered import numbered


def told(content: bytes, format: str = "CSV") -> list[tuple[int, dict[str, str], int, int]]:
    return [(one.number, dict(one.row), one.cells, one.width) for one in numbered(io.BytesIO(content), format)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_lines_are_counted_as_a_person_sees_them(encoding):
    text = "\nобласть;число школ\nАкмолинская область;3\n\n;\nАлматинская область;4;лишнее\nАтырауская область\n"
    assert told(text.encode(encoding)) == [
        (3, {"область": "Акмолинская область", "число школ": "3"}, 2, 2),
        (6, {"область": "Алматинская область", "число школ": "4"}, 3, 2),
        (7, {"область": "Атырауская область"}, 1, 2),
    ]


def test_a_cell_of_several_lines_ends_where_its_row_does():
    assert [one[0] for one in told(b'a,b\n"x\ny",1\nz,2\n')] == [3, 4]


def test_rows_of_a_sheet_begin_under_the_heading():
    book = Workbook()
    for record in (["a", "b"], [1, 2], [3, None]):
        book.active.append(record)
    target = io.BytesIO()
    book.save(target)
    assert [one[0] for one in told(target.getvalue(), "xlsx")] == [2, 3]


def test_records_of_json_and_xml_are_counted_from_one():
    assert [one[0] for one in told(b'[{"a": 1}, {"a": 2}]', "JSON")] == [1, 2]
    assert [one[0] for one in told(b"<r><x><a>1</a></x><x><a>2</a></x></r>", ".xml")] == [1, 2]


@pytest.mark.parametrize(("content", "format", "error"), [
    (b"<html>", "CSV", UnreadableError), (b"a,b\n\xff\xfe\x00\x81\n" * 9000, "PDF", UnsupportedFormatError),
    (b"no archive", "XLSX", UnreadableError),
])
def test_what_cannot_be_read(content, format, error):
    with pytest.raises(error):
        told(content, format)
