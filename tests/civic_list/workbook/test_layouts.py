"""Lists as people lay them out: headings in other languages, rows and words; workbooks and tables of text."""
from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import pytest
from civic_list.lists import findings, read_file
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from ckanext.civic_list.domain.items import Schedule
from ckanext.civic_list.domain.reading import Reading

RU = ("№ п/п", "Наименование набора (каз)", "Наименование набора (рус)", "Наименование набора (англ)", "Состав данных",
      "Ответственный орган", "Категория", "Период актуализации", "Способ публикации (АРМ / API)", "Примечание")
KK = ("р/с №", "Жиынтық атауы (қаз)", "Жиынтық атауы (орыс)", "Жиынтық атауы (ағыл)", "Деректер құрамы",
      "Жауапты орган", "Санат", "Өзектендіру кезеңі", "Жариялау тәсілі", "Ескертпе")
EN = ("No.", "Title (kaz)", "Title (rus)", "Title (eng)", "Composition", "Responsible body", "Category",
      "Update period", "Way of publication", "Note")
ONE = (1, "Емханалардың тізбесі", "Перечень поликлиник", "List of polyclinics", "отчетный период; регион",
       "Министерство здравоохранения Республики Казахстан", "Здравоохранение", "Ежегодно", "АРМ", None)
TWO = (2, "Ауруханалардың тізбесі", "Перечень больниц", None, "отчетный период; регион",
       "Местные исполнительные органы (все)", "Здравоохранение", "Ежеквартально", "API", "Без персональных данных")
Rows = Sequence[Sequence[Any]]


def book(*rows: Sequence[Any], change: Callable[[Any], object] = lambda sheet: None) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    change(made.active)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def told(reading: Reading) -> list[tuple[int, str, str, str]]:
    return [(one.row, one.column, one.code, one.verdict) for one in findings(reading)]


def numbers(reading: Reading) -> list[int]:
    return [row.item.number for row in reading.rows]


# --- headings ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("heads", [
    RU, EN, tuple(head.upper() for head in RU), tuple(head.replace(" ", "\n") for head in RU),
    tuple(reversed(RU)),
])
def test_columns_are_found_by_their_headings(heads: tuple[str, ...]) -> None:
    rows = [ONE, TWO] if heads[0] != RU[-1] else [ONE[::-1], TWO[::-1]]
    found = read_file(book(("Перечень",), (), heads, *rows))
    agency_in_russian = [(row, "F", "agency_name_ru", "cleaned") for row in (4,)] if heads == EN else []
    assert (told(found), numbers(found)) == (agency_in_russian, [1, 2])


def test_names_in_the_language_of_the_headings_are_as_they_should_be() -> None:
    kazakh = (*ONE[:5], "Қазақстан Республикасының Денсаулық сақтау министрлігі", *ONE[6:])
    assert told(read_file(book(KK, kazakh))) == []
    assert told(read_file(book(KK, ONE))) == [(2, "F", "agency_name_ru", "cleaned")]


def test_titles_above_and_column_numbers_below() -> None:
    rows = [("Приложение к приказу",), ("Единый перечень",), (), RU, tuple(range(1, 11)), ("Раздел 1. Здоровье",), ONE]
    found = read_file(book(*rows))
    assert (told(found), [row.row for row in found.rows]) == ([], [7])
    assert found.rows[0].item.theme == {"ru": "Раздел 1. Здоровье"}


def test_headings_in_two_rows() -> None:
    upper = (RU[0], "Наименование набора", None, None, *RU[4:])
    lower = (None, "(каз)", "(рус)", "(англ)")

    def merge(sheet: Any) -> None:
        sheet.merge_cells("B2:D2")
        for column in "AEFGHIJ":
            sheet.merge_cells(f"{column}2:{column}3")

    found = read_file(book(("Перечень",), upper, lower, ONE, TWO, change=merge))
    assert (told(found), numbers(found)) == ([], [1, 2])


@pytest.mark.parametrize(("place", "head", "code", "verdict"), [
    (5, "Ответственный  орган", "heading_spaces", "cleaned"),
    (5, " Ответственный орган", "heading_spaces", "cleaned"),
    (5, "Ответсвенный орган", "heading_misspelt", "warning"),
    (7, "Период актулизации", "heading_misspelt", "warning"),
    (4, "Состaв данных", "latin_lookalikes", "cleaned"),
    (9, "Служебная отметка", "unknown_column", "warning"),
    (9, "Категория", "heading_repeated", "warning"),
])
def test_a_heading_that_is_not_quite_right(place: int, head: str, code: str, verdict: str) -> None:
    heads = (*RU[:place], head, *RU[place + 1 :])
    found = read_file(book(heads, ONE, TWO))
    assert told(found) == [(1, "ABCDEFGHIJ"[place], code, verdict)]
    assert numbers(found) == [1, 2]


def test_a_column_that_must_be_there_and_is_not() -> None:
    (finding,) = findings(read_file(book(tuple(head for head in RU if head != "Категория"), (*ONE[:6], *ONE[7:]))))
    assert (finding.code, finding.row, finding.column, finding.expected) == ("column_missing", 1, "*", "Категория")


def test_a_column_without_a_heading_is_not_taken() -> None:
    assert told(read_file(book(RU, (*ONE, "лишнее")))) == [(1, "K", "unknown_column", "warning")]


def test_a_hidden_column() -> None:
    def hide(sheet: Any) -> None:
        sheet.column_dimensions["J"].hidden = True

    assert told(read_file(book(RU, ONE, TWO, change=hide))) == [(1, "J", "hidden_column", "warning")]


@pytest.mark.parametrize("rows", [[("a", "b"), ("c", "d")], [("просто текст",)], [(1, 2, 3, 4)]])
def test_a_table_that_is_no_list(rows: Rows) -> None:
    assert [one.code for one in findings(read_file(book(*rows)))] == ["heading_missing"]


def test_an_empty_workbook() -> None:
    assert [one.code for one in findings(read_file(book()))] == ["file_empty"]


# --- optional columns -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "schedule"), [
    ("в течение периода", Schedule("within")), ("после периода", Schedule("after")),
    ("20 раб. дн. после периода", Schedule("after", 20, "working_day")),
    ("не позднее 25 рабочих дней после отчетного периода", Schedule("after", 25, "working_day")),
    ("не позднее 10 дней после периода", Schedule("after", 10)),
    ("2 мес. после периода", Schedule("after", 2, "month")), ("кезең ішінде", Schedule("within")),
    ("кезеңнен кейін 15 жұмыс күні", Schedule("after", 15, "working_day")),
    ("30 calendar days after the period", Schedule("after", 30)), (None, None), ("-", None),
])
def test_schedules(text: str | None, schedule: Schedule | None) -> None:
    found = read_file(book((*RU, "Срок размещения"), (*ONE, text)))
    assert [row.item.schedule for row in found.rows] == [schedule]


@pytest.mark.parametrize("value", [date(2026, 1, 31), datetime(2026, 1, 31, 12), "31.01.2026", "2026-01-31"])
def test_days_and_codes(value: object) -> None:
    found = read_file(book((*RU, "Первый срок", "Код"), (*ONE, value, "MZ-001")))
    assert told(found) == []
    assert (found.rows[0].item.first_due, found.rows[0].item.code) == (date(2026, 1, 31), "MZ-001")


@pytest.mark.parametrize(("head", "value", "code"), [
    ("Срок размещения", "когда-нибудь", "schedule_unknown"), ("Первый срок", "скоро", "date_unknown"),
    ("Первый срок", "31.02.2026", "date_unknown"), ("Код", "a/b", "code_unusable"),
])
def test_optional_columns_with_something_else(head: str, value: str, code: str) -> None:
    assert told(read_file(book((*RU, head), (*ONE, value)))) == [(2, "K", code, "error")]


# --- themes -----------------------------------------------------------------------------------------------


def test_a_theme_holds_for_the_rows_below_and_may_have_several_languages() -> None:
    rows = [RU, ("1-бөлім. Денсаулық сақтау",), ("Раздел 1. Здравоохранение",), ONE, ("Раздел 2. Прочее",), TWO]
    found = read_file(book(*rows, change=lambda sheet: sheet.merge_cells("A2:J2")))
    assert told(found) == []
    assert [row.item.theme for row in found.rows] == [
        {"kk": "1-бөлім. Денсаулық сақтау", "ru": "Раздел 1. Здравоохранение"}, {"ru": "Раздел 2. Прочее"},
    ]


# --- sheets and cells of a workbook -----------------------------------------------------------------------


def several(*sheets: tuple[str, str, Rows]) -> bytes:
    made = Workbook()
    made.remove(made.active)
    for name, state, rows in sheets:
        sheet = made.create_sheet(name)
        sheet.sheet_state = state
        for row in rows:
            sheet.append(row)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def test_the_first_visible_sheet_with_headings_is_the_list() -> None:
    found = read_file(several(
        ("Титул", "visible", [("Единый перечень",)]), ("Черновик", "hidden", [RU, TWO]),
        ("Список", "visible", [RU, ONE]),
        ("Ещё", "visible", [RU, TWO]), ("Пусто", "visible", []), ("Тайна", "veryHidden", [("x",)]),
    ))
    assert [(one.sheet, one.row, one.column, one.code) for one in findings(found)] == [
        ("Титул", 1, "*", "sheet_without_list"), ("Черновик", 1, "*", "hidden_sheet"), ("Ещё", 1, "*", "second_sheet"),
        ("Тайна", 1, "*", "hidden_sheet"),
    ]
    assert [(row.sheet, row.item.number) for row in found.rows] == [("Список", 1)]


def test_a_list_on_a_hidden_sheet_only() -> None:
    found = read_file(several(("Лист1", "visible", [("смотри дальше",)]), ("Перечень", "hidden", [RU, ONE])))
    assert [(one.sheet, one.code) for one in findings(found)] == [
        ("Лист1", "heading_missing"), ("Перечень", "hidden_sheet"),
    ]


def test_a_struck_title_and_rich_text() -> None:
    def format_(sheet: Any) -> None:
        sheet["C2"].font = Font(strike=True)
        plain, bold = InlineFont(), InlineFont(b=True)
        sheet["C3"] = CellRichText(TextBlock(plain, "Перечень "), TextBlock(bold, "больниц"))

    found = read_file(book(RU, ONE, TWO, change=format_))
    assert told(found) == [(2, "*", "struck_through_row", "warning")]
    assert found.rows[1].item.title["ru"] == "Перечень больниц"


def test_dates_formulas_and_errors_of_a_workbook() -> None:
    def change(sheet: Any) -> None:
        sheet["H2"], sheet["G3"], sheet["G3"].data_type, sheet["J2"] = date(2025, 3, 1), "#N/A", "e", "=NOW()"

    assert told(read_file(book(RU, ONE, TWO, change=change))) == [
        (2, "H", "date_in_period", "error"), (2, "J", "formula_cell", "error"), (3, "G", "error_value", "error"),
    ]


# --- tables of text ---------------------------------------------------------------------------------------


def text(encoding: str, separator: str = ",", rows: Rows = (RU, ONE, TWO)) -> bytes:
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=separator).writerows(rows)
    return target.getvalue().encode(encoding, "replace")


@pytest.mark.parametrize(("encoding", "codes"), [
    ("utf-8", []), ("utf-8-sig", []), ("utf-16", ["encoding_utf16"]), ("utf-16-le", ["encoding_utf16"]),
    ("utf-16-be", ["encoding_utf16"]), ("kz1048", ["encoding_kz1048"]), ("ptcp154", ["encoding_ptcp154"]),
])
@pytest.mark.parametrize(("separator", "said"), [
    (",", []), (";", ["separator_semicolon"]), ("\t", ["separator_tab"]), ("|", ["separator_bar"]),
])
def test_encodings_and_separators_are_found_out(
    encoding: str, codes: list[str], separator: str, said: list[str]
) -> None:
    found = read_file(text(encoding, separator), "list.csv")
    assert [(one.row, one.column, one.code) for one in findings(found)] == [(1, "*", code) for code in codes + said]
    assert [row.item.title["kk"] for row in found.rows] == [ONE[1], TWO[1]]


@pytest.mark.parametrize("encoding", ["cp1251", "koi8_r", "cp866", "mac_cyrillic"])
def test_an_encoding_without_kazakh_letters_loses_them_for_good(encoding: str) -> None:
    whole, lost = (2, "Мектеп саны", "Число школ", *TWO[3:]), (3, "Әріптер", "Буквы", *TWO[3:])
    rows = [("Номер", *RU[1:]), ONE, whole, lost]
    found = read_file(text(encoding, rows=rows), "list.csv")
    assert [one.code for one in found.cleaned] == [f"encoding_{encoding.replace('_', '')}"]
    assert [(one.row, one.column, one.code, one.params["rows"]) for one in found.errors] == [
        (1, "B", "lost_letters", (2, 4)),
    ]
    assert numbers(found) == [2]


def test_a_table_of_text_knows_no_types() -> None:
    rows = (RU, (*ONE[:7], "01.03.2025", *ONE[8:]), ("25,5", *TWO[1:]), ("=A1+1", *TWO[1:2], "Прочее", *TWO[3:]))
    assert told(read_file(text("utf-8", ";", rows), "list.csv"))[:3] == [
        (2, "H", "date_in_period", "error"), (3, "A", "number_not_a_number", "error"),
        (4, "A", "formula_cell", "error"),
    ]
