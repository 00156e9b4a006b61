"""Each finding has a sentence, in which nothing is left to fill in."""
from __future__ import annotations

import re
from pathlib import Path

import pytest
from civic_list.lists import FIXTURES, findings, read_file, read_fixture

from ckanext.civic_list import messages_import
from ckanext.civic_list.domain.sheets import Finding

PACKAGE = Path(messages_import.__file__).parent
SOURCES = [*(PACKAGE / "domain").glob("*.py"), *(PACKAGE / "workbook").glob("*.py")]
#: a code is a word of a file's, a heading's, a cell's or a row's finding
_CODE = re.compile(
    r'(?:RefusedFileError\(|(?:error|cleaned|warning)\((?:\w|\.)+, (?:\w|\.|\["title", language\])+, |'
    r'_note\("\w+", |Meaning\((?:None, |code=|\w+(?:\.\w+)?, )|Finding\("\w+", |codes\.append\(|\n    \()'
    r'"([a-z_0-9]{6,})"'
)


def said_codes() -> set[str]:
    return {code for source in SOURCES for code in _CODE.findall(source.read_text(encoding="utf-8"))}


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """English, without a portal."""
    monkeypatch.setattr(messages_import.tk, "_", lambda text: text)
    monkeypatch.setattr(messages_import.languages, "name_of", lambda code: f"<{code}>")


def test_the_codes_in_the_sources_are_found() -> None:
    known = {"file_macros", "agency_unknown", "lost_letters", "hidden_row", "heading_spaces", "xml_escape"}
    assert known <= said_codes()
    assert len(said_codes()) > 50


def test_each_code_has_a_sentence() -> None:
    assert said_codes() - set(messages_import._FINDINGS) == set()


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize("name", ["unified-list-broken.xlsx", "unified-list-broken-cp1251.csv"])
def test_nothing_is_left_to_fill_in(name: str) -> None:
    for finding in findings(read_fixture(name)):
        sentence = messages_import.finding_sentence(finding)
        assert sentence.endswith(".")
        assert "{" not in sentence


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize(("code", "sentence"), [
    ("title_kk_is_russian", "The title is not in the language of its column: <kk>."),
    ("title_ru_missing", "The title is missing: <ru>."),
    ("agency_name_kk", "The name in another language is replaced: it was <kk>."),
    ("encoding_kz1048", "The file was not in UTF-8 and is converted."),
])
def test_languages_are_named(code: str, sentence: str) -> None:
    assert messages_import.finding_sentence(Finding("error", code, "", 1)) == sentence


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize(("content", "name", "sentence"), [
    (b"x" * 11_000_000, "a.csv", "The file is larger than 10 MB."), (b"", "a.xlsx", "The file is empty."),
    (b"1," + b"x" * 40_000, "a.csv", "A cell holds more than 32767 characters."),
    (b"a,b\n" * 70_000, "a.csv", "The file has more than 60000 rows or too many columns."),
])
def test_a_refusal_says_how_much_is_too_much(content: bytes, name: str, sentence: str) -> None:
    (finding,) = findings(read_file(content, name))
    assert messages_import.finding_sentence(finding) == sentence


def test_after_very_many_findings_no_more_rows_are_read() -> None:
    head = (FIXTURES / "unified-list-2025.csv").read_text(encoding="utf-8").splitlines()[0]
    reading = read_file(f"{head}\n".encode() + b"x,a?b,c?d,,,?,y,z,w,\n" * 20_000, "list.csv")
    assert reading.errors[-1].code == "too_many_faults"
    assert 50_000 < len(reading.errors) < 50_050
