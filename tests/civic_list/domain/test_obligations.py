from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from owed import AFTER, WITHIN, day, duty, passing

from ckanext.civic_list.domain.items import Schedule
from ckanext.civic_list.domain.obligations import Duty, Excuse, Suspension, Terms, excuse, owed

STEPS = ("DAILY", "WEEKLY", "MONTHLY", "QUARTERLY", "HALF_YEAR", "YEARLY")


def keys(obligations) -> list[str]:
    return [one.key for one in obligations]


def days(obligations) -> list[tuple[str, date]]:
    return [(one.key, one.due) for one in obligations]


# -- periods ---------------------------------------------------------------------------------------------


def test_every_period_is_owed_up_to_the_day_and_the_next_one_after_it(kz, periods):
    assert keys(owed(duty(periods["QUARTERLY"], AFTER), day("03.07.2025"), kz)) == [
        "2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4", "2025-Q1", "2025-Q2", "2025-Q3",
    ]


@pytest.mark.parametrize(
    ("code", "begins", "first"),
    [
        ("QUARTERLY", "10.03.2025", "2025-Q1"),
        ("QUARTERLY", "11.03.2025", "2025-Q2"),
        ("MONTHLY", "24.06.2025", "2025-07"),
        ("MONTHLY", "23.06.2025", "2025-06"),
        ("YEARLY", "03.10.2025", "2026"),
        ("YEARLY", "02.10.2025", "2025"),
        ("WEEKLY", "11.10.2025", "2025-W42"),
        ("WEEKLY", "10.10.2025", "2025-W41"),
        ("DAILY", "11.10.2025", "2025-10-13"),
    ],
)
def test_the_first_period_ends_at_least_min_gap_after_the_duty_begins(kz, periods, code, begins, first):
    assert keys(owed(duty(periods[code], WITHIN, begins), day(begins), kz))[0] == first


# -- the first release -----------------------------------------------------------------------------------


def test_without_public_data_a_first_release_is_owed(kz, periods):
    owing = duty(periods["MONTHLY"], WITHIN, "03.02.2025", published=False)
    obligations = owed(owing, day("03.02.2025"), kz)
    assert days(obligations)[0] == ("first", day("18.03.2025"))
    assert obligations[0].due == kz.add_working_days(day("03.02.2025"), 30)
    assert obligations[0].missed == kz.add_working_days(day("18.03.2025"), 10)
    assert keys(owed(owing, day("01.05.2025"), kz)) == ["first", "2025-03", "2025-04", "2025-05", "2025-06"]


def test_the_items_own_day_goes_before_the_usual_one(kz, periods):
    def due(text: str) -> date:
        owing = duty(periods["MONTHLY"], WITHIN, "03.02.2025", published=False, first_due=day(text))
        return owed(owing, day("03.02.2025"), kz)[0].due

    assert due("12.02.2025") == day("12.02.2025")
    assert due("15.02.2025") == day("17.02.2025")
    assert due("15.01.2025") == day("18.03.2025")


def test_what_is_due_before_the_first_release_is_covered_by_it(kz, periods):
    obligations = owed(duty(periods["DAILY"], WITHIN, "03.02.2025", published=False), day("01.04.2025"), kz)
    assert obligations[0].key in ("first", "2025-03-18")
    assert min(one.due for one in obligations) == day("18.03.2025")


# -- changed terms ---------------------------------------------------------------------------------------


def changed(periods, before: tuple[str, Schedule], after: tuple[str, Schedule], on: str) -> Duty:
    terms = (
        Terms(day("01.01.2025"), periods[before[0]], before[1]),
        Terms(day(on), periods[after[0]], after[1]),
    )
    return Duty(day("01.01.2025"), terms, published=True)


def told(owing: Duty, upto: str, kz) -> list[tuple[str, str]]:
    return [(one.key, one.closed or "") for one in owed(owing, day(upto), kz)]


def test_a_stricter_period_replaces_the_running_one(kz, periods):
    owing = changed(periods, ("QUARTERLY", WITHIN), ("MONTHLY", WITHIN), "10.02.2025")
    assert told(owing, "15.03.2025", kz) == [
        ("2025-02", ""), ("2025-Q1", "replaced"), ("2025-03", ""), ("2025-04", ""),
    ]


def test_a_looser_period_lets_the_running_one_end(kz, periods):
    owing = changed(periods, ("MONTHLY", WITHIN), ("QUARTERLY", WITHIN), "10.02.2025")
    assert told(owing, "15.03.2025", kz) == [("2025-01", ""), ("2025-02", ""), ("2025-Q1", ""), ("2025-Q2", "")]


def test_a_shorter_delay_takes_the_running_period_over(kz, periods):
    owing = changed(periods, ("QUARTERLY", AFTER), ("QUARTERLY", Schedule("after", 10)), "10.02.2025")
    obligations = [one for one in owed(owing, day("15.03.2025"), kz) if one.key == "2025-Q1"]
    assert [(one.due, one.closed) for one in obligations] == [
        (day("10.04.2025"), None), (day("21.04.2025"), "replaced"),
    ]
    assert len({one.id for one in obligations}) == 2


def test_a_longer_delay_leaves_the_running_period_and_asks_for_it_once(kz, periods):
    owing = changed(periods, ("QUARTERLY", Schedule("after", 10)), ("QUARTERLY", AFTER), "10.02.2025")
    obligations = owed(owing, day("03.07.2025"), kz)
    assert [(one.key, one.due, one.closed) for one in obligations][:2] == [
        ("2025-Q1", day("10.04.2025"), None), ("2025-Q2", day("21.07.2025"), None),
    ]


def test_a_period_that_is_over_keeps_its_day_when_terms_change(kz, periods):
    owing = changed(periods, ("QUARTERLY", AFTER), ("MONTHLY", AFTER), "10.04.2025")
    first = owed(owing, day("15.04.2025"), kz)[0]
    assert (first.key, first.due, first.closed) == ("2025-Q1", day("21.04.2025"), None)


def test_terms_that_hold_later_change_nothing_before(kz, periods):
    owing = changed(periods, ("QUARTERLY", WITHIN), ("MONTHLY", WITHIN), "10.02.2025")
    assert told(owing, "09.02.2025", kz) == [("2025-Q1", ""), ("2025-Q2", "")]


@settings(deadline=None)
@given(
    st.sampled_from(STEPS), st.sampled_from(STEPS), st.sampled_from([WITHIN, AFTER]),
    st.sampled_from([WITHIN, AFTER]), st.dates(date(2025, 1, 2), date(2026, 6, 30)),
)
def test_a_change_of_terms_never_asks_twice_for_one_period(kz, periods, before, after, one, other, on):
    terms = (Terms(day("01.01.2025"), periods[before], one), Terms(on, periods[after], other))
    obligations = owed(Duty(day("01.01.2025"), terms, published=True), day("31.12.2026"), kz)
    standing = [obligation.key for obligation in obligations if obligation.closed is None]
    assert len(standing) == len(set(standing))
    assert len({obligation.id for obligation in obligations}) == len(obligations)
    replaced = [obligation for obligation in obligations if obligation.closed]
    new = [obligation for obligation in obligations if obligation.since == on]
    assert len(replaced) <= 1
    assert all(min(one.due for one in new) <= old.due for old in replaced)


# -- the end, successors, excuses ------------------------------------------------------------------------


def test_when_a_duty_ends_only_what_was_due_before_stays(kz, periods):
    owing = duty(periods["QUARTERLY"], AFTER, "01.01.2025", until=day("21.07.2025"))
    assert keys(owed(owing, day("20.07.2025"), kz)) == ["2025-Q1", "2025-Q2", "2025-Q3"]
    assert keys(owed(owing, day("21.07.2025"), kz)) == ["2025-Q1"]


def test_what_is_not_due_passes_with_its_day_and_what_is_in_grace_stays(kz, periods):
    old = duty(periods["QUARTERLY"], AFTER, "01.01.2025", until=day("10.07.2025"))
    passed = passing(owed(old, day("09.07.2025"), kz), day("10.07.2025"), fulfilled=[])
    assert days(passed) == [("2025-Q2", day("21.07.2025"))]
    new = duty(periods["QUARTERLY"], AFTER, "10.07.2025", published=False, inherited=tuple(passed))
    assert days(owed(new, day("10.10.2025"), kz)) == [
        ("2025-Q2", day("21.07.2025")), ("2025-Q3", day("20.10.2025")), ("2025-Q4", day("20.01.2026")),
    ]
    in_grace = passing(owed(old, day("25.07.2025"), kz), day("25.07.2025"), fulfilled=[])
    assert in_grace == []


def test_what_is_fulfilled_does_not_pass(kz, periods):
    obligations = owed(duty(periods["QUARTERLY"], AFTER, "01.01.2025"), day("09.07.2025"), kz)
    done = [one.id for one in obligations if one.key == "2025-Q2"]
    assert passing(obligations, day("10.07.2025"), done) == []


def test_a_running_within_period_passes_once(kz, periods):
    old = duty(periods["QUARTERLY"], WITHIN, "01.01.2025")
    passed = passing(owed(old, day("09.08.2025"), kz), day("10.08.2025"), fulfilled=[])
    new = duty(periods["QUARTERLY"], WITHIN, "10.08.2025", inherited=tuple(passed))
    assert keys(owed(new, day("10.08.2025"), kz)) == ["2025-Q3", "2025-Q4"]


def test_an_excuse_closes_one_obligation_and_a_suspension_those_that_fall_due(kz, periods):
    obligations = owed(duty(periods["MONTHLY"], WITHIN, "01.01.2025"), day("15.06.2025"), kz)
    excuses = [Excuse("2025-01", day("01.01.2025"), "force_majeure"), Excuse("2025-02", day("02.01.2025"), "x")]
    rest = Suspension(day("30.04.2025"), day("30.05.2025"), "system_replaced")
    found = excuse(obligations, excuses, [rest])
    assert [(one.key, one.closed, one.ground) for one in found if one.closed] == [
        ("2025-01", "excused", "force_majeure"), ("2025-04", "excused", "system_replaced"),
    ]


def test_an_excuse_does_not_reopen_what_was_replaced(kz, periods):
    obligations = owed(
        changed(periods, ("QUARTERLY", WITHIN), ("MONTHLY", WITHIN), "10.02.2025"), day("01.03.2025"), kz
    )
    found = excuse(obligations, [Excuse("2025-Q1", day("01.01.2025"), "x")])
    assert [one.closed for one in found if one.key == "2025-Q1"] == ["replaced"]


@settings(deadline=None)
@given(st.sampled_from(STEPS), st.sampled_from([WITHIN, AFTER]), st.dates(date(2024, 1, 1), date(2026, 12, 31)))
def test_time_adds_obligations_and_never_changes_those_that_were(kz, periods, code, schedule, on):
    owing = duty(periods[code], schedule)
    earlier = owed(owing, on, kz)
    later = owed(owing, day("31.12.2026"), kz)
    assert later[: len(earlier) - 1] == earlier[:-1]
    assert {one.id for one in earlier} <= {one.id for one in [*later, *owed(owing, day("01.03.2028"), kz)]}
