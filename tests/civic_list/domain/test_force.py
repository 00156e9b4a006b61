"""Which edition is in force on which days."""
from __future__ import annotations

from datetime import date

import pytest

from ckanext.civic_list.domain.force import InLaw, Stretch, in_force, timeline

JAN, FEB, MAR, APR, JUN = (date(2025, month, 1) for month in (1, 2, 3, 4, 6))
FIRST, SECOND = InLaw("first", FEB, JAN), InLaw("second", APR, FEB)


def days(*editions, day=JAN):
    return [(one.edition, one.since, one.until) for one in timeline(editions, day)]


def test_nothing_is_in_force_before_the_first_day():
    assert in_force([FIRST], JAN) is None
    assert days(FIRST) == [("first", FEB, None)]


def test_a_later_edition_takes_over_on_its_day_whatever_the_order_they_come_in():
    expected = [("first", FEB, APR), ("second", APR, None)]
    assert days(FIRST, SECOND) == days(SECOND, FIRST) == expected


def test_the_past_is_left_out():
    assert days(FIRST, SECOND, day=MAR) == [("first", MAR, APR), ("second", APR, None)]


def test_a_revoked_edition_gives_way_to_the_one_before_it():
    revoked = InLaw("second", APR, FEB, revoked_on=JUN)
    assert days(FIRST, revoked) == [("first", FEB, APR), ("second", APR, JUN), ("first", JUN, None)]


def test_one_revoked_before_its_day_is_never_in_force():
    assert days(FIRST, InLaw("second", APR, FEB, revoked_on=MAR)) == [("first", FEB, None)]


def test_where_the_only_edition_is_revoked_nothing_is_in_force():
    assert timeline([InLaw("first", FEB, JAN, revoked_on=MAR)], JAN) == (Stretch("first", FEB, MAR),)
    assert in_force([InLaw("first", FEB, JAN, revoked_on=MAR)], MAR) is None


@pytest.mark.parametrize(("day", "edition"), [(FEB, "first"), (MAR, "first"), (APR, "late"), (JUN, "late")])
def test_one_dated_back_is_in_force_from_its_approval(day, edition):
    assert in_force([FIRST, InLaw("late", MAR, APR)], day) == edition
