from __future__ import annotations

import pytest

from ckanext.civic_list.domain.cleaning import clean, has_html, personal_number, would_run

WORDS = frozenset({"иин", "жсн", "iin"})


@pytest.mark.parametrize(("text", "right", "codes"), [
    ("текст", "текст", ()), ("", "", ()), ("  текст", "текст", ("trailing_spaces",)),
    ("два\tслова", "два слова", ("trailing_spaces",)), ("два\u00a0слова", "два слова", ("non_breaking_spaces",)),
    ("с\u00adло\u200bво", "слово", ("invisible_characters",)), ("два\nслова", "два слова", ("line_breaks",)),
    ("два\u2028слова", "два слова", ("line_breaks",)), ("слово\r\n", "слово", ("trailing_spaces",)),
    ("два_x000D_\nслова", "два слова", ("xml_escape", "line_breaks")), ("a_x0041_b", "aAb", ("xml_escape",)),
    ("\u0438\u0306", "й", ()), ("\x07звонок", "звонок", ("invisible_characters",)),
])
def test_one_line(text: str, right: str, codes: tuple[str, ...]) -> None:
    found = clean(text)
    assert (found.text, found.codes) == (right, codes)
    assert clean(right).codes == ()


@pytest.mark.parametrize(("text", "right", "codes"), [
    ("одна\nдве", "одна\nдве", ()), ("одна \n\n две", "одна\nдве", ("trailing_spaces",)),
    ("одна_x000D_\nдве", "одна\nдве", ("xml_escape",)),
])
def test_several_lines(text: str, right: str, codes: tuple[str, ...]) -> None:
    found = clean(text, lines=True)
    assert (found.text, found.codes) == (right, codes)


@pytest.mark.parametrize("text", ["<b>x</b>", "x<br>", "<SCRIPT src=x", "a&nbsp;b", "&#60;b", "<!-- x -->", "</p>"])
def test_html(text: str) -> None:
    assert has_html(text)


@pytest.mark.parametrize("text", ["a < b", "R&D; прочее", "1 <2", "<10", "x > y", "AT&T"])
def test_no_html(text: str) -> None:
    assert not has_html(text)


@pytest.mark.parametrize("text", ["=1", "  =A1", "@SUM(1)", "+A1+B2", "-SUM(A1)", "+1|x", "-x!A1", "\t=1", "＝1"])
def test_text_that_a_spreadsheet_would_run(text: str) -> None:
    assert would_run(text)


@pytest.mark.parametrize("text", ["+7 (7172) 00-00-00", "-5", "- да", "-", "a=b", "5+5", "+7 701 вн. 12", "- важно!"])
def test_text_that_it_would_not(text: str) -> None:
    assert not would_run(text)


@pytest.mark.parametrize(("text", "is_personal"), [
    ("ИИН 000000000000", True), ("исп.: отдел, ИИН: 000000000000", True), ("ЖСН000000000000", True),
    ("000000000000", False), ("ИИН 00000000000", False), ("БИН 900140300007", False),
    ("БИН 000000000000", False), ("тел. 77172000000", False),
])
def test_numbers_of_persons(text: str, is_personal: bool) -> None:
    assert personal_number(text, WORDS) == is_personal


def test_a_number_whose_check_digit_is_right_needs_no_name() -> None:
    digits = [9, 0, 0, 1, 0, 1, 3, 0, 0, 0, 0]
    check = sum(digit * weight for digit, weight in zip(digits, range(1, 12), strict=True)) % 11
    for last in range(10):
        number = "".join(map(str, [*digits, last]))
        assert personal_number(number, WORDS) == (last == check)
