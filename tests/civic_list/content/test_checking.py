"""Which parts of a row's composition the columns of a file cover."""
from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ckanext.civic_list.content.checking import compare

LIST = Path(__file__).parents[2] / "fixtures" / "unified-list-2026.csv"
with LIST.open(encoding="utf-8-sig") as file:
    ROWS = [row for row in csv.DictReader(file) if row["Состав данных"]]
COMPOSITIONS = [tuple(part.strip() for part in row["Состав данных"].split(";")) for row in ROWS]


@pytest.mark.parametrize(
    ("part", "column"),
    [
        ("отчетный период", "Отчётный период"),
        ("отчетный период", "отчетный_период"),
        ("отчетный период", "otchetnyi_period"),
        ("отчетный период", "Период (отчетный)"),
        ("наименование региона", "Регион"),
        ("наименование региона", "Наименования регионов"),
        ("площадь, га", "Площадь (га)"),
        ("площадь, га", "Площадь участка, гектаров"),
        ("сумма нарушений, млн тенге", "Сумма нарушений, тыс. тенге"),
        ("количество выявленных нарушений", "Выявленные нарушения"),
        ("количество проверок", "Проверки, ед."),
        ("адрес", "Юридический адрес"),
        ("дата выдачи", "Дата выдачи сертификата"),
        ("наименование", "Наименование"),
        ("режим работы", "РежимРаботы"),
        ("есепті кезең", "Есепті кезең"),
        ("өңір атауы", "Өңірдің атауы"),
        ("telephone", "Telephone number"),
    ],
)
def test_a_part_is_found_however_its_column_is_written(part, column):
    assert compare([part], ["№", column]).covered == (part,)


@pytest.mark.parametrize(
    ("part", "column"),
    [
        ("отчетный период", "Дата"),
        ("мужчины", "Женщины"),
        ("дата выдачи", "Дата рождения"),
        ("количество участков", "Количество проверок"),
        ("наименование объекта", "Наименование"),
        ("срок договора", "Срок"),
        ("сумма, млн тенге", "млн тенге"),
        ("адрес", "№"),
        ("адрес", ""),
    ],
)
def test_a_part_that_is_not_there_is_missing(part, column):
    assert compare([part], [column]).missing == (part,)


def test_the_answer_keeps_the_order_of_the_row():
    found = compare(["отчетный период", "регион", "площадь, га", "адрес"], ["Адрес", "Отчетный период"])
    assert (found.covered, found.missing) == (("отчетный период", "адрес"), ("регион", "площадь, га"))
    assert not found.whole


def test_a_row_without_composition_misses_nothing_and_a_file_without_columns_everything():
    assert compare([], ["Регион"]).whole
    assert compare(["регион"], []).missing == ("регион",)


@pytest.mark.parametrize("parts", COMPOSITIONS, ids=range(len(COMPOSITIONS)))
def test_a_file_made_by_the_list_covers_its_row(parts):
    columns = ["№ п/п", *[part.replace("отчетный", "отчётный").capitalize() for part in reversed(parts)]]
    assert compare(parts, columns).whole


def test_a_file_of_another_row_seldom_covers_a_row():
    """Of the sample's pairs of rows without a part in common, how many parts are wrongly found."""
    wrong = total = 0
    for mine in COMPOSITIONS[::3]:
        for others in COMPOSITIONS[::3]:
            if set(mine).isdisjoint(others):
                total += len(mine)
                wrong += len(compare(mine, others).covered)
    assert total > 1_000
    assert wrong / total < 0.05


def test_a_common_word_is_not_found_in_the_column_of_another_part():
    parts = ["наименование региона", "наименование"]
    assert compare(parts, ["Наименование региона"]).missing == ("наименование",)
    assert compare(parts, ["Наименование региона", "Наименование аптеки"]).whole
    assert compare(["дата и время", "%"], ["Дата и время", "%"]).whole
