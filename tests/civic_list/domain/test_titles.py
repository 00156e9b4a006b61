from __future__ import annotations

import pytest

from ckanext.civic_list.domain.titles import title_key, without_number

SAME = [
    ("Реестр школ", "  РЕЕСТР\u00a0\n школ "),
    ("Объём закупок", "Объем закупок."),
    ("АО «НК „Продкорпорация“»", 'АО "НК "Продкорпорация""'),
    ("Итоги 2024 – 2025", "Итоги 2024 — 2025"),
    ("Реестр школ", "Рeecтp шкoл"),
    ("Доля трудоустроенных", "Доля тру\u00adдоустр\u200bоенных"),
    ("Общее количество детей", "304. Общее количество детей"),
    ("Общее количество детей", "№654 Общее количество детей"),
    ("Өңірлер бөлінісінде", "Ɵңiрлер бɵлiнiсiнде"),
    ("регион; предмет", "регион;_x000D_\nпредмет"),
]
DIFFERENT = [
    ("Реестр школ", "Реестр школ города"),
    ("Итоги за 2024", "Итоги за 2025"),
    ("Ұлт", "Улт"),
    ("100 школ", "200 школ"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_equal_keys(one: str, other: str) -> None:
    assert title_key(one) == title_key(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_keys(one: str, other: str) -> None:
    assert title_key(one) != title_key(other)


@pytest.mark.parametrize(
    "title", ["3.5 млн тенге", "01.03.2025 года", "2025 год", "100 школ", "№654", "12.", "№ 1-М нысанды есеп"]
)
def test_a_number_that_belongs_to_the_title_stays(title: str) -> None:
    assert without_number(title) == title


@pytest.mark.parametrize("start", ["304. ", "304.", "12.3) ", "№654 ", "№ 654. ", "№654."])
def test_the_number_of_another_edition_goes(start: str) -> None:
    assert without_number(start + "Реестр") == "Реестр"
