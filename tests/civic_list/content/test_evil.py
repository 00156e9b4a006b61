"""What publishers, programs and attackers do to files: the same said otherwise, and files made to harm."""
from __future__ import annotations

import io
import json
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from civic_list.measuring import run
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from ckanext.civic_list.content.digest import Content, canonical_row, digest_of, row_digest, table_of
from ckanext.civic_list.content.rows import Speller, canonical_value
from ckanext.civic_list.content.tables import read_rows

HEADING = ["код", "район", "площадь, га", "дата выдачи", "действует"]
ROWS = [["001", "Аккольский район", "0.50", "2026-01-05", "да"], ["002", "Есильский район", "12", "2026-12-31", ""]]
CSV = "код,район,\"площадь, га\",дата выдачи,действует\n" + "".join(",".join(row) + "\n" for row in ROWS)


def look(content: bytes | str, format: str = "CSV") -> Content:
    return digest_of(io.BytesIO(content.encode() if isinstance(content, str) else content), format)


def workbook(rows: list[list[Any]], **options: Any) -> bytes:
    book = Workbook(write_only=False)
    sheet = book.active
    sheet.title = options.get("title", "Sheet")
    if options.get("styled"):
        sheet.freeze_panes = "A2"
        sheet["A1"].font = Font(bold=True)
        book.create_sheet("Пустой")
    for row in rows:
        sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def saved_again(content: bytes) -> bytes:
    book = load_workbook(io.BytesIO(content))
    book.properties.creator = "Another program"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


TYPED = [HEADING, ["002", "Есильский район", 12.0, date(2026, 12, 31), None],
         ["001", " Аккольский  район", 0.5, datetime(2026, 1, 5), "да"]]
PLAIN = workbook(TYPED)

SAME: dict[str, tuple[bytes | str, str]] = {
    "Windows-1251": (CSV.replace(",", ";").replace('"площадь; га"', "площадь, га").encode("cp1251"), "CSV"),
    "UTF-16 without a mark": (CSV.encode("utf-16-le"), "CSV"),
    "UTF-8 with a mark": (CSV.encode("utf-8-sig"), "CSV"),
    "a workbook": (PLAIN, "XLSX"),
    "a workbook saved again": (saved_again(PLAIN), "XLSX"),
    "a workbook in another order, with styles": (workbook([TYPED[0], *TYPED[:0:-1]], styled=True), "XLSX"),
    "a workbook of texts": (workbook([HEADING, *ROWS]), "XLSX"),
    "decimal commas and dates as people write them": (
        'код;район;площадь, га;дата выдачи;действует\n001;Аккольский район;0,5;05.01.2026;да\n'
        '002;Есильский район;12,0;31.12.2026;', "CSV"),
    "timestamps": (CSV.replace("2026-01-05", "2026-01-05 00:00:00").replace("2026-12-31", "2026-12-31T00:00"), "CSV"),
    "JSON": (json.dumps([dict(zip(HEADING, row, strict=True)) for row in ROWS]), "JSON"),
    "JSON with a mark, wrapped, typed": ("\ufeff" + json.dumps({"ok": True, "result": {"data": [
        dict(zip(reversed(HEADING), [None, "2026-12-31", 12, "Есильский район", "002"], strict=True)),
        dict(zip(HEADING, ["001", "Аккольский район", 0.5, "2026-01-05", "да"], strict=True)),
    ]}}), "JSON"),
    "a row without values more": (CSV + ",,,,\n , ,,,\n", "CSV"),
}


@pytest.mark.parametrize(("content", "format"), SAME.values(), ids=SAME.keys())
def test_the_same_said_otherwise(content, format):
    assert look(content, format).digest == look(CSV).digest
    assert look(content, format).rows == 2


def test_a_large_workbook_that_does_not_tell_its_dimensions_is_read():
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for number in range(32_000):
        sheet.append([number, f"район {number}", "да"])
    target = io.BytesIO()
    book.save(target)
    found = look(target.getvalue(), "XLSX")
    assert (found.rows, found.fault) == (31_999, "")


def test_two_workbooks_of_the_same_are_other_bytes():
    assert len({look(PLAIN, "XLSX").bytes_digest, look(saved_again(PLAIN), "XLSX").bytes_digest}) == 2


DIFFERENT = {
    "a leading zero": CSV.replace("001", "1"),
    "a capital letter": CSV.replace("Есильский", "есильский"),
    "one digit": CSV.replace("0.50", "0.51"),
    "one day": CSV.replace("2026-01-05", "2026-01-06"),
    "day and month": CSV.replace("2026-01-05", "01.05.2026"),
    "a minus": CSV.replace("12", "-12"),
    "a value taken away": CSV.replace(",да", ","),
    "a time of day": CSV.replace("2026-01-05", "2026-01-05 00:01"),
}


@pytest.mark.parametrize("content", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_one_changed_cell_is_another_content(content):
    assert look(content).digest != look(CSV).digest


def test_xml_in_another_layout_is_the_same():
    def xml(rows: list[list[str]], before: str = "", wrap: str = "rows", space: str = "") -> str:
        row = '<r id="{}">{}<name>{}</name><part><n>{}</n></part></r>'
        body = space.join(row.format(r[0], space, space + r[1], r[2]) for r in rows)
        return f"<?xml version='1.0'?><answer>{before}<{wrap}>{space}{body}{space}</{wrap}></answer>"

    plain = look(xml(ROWS), "XML")
    assert (plain.rows, plain.columns) == (2, ("@id", "name", "part.n"))
    for other in (xml(ROWS[::-1], space="\n  "), xml(ROWS, before="<total>2</total><at/>"), xml(ROWS, wrap="items")):
        assert look(other, "XML").digest == plain.digest
    assert look(xml([[*ROWS[0][:2], "0.51"], ROWS[1]]), "XML").digest != plain.digest


@pytest.mark.parametrize(
    ("content", "rows"),
    [("<rows/>", 0), ("<rows><row><a>1</a><b>2</b></row></rows>", 1),
     ("<d><rows><row><a/><b>2</b></row></rows></d>", 1),
     ("<rows><row>5</row></rows>", 1), ('<rows><r a="1"/><r a="2"/></rows>', 2),
     ("<rows><r><p><q>1</q></p></r><r><p><q>2</q></p></r></rows>", 2),
     ("<x xmlns='urn:a'><r><a>1</a></r><r><a>2</a></r></x>", 2)],
)
def test_rows_of_xml_are_the_elements_that_repeat(content, rows):
    assert look(content, "XML").rows == rows


@pytest.mark.parametrize(
    ("content", "format"),
    [("", "CSV"), ("a,b\n", "CSV"), ("\n\n\n", "CSV"), ("[]", "JSON"), ("{}", "JSON"), ('{"data": []}', "JSON"),
     ("[{}, {}]", "JSON"), ("<rows/>", "XML"), (workbook([]), "XLSX"), (workbook([HEADING]), "XLSX")],
)
def test_an_empty_file_has_no_rows(content, format):
    assert (look(content, format).rows, look(content, format).fault) == (0, "")


@pytest.mark.parametrize(
    ("content", "format"),
    [("", "XLSX"), ("", "JSON"), ("", "XML"), ('[{"a": 1}', "JSON"), ("<r><a>1</a>", "XML"), (PLAIN[:-200], "XLSX"),
     (PLAIN, "CSV"), (b"%PDF-1.7", "CSV"), ("<!doctype HTML><p>404", "csv"), (b"\xff\xfea", "XML"),
     (b"a,b\n1,2\n" + b"\xff\xff\xff" * 40_000, "JSON")],
)
def test_a_broken_file_is_unreadable(content, format):
    found = look(content, format)
    assert (found.fault, found.readable, found.rows, found.sketch) == ("unreadable", False, None, b"")


# --- files made to harm -----------------------------------------------------------------------------------


def part(name: str, *pieces: tuple[bytes, int]) -> bytes:
    """A workbook one of whose parts is made of repeated pieces."""
    target = io.BytesIO()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    named = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'.encode()
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename != name:
                content = old.read(info.filename)
                types = info.filename.startswith("[") and name == TEXTS and TEXTS.encode() not in content
                new.writestr(info.filename, content.replace(b"</Types>", named) if types else content)
        with new.open(name, "w") as stream:
            for piece, times in pieces:
                for _ in range(times // 1000 or 1):
                    stream.write(piece * min(times, 1000))
    return target.getvalue()


MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
OPEN, CLOSE = (b"<worksheet " + MAIN + b"><sheetData>", 1), (b"</sheetData></worksheet>", 1)
BOMBS = {
    "texts": part(TEXTS, (b"<sst " + MAIN + b">", 1), (b"<si><t>aaaaaaaaaaaaaaaaaaaaaaaaaa</t></si>", 3_000_000),
                  (b"</sst>", 1)),
    "one row": part(SHEET, OPEN, (b"<row>", 1), (b"<c><v>1</v></c>", 4_000_000), (b"</row>", 1), CLOSE),
    "one text": part(SHEET, OPEN, (b'<row><c t="inlineStr"><is><t>', 1), (b"a" * 100, 1_000_000),
                     (b"</t></is></c></row>", 1), CLOSE),
    "rows without end": part(SHEET, OPEN, (b"<row/>", 3_000_000), CLOSE),
    "a row far down": part(SHEET, OPEN, (b'<row r="1"><c><v>1</v></c></row><row r="999999999999"/>', 1), CLOSE),
    "styles": part("xl/styles.xml", (b" " * 1000, 200_000)),
}
_PEAK = """
import io
from ckanext.civic_list.content.digest import digest_of
given = io.BytesIO(sys.stdin.buffer.read())
before = peak()
found = digest_of(given, sys.argv[1])
print(found.fault or "none", found.rows, peak() - before)
"""


def looked(content: bytes, format: str) -> tuple[str, str, int]:
    """What was found in a process of its own, and by how many megabytes the process grew."""
    fault, rows, grown = run(_PEAK, format, given=content)
    return fault, rows, int(grown)


@pytest.mark.parametrize("content", BOMBS.values(), ids=BOMBS.keys())
def test_a_workbook_that_unfolds_without_end_is_let_go(content):
    fault, rows, grown = looked(content, "XLSX")
    assert len(content) < 5_000_000
    assert (fault, rows) == ("too_big", "None")
    assert grown < 150


@pytest.mark.parametrize(
    ("content", "format"),
    [(b"a" * 30_000_000, "CSV"), (b"id,name\n1," + b"a," * 15_000_000, "CSV"),
     (b'[{"a": [' + b"1," * 15_000_000 + b"1]}]", "JSON"), (b'{"a": ' * 300_000, "JSON"), (b"[" * 300_000, "JSON"),
     (b'[{"a": 1}, ' + b'{"a": ' * 300_000, "JSON"),
     (b"<r><a/><a>" + b"<b/>" * 3_000_000 + b"</a></r>", "XML"), (b"<r><a>" + b"x" * 30_000_000 + b"</a></r>", "XML"),
     (b"<a>" * 1_000_000, "XML"), (b"<r><a/><a/>" + b"<b>" * 1_000_000, "XML")],
    ids=["a line", "a row", "an array", "depth", "arrays", "late depth", "children", "a text", "tags", "late tags"],
)
def test_a_file_without_rows_does_not_fill_the_memory(content, format):
    fault, _, grown = looked(content, format)
    assert fault in {"too_big", "unreadable"}
    assert grown < 150


# --- one spelling -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "means"),
    [("1.0", "1"), ("1,50", "1.5"), ("-0.0", "0"), ("007", "007"), ("1.10", "1.1"), ("1.2.0", "1.2.0"), ("1e5", "1e5"),
     ("31.12.2026", "2026-12-31"), ("12.31.2026", "12.31.2026"), ("2026-01-05 10:00", "2026-01-05T10:00:00"),
     ("2026-01-05T10:00:00.500", "2026-01-05T10:00:00.5"), ("2026-01-05T00:00:00+05:00", "2026-01-05T00:00:00+05:00"),
     ("10:00", "10:00"), ("ул. Абая, 10", "ул. Абая, 10"), ("", "")],
)
def test_a_value_has_one_spelling(written, means):
    assert canonical_value(written) == means
    assert canonical_value(means) == means


cells = st.one_of(
    st.text(max_size=6), st.sampled_from(["", " ", "1.0", "1,50", "05.01.2026", "2026-01-05 00:00", "a  b", "и\u0306"]),
)


@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), max_size=9)))
def test_many_rows_at_once_are_spelt_as_each_by_itself(records):
    columns = ("b", "a ", "c", "a")[: len(records[0]) if records else 1]
    for names in (columns, tuple(f"{place}{name}" for place, name in enumerate(columns))):
        speller = Speller()
        together = list(speller.rows(names, records))
        assert together == [Speller().row(names, record) for record in records]


def test_rows_read_one_by_one_or_in_batches_are_the_same_table():
    text = "a,b\n" + "".join(f"{n},x{n}\n{n}\n,\n{n},y,z\n" for n in range(2000))
    rows = table_of(read_rows(io.BytesIO(text.encode()), "CSV"))
    found = look(text)
    assert (found.digest, found.rows, found.sketch) == (rows.digest, 6000, rows.sketch)
    assert found.columns == ("a", "b", "column 3")


def test_the_digest_of_a_row_is_what_it_adds():
    assert row_digest({"a": "1", "b": " "}) == row_digest({"b": "", "a": "1.0"})
    assert canonical_row({"a": " ", "at": "9"}, ["at "]) == b""
