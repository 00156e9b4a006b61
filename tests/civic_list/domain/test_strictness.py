"""What an agency may promise by itself, and what the keeper must agree to."""
from __future__ import annotations

import pytest

from ckanext.civic_list.domain.items import Schedule
from ckanext.civic_list.domain.strictness import Periods, Terms, looser

PERIODS = Periods(("DAILY", "MONTHLY", "QUARTERLY", "YEARLY", "AS_NEEDED"), {"MONTHLY": 15, "QUARTERLY": 20})
QUARTERLY = Terms("QUARTERLY")
AFTER_TEN = Schedule("after", 10)


@pytest.mark.parametrize(("listed", "own", "answer"), [
    (QUARTERLY, Terms("MONTHLY"), False),
    (QUARTERLY, QUARTERLY, False),
    (QUARTERLY, Terms("YEARLY"), True),
    (QUARTERLY, Terms("AS_NEEDED"), True),
    (QUARTERLY, Terms("NEVER_HEARD_OF"), True),
    (Terms("NEVER_HEARD_OF"), QUARTERLY, False),
    (QUARTERLY, Terms("QUARTERLY", AFTER_TEN), False),
    (QUARTERLY, Terms("QUARTERLY", Schedule("after", 21)), True),
    (QUARTERLY, Terms("MONTHLY", Schedule("after", 16)), True),
    (QUARTERLY, Terms("QUARTERLY", Schedule("within")), True),
    (Terms("QUARTERLY", AFTER_TEN), Terms("QUARTERLY", AFTER_TEN), False),
    (Terms("QUARTERLY", AFTER_TEN), Terms("QUARTERLY", Schedule("after", 9)), False),
    (Terms("QUARTERLY", AFTER_TEN), Terms("QUARTERLY", Schedule("after", 11)), True),
    (Terms("QUARTERLY", AFTER_TEN), Terms("QUARTERLY", Schedule("after")), True),
    (Terms("QUARTERLY", AFTER_TEN), Terms("MONTHLY", Schedule("after", 9, "working_day")), True),
    (Terms("QUARTERLY", Schedule("within")), Terms("QUARTERLY", AFTER_TEN), True),
    (Terms("QUARTERLY", Schedule("within")), Terms("MONTHLY", Schedule("within")), False),
])
def test_whether_the_agency_asks_less_of_itself_than_the_list(listed, own, answer):
    assert looser(listed, own, PERIODS) is answer


def test_the_strictest_of_several_periods():
    assert PERIODS.strictest(["YEARLY", "MONTHLY", "AS_NEEDED"]) == "MONTHLY"
