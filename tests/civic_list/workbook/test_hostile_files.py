"""Files that mean harm, or are not what they say: each is refused with one finding, in little memory and time."""
from __future__ import annotations

import io
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ckanext.civic_list.domain.sheets import Book
from ckanext.civic_list.workbook.limits import Limits
from ckanext.civic_list.workbook.opening import read

ROOT = Path(__file__).parents[3]
GOOD = ROOT / "tests" / "fixtures" / "unified-list-2025.xlsx"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET = "xl/worksheets/sheet1.xml"
MAIN = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
LAUGHS = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'


def opened(content: bytes, name: str = "list.xlsx", limits: Limits | None = None) -> Book:
    return read(io.BytesIO(content), name, limits)


def code(content: bytes, name: str = "list.xlsx", limits: Limits | None = None) -> str:
    """The one finding of a file that is refused."""
    book = opened(content, name, limits)
    assert book.sheets == ()
    (finding,) = book.findings
    assert finding.verdict == "error"
    return finding.code


def remade(changed: dict[str, bytes | None], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The good workbook with other parts; nothing in place of a part leaves it out."""
    target = io.BytesIO()
    with zipfile.ZipFile(GOOD) as source, zipfile.ZipFile(target, "w", method) as made:
        for name in source.namelist():
            body = changed.get(name, source.read(name))
            if body is not None:
                made.writestr(name, body)
        for name in changed.keys() - set(source.namelist()):
            made.writestr(name, changed[name] or b"")
    return target.getvalue()


def sheet(inside: bytes, before: bytes = b"") -> dict[str, bytes | None]:
    return {SHEET: before + MAIN + b"<sheetData>" + inside + b"</sheetData></worksheet>"}


def part(name: str) -> bytes:
    with zipfile.ZipFile(GOOD) as source:
        return source.read(name)


def one_cell(place: str, text: bytes = b"x") -> bytes:
    return b'<row><c r="%s" t="inlineStr"><is><t>%s</t></is></c></row>' % (place.encode(), text)


REFUSED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "encrypted": ("file_encrypted", lambda: OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 100),
    "old Excel": ("file_old_excel", lambda: OLE + b"\0" * 600 + "Workbook".encode("utf-16-le")),
    "web page": ("file_html", lambda: b"\xef\xbb\xbf\n <HTML><table><tr><td>1</td></tr></table></HTML>"),
    "XHTML": ("file_html", lambda: b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"></html>'),
    "UTF-16 page": ("file_html", lambda: "<html><table></table></html>".encode("utf-16")),
    "PDF": ("file_type", lambda: b"%PDF-1.7\n..."),
    "XML table": ("file_type", lambda: b'<?xml version="1.0"?><Workbook></Workbook>'),
    "text": ("file_type", lambda: "№ п/п,Наименование".encode()),
    "picture": ("file_type", lambda: b"\x89PNG\r\n\x1a\n"),
    "another archive": ("file_type", lambda: _zip({"word/document.xml": b"<a/>", "[Content_Types].xml": b"<a/>"})),
    "open document": ("file_type", lambda: _zip({"mimetype": b"application/vnd.oasis", "content.xml": b"<a/>"})),
    "nothing": ("file_empty", lambda: b""),
    "blank": ("file_empty", lambda: b"\xef\xbb\xbf \r\n\r\n"),
    "half a file": ("file_damaged", lambda: GOOD.read_bytes()[:15_000]),
    "broken data": ("file_damaged", lambda: _flipped(GOOD.read_bytes())),
    "no sheet": ("file_damaged", lambda: remade({SHEET: None})),
    "broken XML": ("file_damaged", lambda: remade({SHEET: MAIN + b"<sheetData><row>"})),
    "macros": ("file_macros", lambda: remade({"xl/vbaProject.bin": OLE})),
    "macros elsewhere": ("file_macros", lambda: remade({"xl/media/picture.bin": OLE + b"\0" * 500})),
    "macros by type": ("file_macros", lambda: remade({"[Content_Types].xml": part("[Content_Types].xml").replace(
        b"openxmlformats-officedocument.spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main")})),
    "old macros": ("file_macros", lambda: remade({"xl/macrosheets/sheet1.xml": b"<a/>"})),
    "links to files": ("file_external", lambda: remade({"xl/externalLinks/externalLink1.xml": b"<a/>"})),
    "connections": ("file_external", lambda: remade({"xl/connections.xml": b"<a/>"})),
    "many laughs": ("file_entities", lambda: remade(sheet(one_cell("A1", b"&b;"), LAUGHS))),
    "outer entity": ("file_entities", lambda: remade(sheet(one_cell("A1", b"&secret;"), OUTSIDE))),
    "entity in UTF-16": ("file_entities", lambda: remade({SHEET: (OUTSIDE + MAIN).decode().encode("utf-16")})),
    "entity in styles": ("file_entities", lambda: remade({"xl/styles.xml": LAUGHS + part("xl/styles.xml")})),
    "entity unread": ("file_entities", lambda: remade({"docProps/core.xml": OUTSIDE + b"<a>&secret;</a>"})),
    "undeclared entity": ("file_damaged", lambda: remade(sheet(one_cell("A1", b"&secret;")))),
    "inflated sheet": ("file_inflated", lambda: remade(sheet(b" " * 100_000_000))),
    "inflated picture": ("file_inflated", lambda: remade({"xl/media/picture.png": b"\0" * 100_000_000})),
    "size that lies": ("file_damaged|file_inflated", lambda: _lying(remade(sheet(b" " * 100_000_000)))),
    "many parts": ("file_inflated", lambda: remade({f"xl/media/{n}.xml": b"<a/>" for n in range(600)})),
    "one part twice": ("file_damaged", lambda: _twice()),
    "long text": ("file_cell_too_long", lambda: remade(sheet(one_cell("A1", b"x" * 40_000)))),
    "long tag": ("file_damaged", lambda: remade(_long_tag(5_000_000), zipfile.ZIP_STORED)),
    "far column": ("file_too_many_cells", lambda: remade(sheet(one_cell("XFD1")))),
    "far row": ("file_too_many_cells", lambda: remade(sheet(one_cell("A1048576")))),
    "many cells": ("file_too_many_cells", lambda: remade(sheet(b"<c/>" * 610_000), zipfile.ZIP_STORED)),
    "many merges": ("file_too_many_cells", lambda: remade({SHEET: MAIN + b"<sheetData>" + one_cell("A50000")
        + b"</sheetData><mergeCells>" + b'<mergeCell ref="A1:CV50000"/>' * 2000 + b"</mergeCells></worksheet>"})),
    "shared text that is not": ("file_damaged", lambda: remade(sheet(b'<row><c r="A1" t="s"><v>7</v></c></row>'))),
}


def _zip(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, body in parts.items():
            made.writestr(name, body)
    return target.getvalue()


def _flipped(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        place = archive.getinfo(SHEET).header_offset + 2_000
    return content[:place] + bytes(255 - byte for byte in content[place : place + 400]) + content[place + 400 :]


def _lying(content: bytes) -> bytes:
    """All sizes of 100,000,000 bytes and more, in both headers, say 1,000."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo(SHEET).file_size
    return content.replace(size.to_bytes(4, "little"), (1_000).to_bytes(4, "little"))


def _twice() -> bytes:
    target = io.BytesIO(GOOD.read_bytes())
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(target, "a") as made:
        made.writestr(SHEET, b"<a/>")
    return target.getvalue()


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_list_is_refused_with_its_reason(name: str) -> None:
    expected, make = REFUSED[name]
    assert code(make()) in expected.split("|")


@pytest.mark.parametrize("name", ["list.xlsm", "LIST.XLSM", "list.xltm", "list.xlam"])
def test_a_workbook_under_the_name_of_one_with_macros(name: str) -> None:
    assert code(GOOD.read_bytes(), name) == "file_macros"


@pytest.mark.parametrize(("content", "expected"), [
    (b"\x00\x01\x02a,b,c\n" * 20, "file_damaged"),
    (b"1,2,3\n4,5\x00,6\n", "file_damaged"),
    (b"<table><tr><td>1</td></tr></table>", "file_html"),
    (b"a" * 11_000_000, "file_too_large"),
    (b"," * 500_000, "file_too_many_cells"),
    (b"1,2,3\n" * 70_000, "file_too_many_cells"),
    (b"1," + b"x" * 40_000, "file_cell_too_long"),
    ("﻿".encode(), "file_empty"),
])
def test_a_table_of_text_that_is_no_list(content: bytes, expected: str) -> None:
    assert code(content, "list.csv") == expected


def test_only_as_much_is_read_as_may_be() -> None:
    class Endless(io.RawIOBase):
        taken = 0

        def read(self, size: int = -1) -> bytes:
            assert size >= 0
            self.taken += size
            return b"1" * size

    source = Endless()
    (finding,) = read(source, "list.csv").findings  # type: ignore[arg-type]
    assert (finding.code, finding.params["most"], source.taken) == ("file_too_large", 10, 10_000_001)


def test_a_dimension_that_lies_and_empty_cells_to_the_end_cost_nothing() -> None:
    inside = b'<row r="1048576" hidden="1"><c r="XFD1048576" s="1"/></row>' + one_cell("B2")
    body = MAIN + b'<dimension ref="A1:XFD1048576"/><cols><col min="1" max="16384" hidden="1"/></cols><sheetData>'
    (found, *_) = opened(remade({SHEET: body + inside + b"</sheetData></worksheet>"})).sheets
    assert (len(found.lines), found.lines[1].cell(1).text) == (2, "x")


def test_a_link_in_a_cell_is_no_link_to_a_file() -> None:
    relations = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" '
        b'Target="https://portal.example/" TargetMode="External"/></Relationships>'
    )
    assert len(opened(remade({"xl/worksheets/_rels/sheet1.xml.rels": relations})).sheets) == 1


def test_a_sheet_whose_part_is_outside_the_archive_is_not_looked_for() -> None:
    rels = part("xl/_rels/workbook.xml.rels").replace(b"/xl/worksheets/sheet1.xml", b"../../../etc/passwd")
    rels = rels.replace(b"worksheets/sheet1.xml", b"../../../etc/passwd")
    assert code(remade({"xl/_rels/workbook.xml.rels": rels})) == "file_damaged"


MEMORY = """
import io, resource, sys
sys.path.insert(0, sys.argv[1])
from ckanext.civic_list.workbook.opening import read
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
book = read(io.BytesIO(open(sys.argv[2], "rb").read()), "list.xlsx")
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(book.findings[0].code if book.findings else len(book.sheets), (after - before) // 1024)
"""


@pytest.mark.parametrize(("name", "make", "expected", "most"), [
    ("bomb", lambda: _lying(remade(sheet(b" " * 90_000_000))), "file_damaged", 40),
    ("cells", lambda: remade(sheet(_full_of_cells())), "1", 60),
    ("tag", lambda: remade(_long_tag(9_000_000), zipfile.ZIP_STORED), "file_damaged", 40),
])
def test_memory_is_bounded(tmp_path: Path, name: str, make: Callable[[], bytes], expected: str, most: int) -> None:
    file = tmp_path / f"{name}.xlsx"
    file.write_bytes(make())
    ran = subprocess.run(
        [sys.executable, "-c", MEMORY, str(ROOT), str(file)], capture_output=True, text=True, timeout=60, check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000)),
    )
    said, megabytes = ran.stdout.split()
    assert said == expected
    assert int(megabytes) < most


def _long_tag(size: int) -> dict[str, bytes | None]:
    return sheet(b'<row a="' + b"x" * size + b'"></row>')


def _full_of_cells() -> bytes:
    row = b"".join(b'<c t="inlineStr"><is><t>%d</t></is></c>' % n for n in range(20))
    return (b"<row>" + row + b"</row>") * 5_000
