"""What is exported is the same list when it is imported again, the same bytes for the same rows, and runs nowhere."""
from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from civic_list.lists import (
    ALL_AKIMATS,
    ALL_AKIMATS_NAME,
    LANGUAGES,
    categories,
    findings,
    portal_settings,
    read_file,
    read_fixture,
    table,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from ckanext.civic_core import vocabulary
from ckanext.civic_list import wording
from ckanext.civic_list.domain.items import Item, Owner, Schedule
from ckanext.civic_list.workbook.escapes import escaped, unescaped
from ckanext.civic_list.workbook.export import export_rows

HEALTH = Owner("agency", "MZ")
TITLE = {"kk": "Емханалардың тізбесі", "ru": "Перечень поликлиник"}
RUNS = ("=1+1", "=cmd|' /C calc'!A0", "@SUM(1)", "+A1", "-2+3+cmd|x!A1", "'=1+1", "''+A1")


def exported(rows: Sequence[Item], format: str = "xlsx") -> bytes:
    owners = {Owner("agency", row["code"]): row["name_ru"] for row in table("agencies.csv")}
    with portal_settings():
        return export_rows(
            rows, format, headings=wording.headings().names, owner_names={**owners, ALL_AKIMATS: ALL_AKIMATS_NAME},
            category_names={code: names["ru"] for code, names in categories().items()},
            period_names={term.code: term.name["ru"] for term in vocabulary.load("periods")},
            way_names={term.code: term.name["ru"] for term in vocabulary.load("ways_of_publication")},
            languages=LANGUAGES, schedule_words=wording.schedule(),
        )


def item(number: int = 1, **said: Any) -> Item:
    given = {"title": TITLE, "owner": HEALTH, "category": "health", "period": "YEARLY", "way": "workstation", **said}
    return Item(number=number, **given)


def again(rows: Sequence[Item], format: str) -> list[Item]:
    """The rows after an export and an import that has nothing to tell but how the file is written."""
    reading = read_file(exported(rows, format), f"list.{format}")
    assert findings(reading) == []
    return [row.item for row in reading.rows]


@pytest.mark.parametrize("year", [2025, 2026])
@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_the_lists_of_two_years_come_back(year: int, format: str) -> None:
    rows = [row.item for row in read_fixture(f"unified-list-{year}.xlsx").rows]
    assert again(rows, format) == rows


@pytest.mark.parametrize("format", ["xlsx", "csv"])
@pytest.mark.parametrize("said", [
    {"code": "MZ-001"}, {"note": "первая\nвторая"}, {"note": "+7 (7172) 74-00-00"}, {"note": "- без данных"},
    {"composition": ("сумма, млн тенге",)}, {"composition": ("период, регион, количество",)},
    {"composition": ("период", "площадь, га")}, {"first_due": date(2026, 1, 31)}, {"schedule": Schedule("within")},
    {"schedule": Schedule("after")}, {"schedule": Schedule("after", 20)}, {"title": {**TITLE, "en": "Polyclinics"}},
    {"schedule": Schedule("after", 5, "working_day")}, {"schedule": Schedule("after", 2, "month")},
    {"theme": {"kk": "Денсаулық", "ru": "Здоровье", "en": "Health"}}, {"theme": {"kk": "Банк"}}, {"owner": ALL_AKIMATS},
    {"title": {**TITLE, "ru": "=сумма(школ)"}}, *({"note": text} for text in RUNS),
    {"note": 'с «кавычками», "знаками"; и, запятой'}, {"note": "<не тег> & 5 < 6"},
], ids=repr)
def test_whatever_a_row_says_comes_back(format: str, said: dict[str, Any]) -> None:
    rows = [item(**said), item(2, title={"kk": "Мектептердің тізбесі", "ru": "Перечень школ"})]
    assert again(rows, format) == rows


@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_a_list_without_ways_comes_back_without_them(format: str) -> None:
    assert again([item(way=None)], format) == [item(way=None)]


SIGNS = ["«тендер»", "№5", "–", "2025", "(тенге)", "=", "+", "-", "@", "'да'", "50%", "API.", "x;", "y,"]


def texts(*words: str) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from([*words, *SIGNS]), min_size=1, max_size=6).map(" ".join)


TEXT = texts("перечень", "школах", "мәліметтер").filter(lambda text: any(map(str.isalpha, text)))
PART = TEXT.map(lambda text: text.replace(";", "").strip(" ,"))
KAZAKH = texts("мәліметтер", "тізілімі").map(lambda text: f"Деректердің тізімі {text}".rstrip(" .;,"))
RUSSIAN = texts("перечень", "школах").map(lambda text: f"Перечень сведений {text}".rstrip(" .;,"))
SCHEDULE = st.one_of(
    st.none(), st.just(Schedule("within")), st.just(Schedule("after")),
    st.builds(
        Schedule, st.just("after"), st.integers(1, 99), st.sampled_from(["calendar_day", "working_day", "month"])
    ),
)


@st.composite
def lists(draw: st.DrawFn) -> list[Item]:
    numbers = draw(st.lists(st.integers(1, 9_999), min_size=1, max_size=5, unique=True))
    return [
        item(
            number, title={"kk": draw(KAZAKH), "ru": f"{draw(RUSSIAN)} {number}"},
            composition=tuple(draw(st.lists(PART, max_size=4))), period=draw(st.sampled_from(["DAILY", "HALF_YEAR"])),
            owner=draw(st.sampled_from([HEALTH, ALL_AKIMATS, Owner("agency", "ZHASYL")])),
            note=draw(st.one_of(st.just(""), TEXT)),
            theme=draw(st.dictionaries(st.sampled_from(["kk", "ru"]), PART, max_size=2)), schedule=draw(SCHEDULE),
            first_due=draw(st.one_of(st.none(), st.dates(date(2020, 1, 1), date(2040, 1, 1)))),
            code=draw(st.one_of(st.none(), st.just(f"MZ-{number:03}"))),
        )
        for number in numbers
    ]


@pytest.mark.parametrize("format", ["xlsx", "csv"])
@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=lists())
def test_any_list_comes_back(format: str, rows: list[Item]) -> None:
    assert again(rows, format) == rows


@given(text=st.text(st.sampled_from("'=+-@\t\r\na ё7"), max_size=6))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_an_escape_is_undone(text: str) -> None:
    assert unescaped(escaped(text)) == text
    assert not escaped(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("text", RUNS)
def test_nothing_that_is_exported_runs(text: str) -> None:
    rows = [item(note=text, title={**TITLE, "ru": f"{text} школ"}, composition=(text, "регион"), theme={"ru": text})]
    records = list(csv.reader(io.StringIO(exported(rows, "csv").decode("utf-8-sig"), newline="")))
    assert not any(value.startswith(("=", "+", "-", "@", "\t", "\r")) for record in records for value in record)
    sheet = load_workbook(io.BytesIO(exported(rows))).worksheets[0]
    assert {cell.data_type for line in sheet for cell in line if isinstance(cell.value, str)} == {"s"}


@pytest.mark.parametrize("format", ["xlsx", "csv", "json"])
def test_the_same_rows_are_the_same_bytes(format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row.item for row in read_fixture("unified-list-2025.xlsx").rows]
    first = sha256(exported(rows, format)).hexdigest()
    monkeypatch.setattr("time.time", lambda: 4_000_000_000.0)
    assert sha256(exported(rows, format)).hexdigest() == first
    assert sha256(exported(rows[1:], format)).hexdigest() != first


def test_no_part_of_a_workbook_tells_when_it_was_made() -> None:
    with zipfile.ZipFile(io.BytesIO(exported([item()]))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        assert b"2000-01-01T00:00:00Z" in archive.read("docProps/core.xml")


def test_json_has_a_key_for_each_column() -> None:
    (row,) = json.loads(exported([item(code="MZ-001", theme={"ru": "Здоровье"})], "json"))
    assert row["number"] == 1
    assert (row["title_kk"], row["title_ru"], row["theme_ru"]) == (TITLE["kk"], TITLE["ru"], "Здоровье")
    assert (row["code"], row["owner"], row["period"]) == (
        "MZ-001", "Министерство здравоохранения Республики Казахстан", "Ежегодно",
    )
