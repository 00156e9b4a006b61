"""The sample workbooks: the lists of two years without a fault, and one with 71 faults, each told at its place."""
from __future__ import annotations

import json
from typing import Any

import pytest
from civic_list.lists import ALL_AKIMATS, FIXTURES, read_fixture, told

EXPECTED: dict[str, Any] = json.loads((FIXTURES / "expected-errors.json").read_text(encoding="utf-8"))
VERDICTS = {"error": "error", "accepted with cleaning": "cleaned", "warning": "warning"}
BROKEN, TWIN = "unified-list-broken.xlsx", "unified-list-broken-cp1251.csv"
#: what a file of this format cannot say, or says otherwise
_ONLY_XLSX = {"hidden_column", "hidden_row", "struck_through_row", "merged_cells", "second_sheet", "hidden_sheet"}


def expected(name: str) -> set[tuple[str, int, str, str, str]]:
    return {
        (one.get("sheet", ""), one["row"], one["column"], one["code"], VERDICTS[one["verdict"]])
        for one in EXPECTED["files"][name]
    }


@pytest.mark.parametrize("year", [2025, 2026])
@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_the_lists_of_two_years_are_without_a_fault(year: int, format: str) -> None:
    reading = read_fixture(f"unified-list-{year}.{format}")
    assert told(reading) == set()
    assert [row.item.number for row in reading.rows] == list(range(1, {2025: 148, 2026: 154}[year] + 1))


def test_rows_say_where_they_stand_and_what_they_say() -> None:
    row = read_fixture("unified-list-2025.xlsx").rows[1]
    assert (row.sheet, row.row, row.item.number, row.item.owner) == ("Перечень", 7, 2, ALL_AKIMATS)
    assert row.item.theme == {"ru": "Раздел 1. Земля и государственное имущество"}
    assert row.item.title["en"] == "Tenders for trust management of communal property by region"
    assert (row.item.category, row.item.period, row.item.way) == ("land", "QUARTERLY", "workstation")
    assert row.item.composition[1:3] == ("наименование региона", "наименование объекта")


def test_both_formats_say_the_same_but_for_themes() -> None:
    items = [
        [(one.number, one.title, one.owner, one.category, one.period, one.composition, one.way, one.note)
         for one in (row.item for row in read_fixture(f"unified-list-2026.{format}").rows)]
        for format in ("xlsx", "csv")
    ]
    assert items[0] == items[1]


def test_every_fault_of_the_broken_list_is_told_and_nothing_else() -> None:
    assert told(read_fixture(BROKEN)) == expected(BROKEN)


def test_no_row_with_an_error_is_among_the_rows() -> None:
    reading = read_fixture(BROKEN)
    wrong = {one.row for one in reading.errors}
    read = {row.row for row in reading.rows}
    assert set(EXPECTED["rows_without_fault"]) <= read
    assert read & wrong == set()
    others = {one.row for one in (*reading.cleaned, *reading.warnings) if one.row > 4 and one.column != "*"}
    assert others - wrong <= read


def test_what_was_put_right_is_in_the_rows() -> None:
    rows = {row.row: row.item for row in read_fixture(BROKEN).rows}
    assert (rows[13].owner.id, rows[14].owner.id, rows[15].owner.id) == ("MZ", "MF", "MSH")
    assert (rows[20].period, rows[21].period, rows[21].note) == ("YEARLY", "YEARLY", "до 31 января")
    assert rows[28].title["kk"] == "Өңірлер бөлінісінде жер қойнауын пайдалануға берілген лицензиялардың тізілімі"
    assert (rows[38].number, rows[39].number) == (34, 35)
    assert rows[42].title["ru"] == "Перечень научных изданий по видам наук"
    assert rows[43].title["ru"].startswith("Доля трудоустроенных выпускников")
    assert rows[44].title["ru"].startswith("Реестр общеобразовательных")
    assert rows[45].title["ru"].startswith("Реестр детских садов по областям")
    assert rows[46].composition == ("год исследования", "регион", "предмет", "средний балл")
    assert rows[47].title["ru"].startswith("Общее количество детей")
    assert "en" not in rows[48].title
    assert rows[49].composition[:2] == ("отчетный период", "наименование региона")
    assert (rows[67].way, rows[68].way) == ("workstation", "workstation")
    assert rows[70].owner == rows[71].owner == rows[72].owner
    assert rows[60].note == "+7 (7172) 00-00-00"


@pytest.mark.parametrize(("row", "right"), [
    (8, "Министерство здравоохранения Республики Казахстан"),
    (9, "Местные исполнительные органы (все)"),
    (10, "Министерство науки и высшего образования Республики Казахстан; "
         "Министерство просвещения Республики Казахстан"),
])
def test_it_is_said_which_agency_is_probably_meant(row: int, right: str) -> None:
    (finding,) = [one for one in read_fixture(BROKEN).errors if one.row == row]
    assert finding.expected == right


def test_the_twin_in_windows_1251_tells_its_own_faults_and_those_of_the_list() -> None:
    reading = read_fixture(TWIN)
    shared = {(row, column, code) for _, row, column, code, _ in expected(BROKEN) if code not in _ONLY_XLSX}
    shared -= {(27, "B", "lost_letters")}  # one of all those that the encoding lost
    found = {(row, column, code) for _, row, column, code, _ in told(reading)}
    assert expected(TWIN) <= told(reading)
    assert shared - found == set()
    own = {(row, column, code) for _, row, column, code, _ in expected(TWIN)}
    assert found - shared - own == {
        (43, "C", "lost_letters"),  # a zero-width space has no place in Windows-1251 either
        (71, "F", "agency_missing"), (72, "F", "agency_missing"), (73, "C", "title_ru_missing"),  # no joined cells
    }


def test_the_twin_tells_lost_letters_once_with_all_rows() -> None:
    (lost,) = [one for one in read_fixture(TWIN).errors if one.code == "lost_letters" and one.row == 1]
    (wanted,) = [one for one in EXPECTED["files"][TWIN] if one["code"] == "lost_letters"]
    assert list(lost.params["rows"]) == wanted["rows"]


def test_findings_come_in_the_order_of_the_sheet() -> None:
    rows = [one.row for one in read_fixture(BROKEN).errors if one.sheet == "Перечень"]
    assert rows == sorted(rows)
