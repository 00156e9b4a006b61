"""One fault in a list without faults: it is told at its cell, by its code, and nothing else is told."""
from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from civic_list.lists import FIXTURES, findings, words

from ckanext.civic_list.domain.items import Item
from ckanext.civic_list.domain.reading import Reading, read_list
from ckanext.civic_list.domain.sheets import Book, Cell, Line, Merge, Sheet
from ckanext.civic_list.workbook.opening import read

RU = "Результаты проведения антикоррупционного мониторинга"
KK = "Сыбайлас жемқорлыққа қарсы мониторинг жүргізу нәтижелері"
EN = "Results of anti-corruption monitoring"
HEALTH = "Министерство здравоохранения Республики Казахстан"
EDUCATION = "Министерство просвещения Республики Казахстан"
ROW = 12


@cache
def good() -> Sheet:
    """The head of the list of 2025: five rows of its first theme, six of the second."""
    (sheet,) = read(io.BytesIO((FIXTURES / "unified-list-2025.xlsx").read_bytes()), "list.xlsx").sheets
    return replace(sheet, lines=sheet.lines[:17], merges=tuple(one for one in sheet.merges if one.last_row < 18))


def with_cell(place: str, cell: Cell, row: int = ROW) -> Sheet:
    column = ord(place) - ord("A")
    lines = list(good().lines)
    cells = [*lines[row - 1].cells, *[Cell()] * 12][:12]
    cells[column] = cell
    lines[row - 1] = replace(lines[row - 1], cells=tuple(cells))
    return replace(good(), lines=tuple(lines))


def reading(sheet: Sheet) -> Reading:
    return read_list(Book((sheet,)), words())


def places(sheet: Sheet) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.code) for one in findings(reading(sheet))]


def cell(value: object) -> Cell:
    kind = {str: "text", int: "number", float: "number", date: "date", type(None): "empty"}[type(value)]
    return Cell(value, kind)  # type: ignore[arg-type]


FAULTS: list[tuple[str, object, str]] = [
    ("A", None, "number_missing"), ("A", "-", "number_missing"), ("A", "12а", "number_not_a_number"),
    ("A", "шесть", "number_not_a_number"), ("A", "6.1", "number_not_a_number"), ("A", 6.5, "number_not_a_number"),
    ("A", -6, "number_not_a_number"), ("A", 0, "number_not_a_number"), ("A", date(2025, 1, 6), "number_not_a_number"),
    ("A", 5, "number_repeated"), ("A", "6", "number_is_text"), ("A", "6.", "number_is_text"),
    ("A", "6)", "number_is_text"), ("A", "№ 6", "number_is_text"), ("A", "\u00a06", "number_is_text"),
    ("A", "#REF!", "error_value"), ("A", "#ССЫЛКА!", "error_value"),

    ("B", None, "title_kk_missing"), ("B", "н/д", "title_kk_missing"), ("B", RU, "title_kk_is_russian"),
    ("B", "Перечень школ города Алматы", "title_kk_is_russian"), ("B", "Банковские холдинги", "title_kk_is_russian"),
    ("B", EN, "title_kk_is_english"), ("B", KK.replace("қ", "?"), "lost_letters"),
    ("B", KK.replace("қ", "\ufffd"), "lost_letters"), ("B", "Актуарийлерді? тізілімі", "lost_letters"),
    ("B", KK.replace("і", "i"), "latin_lookalikes"), ("B", "Жауhар тастардың тізбесі", "latin_lookalikes"),
    ("B", KK.replace("ә", "ə"), "latin_lookalikes"), ("B", f"304. {KK}", "number_in_title"),
    ("B", KK.replace(" ", "\u00a0", 1), "non_breaking_spaces"), ("B", f"<p>{KK}", "html_in_text"),
    ("B", "+cmd|x!A1", "formula_injection"), ("B", " @SUM(1)", "formula_injection"),

    ("C", None, "title_ru_missing"), ("C", "—", "title_ru_missing"), ("C", 123, "title_ru_missing"),
    ("C", KK, "title_ru_is_kazakh"), ("C", "Актуарийлер", "title_ru_is_kazakh"), ("C", EN, "title_ru_is_english"),
    ("C", f"  {RU}", "trailing_spaces"), ("C", f"{RU} ", "trailing_spaces"), ("C", f"{RU}\n", "trailing_spaces"),
    ("C", RU.replace(" ", "  ", 1), "trailing_spaces"), ("C", RU.replace(" ", "\t", 1), "trailing_spaces"),
    ("C", RU.replace(" ", "\u00a0"), "non_breaking_spaces"), ("C", RU.replace(" ", "\u202f", 1), "non_breaking_spaces"),
    ("C", f"\u200b{RU}", "invisible_characters"), ("C", f"\ufeff{RU}", "invisible_characters"),
    ("C", RU.replace("тат", "та\u00adт"), "invisible_characters"), ("C", f"{RU}\u200f", "invisible_characters"),
    ("C", RU.replace(" ", "\n", 1), "line_breaks"), ("C", RU.replace(" ", "\r\n", 1), "line_breaks"),
    ("C", RU.replace(" ", "_x000D_ ", 1), "xml_escape"), ("C", RU.replace("о", "o"), "latin_lookalikes"),
    ("C", "Сведения o ходе работ", "latin_lookalikes"), ("C", f"№ 12. {RU}", "number_in_title"),
    ("C", f"№654 {RU}", "number_in_title"), ("C", f"12) {RU}", "number_in_title"),
    ("C", f"{RU} {RU} {RU} {RU} {RU} {RU}", "title_too_long"), ("C", f"{RU}<br/>", "html_in_text"),
    ("C", f"{RU}&nbsp;и", "html_in_text"), ("C", "<img src=x onerror=alert(1) Перечень", "html_in_text"),
    ("C", "=HYPERLINK(1)", "formula_injection"), ("C", "#REF!", "error_value"), ("C", "Пере?ень школ", "lost_letters"),
    ("C", "Список лиц, ИИН 000000000000", "personal_data"),

    ("D", "-", "placeholder"), ("D", "—", "placeholder"), ("D", "n/a", "placeholder"), ("D", "нет", "placeholder"),
    ("D", RU, "title_en_is_russian"), ("D", KK, "title_en_is_kazakh"), ("D", "Rеgister of schools", "latin_lookalikes"),
    ("D", "Results ", "trailing_spaces"), ("D", "<i>Results</i>", "html_in_text"),

    ("E", "-", "placeholder"), ("E", "отчетный период, регион, количество", "composition_separator"),
    ("E", "отчетный период, площадь, га, регион", "composition_separator"),
    ("E", "<b>регион</b>; объект", "html_in_text"), ("E", "oтчетный период; регион", "latin_lookalikes"),
    ("E", "отчетный\u00a0период; регион", "non_breaking_spaces"), ("E", "регион_x000D_\nобъект", "xml_escape"),
    ("E", "отчетный пер?од; регион", "lost_letters"), ("E", "регион; ИИН 000000000000", "personal_data"),
    ("E", "@x", "formula_injection"), ("E", "#VALUE!", "error_value"),

    ("F", None, "agency_missing"), ("F", "—", "agency_missing"), ("F", "Министерство волшебства", "agency_unknown"),
    ("F", HEALTH.replace("воох", "вох"), "agency_unknown"), ("F", "Все акиматы", "agency_unknown"),
    ("F", "МИО", "agency_unknown"), ("F", 5, "agency_unknown"), ("F", "МЗ РК", "agency_short_name"),
    ("F", "Министерство здравоохранения РК", "agency_short_name"),
    ("F", "Министерство здравоохранения", "agency_short_name"), ("F", HEALTH.upper(), "agency_case"),
    ("F", "Қазақстан Республикасының Денсаулық сақтау министрлігі", "agency_name_kk"),
    ("F", "Ministry of Healthcare of the Republic of Kazakhstan", "agency_name_en"),
    ("F", HEALTH.replace("М", "M"), "latin_lookalikes"), ("F", f"{HEALTH} ", "trailing_spaces"),
    ("F", HEALTH.replace(" ", "\n", 1), "line_breaks"), ("F", f"{EDUCATION}, {HEALTH}", "several_agencies"),
    ("F", f"{EDUCATION}; {HEALTH}", "several_agencies"), ("F", f"{EDUCATION}\n{HEALTH}", "several_agencies"),
    ("F", f"{EDUCATION} и {HEALTH}", "several_agencies"), ("F", "МЗ РК; МП РК", "several_agencies"),
    ("F", f"{EDUCATION}, местные исполнительные органы (все)", "several_agencies"),
    ("F", "@x", "formula_injection"), ("F", "#N/A", "error_value"), ("F", f"<b>{HEALTH}</b>", "html_in_text"),

    ("G", None, "category_missing"), ("G", "-", "category_missing"), ("G", "Прочее", "category_unknown"),
    ("G", "Государственый сектор", "category_unknown"), ("G", "Образование, Здравоохранение", "category_unknown"),
    ("G", "государственный сектор", "category_case"), ("G", "ГОСУДАРСТВЕННЫЙ СЕКТОР", "category_case"),
    ("G", "Государственный сектор ", "trailing_spaces"), ("G", "Гoсударственный сектор", "latin_lookalikes"),
    ("G", "#Н/Д", "error_value"),

    ("H", None, "period_missing"), ("H", "-", "period_missing"), ("H", "Своевременно", "period_unknown"),
    ("H", "Ежегодн", "period_unknown"), ("H", "10 раз в год", "period_unknown"), ("H", 12, "period_unknown"),
    ("H", "Не ежегодно", "period_unknown"), ("H", date(2025, 3, 1), "date_in_period"),
    ("H", "01.03.2025", "date_in_period"), ("H", "2025-03-01", "date_in_period"),
    ("H", "01.03.2025 г.", "date_in_period"),
    ("H", "Ежемесячно, ежегодно", "several_periods"), ("H", "Ежемесячно / ежегодно", "several_periods"),
    ("H", "Ежемесячно или ежегодно", "several_periods"), ("H", "Ежемесячно\nЕжегодно", "several_periods"),
    ("H", "ЕЖЕГОДНО", "period_case_and_spaces"), ("H", "ежегодно", "period_case_and_spaces"),
    ("H", "Ежегодно ", "period_case_and_spaces"), ("H", "По  мере необходимости", "period_case_and_spaces"),
    ("H", "1\u00a0раз в полгода", "period_case_and_spaces"), ("H", "Eжегoднo", "latin_lookalikes"),
    ("H", "ежегодно, до 31 января", "period_with_extra_text"), ("H", "Ежегодно (до 1 марта)", "period_with_extra_text"),
    ("H", "ежеквартально до 10 числа", "period_with_extra_text"), ("H", "#N/A", "error_value"),

    ("I", None, "way_missing"), ("I", "-", "way_missing"), ("I", "Почтой", "way_unknown"),
    ("I", "АРМ, API", "several_ways"), ("I", "АРМ / API", "several_ways"), ("I", "АРМ и API", "several_ways"),
    ("I", "арм", "way_case"), ("I", "api", "way_case"), ("I", "Api", "way_case"), ("I", "APM", "latin_lookalikes"),
    ("I", "AРM", "latin_lookalikes"), ("I", "АРI", "latin_lookalikes"), ("I", "АРМ ", "trailing_spaces"),
    ("I", "#ИМЯ?", "error_value"),

    ("J", "-", "placeholder"), ("J", "Без данных ", "trailing_spaces"), ("J", "Бeз данных", "latin_lookalikes"),
    ("J", "<b>x</b>", "html_in_text"), ("J", "=cmd|' /C calc'!A0", "formula_injection"),
    ("J", "\t=1+1", "formula_injection"), ("J", "-2+3+cmd|x", "formula_injection"), ("J", "+A1", "formula_injection"),
    ("J", "ЖСН: 000000000000", "personal_data"), ("J", "ИИН исполнителя 000000000000", "personal_data"),
    ("J", "#N/A", "error_value"), ("J", "Же?ке деректерсіз", "lost_letters"),
]

HARMLESS: list[tuple[str, object]] = [
    ("A", 600), ("A", 6.0), ("B", "Актуарийлер"), ("B", "Дауылды ескертулер"), ("B", "TIMSS зерттеуінің нәтижелері"),
    ("B", "№ 1-М нысанды есеп «Қылмыстар туралы»"), ("C", "Форма отчета № 1-М «О преступлениях»"),
    ("C", "Актуарии"), ("C", "Реестр открытых API"), ("C", "Выбросы CO2 и NOx"), ("C", "2025 год: итоги"),
    ("C", "Доля лиц моложе 18 лет, %"), ("C", "Территория области Ұлытау"), ("D", None), ("D", "Actuaries"),
    ("E", None), ("E", "площадь, га"), ("E", "регион; площадь, га; сумма, млн тенге"), ("E", "регион\nобъект"),
    ("E", "1) регион; 2) объект"), ("F", "Министерство цифрового развития, инноваций и аэрокосмической промышленности "
     "Республики Казахстан"), ("F", "Местные исполнительные органы (все)"), ("F", "Акимат города Алматы"),
    ("F", HEALTH), ("F", 'Акционерное общество "Жасыл даму"'), ("G", "Мемлекеттік сектор"), ("G", "Public sector"),
    ("H", "Жыл сайын"), ("H", "2 раза в год"), ("H", "Раз в квартал"), ("H", "Twice a year"), ("I", "API"),
    ("I", "Интеграция"), ("J", "+7 (7172) 74-00-00, +7 701 000 00 00"), ("J", "+7 7172 740000 вн. 12"), ("J", "-5"),
    ("J", "- без персональных данных"), ("J", "первая\nвторая"), ("J", "Уточнить?"), ("J", "БИН 123456789012"),
    ("J", "a < b, R&D"),
]


def test_the_list_without_faults_has_none() -> None:
    assert (places(good()), len(reading(good()).rows)) == ([], 11)


@pytest.mark.parametrize(("column", "value", "code"), FAULTS, ids=lambda value: repr(value)[:50])
def test_a_fault_is_told_at_its_cell(column: str, value: object, code: str) -> None:
    assert places(with_cell(column, cell(value))) == [(ROW, column, code)]


@pytest.mark.parametrize(("column", "value", "code"), FAULTS, ids=lambda value: repr(value)[:50])
def test_a_row_is_read_unless_it_has_an_error(column: str, value: object, code: str) -> None:
    found = reading(with_cell(column, cell(value)))
    rows = {row.row for row in found.rows}
    assert (ROW in rows) != bool(found.errors)
    assert len(rows) == 11 - bool(found.errors)


@pytest.mark.parametrize(("column", "value"), HARMLESS, ids=lambda value: repr(value)[:50])
def test_what_is_right_is_not_told(column: str, value: object) -> None:
    assert places(with_cell(column, cell(value))) == []


CLEANED: list[tuple[str, object, Callable[[Item], object], object]] = [
    ("A", "№ 6.", lambda item: item.number, 6),
    ("C", f"  304.  {RU.replace(' ', chr(160))}\n", lambda item: item.title["ru"], RU),
    ("C", RU.replace("о", "o"), lambda item: item.title["ru"], RU),
    ("B", KK.replace("ә", "ə").replace("і", "i"), lambda item: item.title["kk"], KK),
    ("D", "—", lambda item: "en" in item.title, False),
    ("E", "год;_x000D_\n регион ;; объект", lambda item: item.composition, ("год", "регион", "объект")),
    ("E", "период, сумма, млн тенге, вид (дом, дача)", lambda item: item.composition,
     ("период", "сумма, млн тенге", "вид (дом, дача)")),
    ("F", "МЗ  РК", lambda item: item.owner.id, "MZ"), ("F", HEALTH.upper(), lambda item: item.owner.id, "MZ"),
    ("G", "ОБРАЗОВАНИЕ", lambda item: item.category, "education"),
    ("H", "ежеквартально (до 10 числа)", lambda item: (item.period, item.note), ("QUARTERLY", "до 10 числа")),
    ("I", "APM", lambda item: item.way, "workstation"), ("J", "-", lambda item: item.note, ""),
]


@pytest.mark.parametrize(("column", "value", "said", "right"), CLEANED, ids=lambda value: repr(value)[:40])
def test_what_is_put_right_is_in_the_row(
    column: str, value: object, said: Callable[[Item], object], right: object
) -> None:
    (item,) = [row.item for row in reading(with_cell(column, cell(value))).rows if row.row == ROW]
    assert said(item) == right


def test_a_formula_counts_with_its_stored_value_and_not_without() -> None:
    stored = reading(with_cell("A", Cell(6, "number", formula="=ROW()-6")))
    assert [(one.row, one.column, one.code) for one in stored.cleaned] == [(ROW, "A", "formula_cell")]
    assert stored.rows[5].item.number == 6
    assert places(with_cell("A", Cell("=ROW()-6", "formula"))) == [(ROW, "A", "formula_cell")]
    assert places(with_cell("A", Cell("#N/A", "error", formula="=NA()"))) == [(ROW, "A", "formula_cell")]


def test_text_marked_as_text_by_an_export_is_taken_as_it_is() -> None:
    found = reading(with_cell("J", Cell("=не формула", "text", quoted=True)))
    assert findings(found) == []
    assert found.rows[5].item.note == "=не формула"


def test_swapped_titles_are_told_once() -> None:
    lines = list(with_cell("B", cell(RU)).lines)
    lines[ROW - 1] = replace(lines[ROW - 1], cells=(*lines[ROW - 1].cells[:2], cell(KK), *lines[ROW - 1].cells[3:]))
    assert places(replace(good(), lines=tuple(lines))) == [(ROW, "B", "titles_swapped")]


@pytest.mark.parametrize("title", [RU, f" {RU.upper()}", f"304. {RU}", RU.replace("о", "o"), f"«{RU}»."])
def test_the_same_title_of_the_same_agency_is_a_double(title: str) -> None:
    sheet = good()
    cells = (cell(99), cell(KK), cell(title), *sheet.lines[ROW - 1].cells[3:])
    double = replace(sheet.lines[ROW - 1], number=18, cells=cells)
    found = findings(reading(replace(sheet, lines=(*sheet.lines, double))))
    assert [(one.row, one.column, one.code, one.params["first"]) for one in found] == [(18, "C", "duplicate_row", ROW)]


def rows_after(*lines: tuple[object, ...]) -> Sheet:
    added = tuple(Line(18 + place, tuple(map(cell, values))) for place, values in enumerate(lines))
    return replace(good(), lines=(*good().lines, *added))


HEADS = ("№ п/п", "Наименование набора (каз)", "Наименование набора (рус)", None, "Состав данных", "Категория")
Lines = list[tuple[object, ...]]


@pytest.mark.parametrize(("lines", "expected"), [
    ([("Итого: 11",)], [(18, "*", "total_row")]),
    ([("Всего", None, 11)], [(18, "*", "total_row")]),
    ([(None, "БАРЛЫҒЫ", 11)], [(18, "*", "total_row")]),
    ([("* по согласованию",)], [(18, "*", "footnote_row")]),
    ([("Примечание: образец",)], [(18, "*", "footnote_row")]),
    ([("Руководитель аппарата И. О.",)], [(18, "*", "footnote_row")]),
    ([(), (), ("Итого",)], [(18, "*", "empty_row"), (19, "*", "empty_row"), (20, "*", "total_row")]),
    ([(), ()], []),
    ([(99,)], [(18, "*", "row_incomplete")]),
    ([(None, None, "Одно название")], [(18, "*", "row_incomplete")]),
    ([HEADS], [(18, "*", "repeated_heading")]),
    ([HEADS, (1, 2, 3, 4, 5, 6)], [(18, "*", "repeated_heading")]),
], ids=repr)
def test_rows_that_are_no_rows_of_the_list(lines: Lines, expected: list[tuple[int, str, str]]) -> None:
    assert places(rows_after(*lines)) == expected


def test_very_many_empty_rows_are_told_once() -> None:
    found = reading(rows_after(*[()] * 5_000, ("Итого",))).cleaned
    assert [(one.row, one.code, one.params.get("last")) for one in found] == [
        (18, "empty_row", 5_017), (5_018, "total_row", None),
    ]


def test_a_hidden_row_and_a_struck_one_are_for_a_person_to_decide() -> None:
    lines = list(good().lines)
    lines[ROW - 1] = replace(lines[ROW - 1], hidden=True)
    lines[ROW] = replace(lines[ROW], cells=tuple(replace(one, struck=True) for one in lines[ROW].cells))
    found = reading(replace(good(), lines=tuple(lines)))
    assert [(one.row, one.column, one.code) for one in found.warnings] == [
        (ROW, "*", "hidden_row"), (ROW + 1, "*", "struck_through_row"),
    ]
    assert len(found.rows) == 11


def merged(first: str, last: str, row: int = ROW, to: int = ROW) -> Sheet:
    """Cells joined as a spreadsheet does it: what stood in all but the first is gone."""
    columns = range(ord(first) - 65, ord(last) - 64)
    lines = list(good().lines)
    for number in range(row, to + 1):
        cells = list(lines[number - 1].cells)
        for column in columns:
            if (number, column) != (row, columns[0]):
                cells[column] = Cell()
        lines[number - 1] = replace(lines[number - 1], cells=tuple(cells))
    joint = Merge(row, to, columns[0], columns[-1])
    return replace(good(), lines=tuple(lines), merges=(*good().merges, joint))


@pytest.mark.parametrize(("sheet", "expected"), [
    (lambda: merged("F", "F", 13, 15), [(13, "F", "merged_cells")]),
    (lambda: merged("H", "H", 13, 14), [(13, "H", "merged_cells")]),
    (lambda: merged("B", "C"), [(ROW, "C", "merged_cells")]),
    (lambda: merged("F", "G"), [(ROW, "G", "merged_cells")]),
    (lambda: merged("C", "C", 13, 14), [(14, "C", "merged_cells")]),
    (lambda: merged("A", "A", 13, 14), [(14, "A", "merged_cells")]),
])
def test_joined_cells(sheet: Callable[[], Sheet], expected: list[tuple[int, str, str]]) -> None:
    assert places(sheet()) == expected


def test_what_stands_in_cells_joined_downwards_holds_for_all_their_rows() -> None:
    owners = {row.row: row.item.owner.id for row in reading(merged("F", "F", 12, 14)).rows}
    assert owners[12] == owners[13] == owners[14]
