"""Telephone numbers in one spelling."""
from __future__ import annotations

import pytest

from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_subscriptions.domain.phones import covered, international


@pytest.mark.parametrize("written", [
    "+7 701 123 45 67", "8 (701) 123-45-67", "87011234567", "701 123 45 67", "0077011234567", "+7.701.123.45.67",
])
def test_one_number_however_it_is_written(written):
    assert international(written, "7", "8") == "+77011234567"


def test_a_number_of_another_country_stays_its_own():
    assert international("+49 30 901820", "7", "8") == "+4930901820"


def test_a_country_without_a_trunk_digit():
    assert international("8123 4567", "65", "") == "+6581234567"


def test_a_number_that_begins_like_the_trunk_or_the_country():
    assert international("812 123 45 67", "7", "8") == "+78121234567"
    assert international("77011234567", "7", "8") == "+77011234567"
    assert international("030 901820", "49", "0") == "+4930901820"


@pytest.mark.parametrize("written", ["", "123", "+7 701 abc", "+0 701 123 45 67", "+" + "7" * 20, "112; drop"])
def test_what_is_no_number(written):
    with pytest.raises(Refused) as caught:
        international(written, "7", "8")
    assert caught.value.code == "phone_wrong"


def test_its_owner_knows_it_again():
    assert covered("+77011234567") == "+7••••••••67"
