"""What a list asks of agencies in a year, and whether data keep pace with it."""
from __future__ import annotations

from datetime import date

import pytest

from ckanext.civic_list.domain.items import Schedule
from ckanext.civic_list.domain.workload import due_days, keeps_pace, loads, total

WITHIN, AFTER = Schedule("within"), Schedule("after")
SINCE = date(2026, 1, 1)


@pytest.mark.parametrize(("code", "schedule", "expected"), [
    ("WEEKLY", WITHIN, 52), ("MONTHLY", WITHIN, 12), ("MONTHLY", AFTER, 12), ("QUARTERLY", AFTER, 4),
    ("HALF_YEAR", WITHIN, 2), ("YEARLY", AFTER, 1), ("AS_NEEDED", WITHIN, 1),
    ("MONTHLY", Schedule("after", 14, "month"), 12), ("MONTHLY", Schedule("after", 40, "working_day"), 12),
])
def test_releases_a_year(periods, kz, code, schedule, expected):
    assert len(due_days(periods[code], schedule, SINCE, kz)) == expected


def test_daily_data_are_owed_on_the_working_days_of_the_year(periods, kz):
    days = due_days(periods["DAILY"], WITHIN, SINCE, kz)
    assert len(days) == kz.working_days_between(date(2025, 12, 31), date(2026, 12, 31))
    assert all(kz.is_working(day) for day in days)


def test_due_days_after_a_period_lie_in_the_year_that_is_looked_at(periods, kz):
    days = due_days(periods["QUARTERLY"], AFTER, SINCE, kz)
    assert [day.month for day in days] == [1, 4, 7, 10]
    assert min(days) >= SINCE


def test_a_body_owes_the_sum_of_its_duties(periods, kz):
    found = loads({
        ("mz", periods["MONTHLY"], WITHIN): 2, ("mz", periods["QUARTERLY"], WITHIN): 1,
        ("mt", periods["AS_NEEDED"], WITHIN): 3,
    }, SINCE, kz)
    assert (found["mz"].duties, found["mz"].year, found["mz"].per_month) == (3, 28, 2.3)
    assert found["mz"].per_week == 0.5
    # the March of a quarter asks for both months' data and the quarter's
    assert found["mz"].busiest >= 3
    assert (found["mt"].year, found["mt"].busiest) == (3, 0)
    assert total(found).year == 31


def test_a_list_without_duties_asks_for_nothing(kz):
    assert total(loads({}, SINCE, kz)).busiest == 0


@pytest.mark.parametrize(("releases", "known_for", "a_year", "expected"), [
    (12, 700, 12, True), (11, 700, 12, False), (3, 90, 12, True), (1, 90, 12, False),
    (1, 3, 12, True), (0, 700, 1, False), (1, 30, 1, True), (0, 0, 12, False),
])
def test_data_keep_pace_with_as_many_releases_as_the_terms_would_have_asked_for(releases, known_for, a_year, expected):
    assert keeps_pace(releases, known_for, a_year) is expected
