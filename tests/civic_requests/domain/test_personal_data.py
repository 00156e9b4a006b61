from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.civic_requests.domain.personal_data import MARK, find, hidden, is_card, is_iin

#: numbers of nobody with a right check digit
IINS = ("791028302728", "061211600012")


def found(text: str) -> list[tuple[str, str]]:
    return [(one.kind, text[one.start : one.end]) for one in find(text)]


def check_digit(first: str) -> int | None:
    """The rule as the government's resolution No 406 of 22.05.2007 tells it, once more."""
    rest = _first_row(first)
    if rest == 10:
        rest = sum(((n + 2) % 11 + 1) * int(digit) for n, digit in enumerate(first)) % 11
    return None if rest == 10 else rest


def _first_row(first: str) -> int:
    return sum((n + 1) * int(digit) for n, digit in enumerate(first)) % 11


# -- what is somebody's ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # in Russian
        ("Мой ИИН 791028302728, прошу исправить.", [("iin", "791028302728")]),
        ("ИИН:791028302728", [("iin", "791028302728")]),
        ("ИИН791028302728", [("iin", "791028302728")]),
        ("ИИН 791028-302728", [("iin", "791028-302728")]),
        ("ИИН 791028 302 728", [("iin", "791028 302 728")]),
        ("ИИН 7910 2830 2728", [("iin", "7910 2830 2728")]),
        ("791028302728,061211600012", [("iin", "791028302728"), ("iin", "061211600012")]),
        ("https://site.kz/?iin=791028302728", [("iin", "791028302728")]),
        ("Звоните: 8 (701) 123-45-67.", [("phone", "8 (701) 123-45-67")]),
        ("тел.87011234567", [("phone", "87011234567")]),
        ("тел-8701-123-45-67", [("phone", "8701-123-45-67")]),
        ("+7 701 123 45 67", [("phone", "+7 701 123 45 67")]),
        ("+7(701)1234567, спросить Асель", [("phone", "+7(701)1234567")]),
        ("8-7172-55-44-33", [("phone", "8-7172-55-44-33")]),
        ("8.701.123.45.67", [("phone", "8.701.123.45.67")]),
        ("7 701 123 45 67", [("phone", "7 701 123 45 67")]),
        ("87011234567/87021234567", [("phone", "87011234567"), ("phone", "87021234567")]),
        ("звонить +998 90 123 45 67", [("phone", "+998 90 123 45 67")]),
        ("пишите на a.serik+1@mail.kz.", [("email", "a.serik+1@mail.kz")]),
        ("почта: аян@пошта.қаз", [("email", "аян@пошта.қаз")]),
        ("карта 4111 1111 1111 1111", [("card", "4111 1111 1111 1111")]),
        ("карта 5500-0055-5555-5559", [("card", "5500-0055-5555-5559")]),
        ("оплатил с 6212345678901232", [("card", "6212345678901232")]),
        # in Kazakh
        ("Менің ЖСН-ім 061211600012, түзетуіңізді сұраймын", [("iin", "061211600012")]),
        ("Маған +77011234567 нөміріне хабарласыңыз", [("phone", "+77011234567")]),
        ("Поштам: aigul@example.kz", [("email", "aigul@example.kz")]),
        # in English
        ("My card 378282246310005 was charged", [("card", "378282246310005")]),
        ("Call me at +7 (7172) 55-44-33 or write to me@example.com",
         [("phone", "+7 (7172) 55-44-33"), ("email", "me@example.com")]),
    ],
)
def test_what_is_found(text, expected):
    assert found(text) == expected


# -- what is not -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Набор не обновлялся с 01.10.2025 по 24.11.2026",
        "2025-10-13T09:00:00.123456",
        "обновлено 20251013170618",
        "Сумма 32 685 318 тенге, а должно быть 87 011 234 567 тенге",
        "4 111 111 111 111 111 тенге",
        "8 701 123 456 тенге и 701 123 456,78",
        "87011234567,50 тенге и 87011234567.5",
        "БИН 990140004567",
        "БИН 060640005678, БСН 990140004567",
        "строка MZ-006@akmola-region, заявка UR-2026-000123, PA-2026-000045",
        "KZ86 1234 5678 9012 3456",
        "KZ75125KZT2013000335",
        "resource 0f0f0f0f-1234-4567-89ab-791028302728",
        "координаты 52.519805,68.752812",
        "горячая линия 8 800 080 77 77 и 1414",
        "версия 1769663394007 и apiUri1769663394007",
        "кадастровый номер 03:046:012:345",
        "за 2024 2025 2026 2027 годы",
        "значение 3.9923176574684759E-3",
        "ИИН 791028302729: контрольный разряд другой",
        "901328302728 и 790231302728: нет такого дня",
        "791028902728: нет такого века",
        "карта 4111 1111 1111 1112",
        "@akmola и user@localhost",
        "Приказ № 177-НҚ от 18.04.2025, ред. 36008",
        "",
    ],
)
def test_what_is_left_alone(text):
    assert found(text) == []
    assert hidden(text) == text


# -- hiding ------------------------------------------------------------------------------------------------


def test_what_others_read():
    text = "ИИН 791028302728, тел. 8 (701) 123-45-67, почта a@b.kz; БИН 990140004567"
    assert hidden(text) == f"ИИН {MARK}, тел. {MARK}, почта {MARK}; БИН 990140004567"
    assert hidden(text, "[скрыто]").startswith("ИИН [скрыто], тел. [скрыто]")


pieces = st.sampled_from((*IINS, "8 701 123 45 67", "a@b.kz", "4111 1111 1111 1111", "+77011234567", "KZ86", "2025"))


@given(st.lists(pieces | st.text("0178 -+.,@xЖ", max_size=8), max_size=8).map("".join))
def test_nothing_is_left_after_hiding_and_spans_do_not_overlap(text):
    spans = find(text)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert find(hidden(text)) == ()
    assert hidden(hidden(text)) == hidden(text)


# -- check digits ------------------------------------------------------------------------------------------


@given(st.dates().filter(lambda one: 1900 <= one.year <= 2025), st.integers(0, 1), st.integers(0, 9999))
def test_each_number_has_one_right_check_digit(born, sex, serial):
    century = {19: 3, 20: 5}[born.year // 100] + sex
    first = f"{born:%y%m%d}{century}{serial:04}"
    right = check_digit(first)
    assert [digit for digit in range(10) if is_iin(f"{first}{digit}")] == ([] if right is None else [right])


@given(st.integers(0, 99), st.integers(1, 12), st.sampled_from("456"), st.integers(0, 10**7 - 1))
def test_the_number_of_an_organisation_is_never_that_of_a_person(year, month, kind, rest):
    assert not is_iin(f"{year:02}{month:02}{kind}{rest:07}")


def test_the_second_row_of_weights_decides_where_the_first_gives_ten():
    serials = (f"9001013{n:04}" for n in range(10000))
    first = next(one for one in serials if _first_row(one) == 10 and check_digit(one) is not None)
    assert is_iin(f"{first}{check_digit(first)}")
    assert found(f"ИИН {first}{check_digit(first)}") == [("iin", f"{first}{check_digit(first)}")]


def test_one_wrong_digit_of_a_card_is_noticed():
    right = "4111111111111111"
    wrong = [right[:n] + str((int(right[n]) + 1) % 10) + right[n + 1 :] for n in range(1, len(right))]
    assert is_card(right) and not any(is_card(one) for one in wrong)


def test_a_text_full_of_digits_that_are_nobodys():
    text = "8 701 12 " * 10000
    assert hidden(text) == text


def test_a_text_full_of_numbers():
    assert hidden("8 701 123 45 67; " * 1000) == f"{MARK}; " * 1000
