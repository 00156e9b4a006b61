from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_requests.domain.numbers import Number, parse

numbers = st.builds(Number, st.integers(1000, 9999), st.integers(1, 10**12 - 1))


def test_a_number_as_people_quote_it():
    assert str(Number(2026, 123)) == "UR-2026-000123"
    assert parse(" ur-2026-000123 ") == Number(2026, 123)


def test_a_year_with_more_than_a_million():
    assert str(Number(2026, 1_234_567)) == "UR-2026-1234567"


@given(numbers)
def test_there_and_back(number):
    assert parse(str(number)) == number


@given(numbers, numbers)
def test_two_numbers_never_look_the_same(one, other):
    assert (str(one) == str(other)) == (one == other)


@pytest.mark.parametrize(
    "text",
    ["", "2026-000123", "UR-2026-123", "UR-2026-0000123", "UR-26-000123", "PA-2026-000045", "UR-2026-000000",
     "UR-0999-000001", "UR-2026-00012٣", "UR-2026-000123\nx", "UR-2026-1234567890123"],
)
def test_what_is_no_number(text):
    with pytest.raises(Refused) as refusal:
        parse(text)
    assert (refusal.value.code, refusal.value.field) == ("number_malformed", "id")


@pytest.mark.parametrize(("year", "sequence"), [(2026, 0), (2026, 10**12), (999, 1), (10000, 1)])
def test_no_number_is_made_of_these(year, sequence):
    with pytest.raises(ValueError, match="no number"):
        Number(year, sequence)
