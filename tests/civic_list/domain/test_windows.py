from __future__ import annotations

from datetime import date
from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from owed import AFTER, DAY, WITHIN, day

from ckanext.civic_core.domain.working_days import Calendar, Override
from ckanext.civic_list.domain.items import Schedule
from ckanext.civic_list.domain.periods import PeriodFault, build
from ckanext.civic_list.domain.windows import Windows, bounds, index_of, renewal

STEPS = ("DAILY", "WEEKLY", "MONTHLY", "QUARTERLY", "HALF_YEAR", "YEARLY")


# -- the dates of the prototype --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "schedule", "within", "key", "due", "missed"),
    [
        ("QUARTERLY", Schedule("after", 20), "01.02.2025", "2025-Q1", "21.04.2025", "15.05.2025"),
        ("QUARTERLY", AFTER, "01.05.2025", "2025-Q2", "21.07.2025", "11.08.2025"),
        ("QUARTERLY", AFTER, "01.08.2025", "2025-Q3", "20.10.2025", "11.11.2025"),
        ("MONTHLY", AFTER, "11.09.2025", "2025-09", "15.10.2025", "30.10.2025"),
        ("MONTHLY", Schedule("after", 15), "01.10.2025", "2025-10", "17.11.2025", "01.12.2025"),
        ("YEARLY", AFTER, "29.02.2024", "2024", "03.03.2025", "18.04.2025"),
        ("YEARLY", Schedule("after", 60), "01.01.2025", "2025", "02.03.2026", "17.04.2026"),
        ("HALF_YEAR", AFTER, "01.12.2025", "2025-H2", "30.01.2026", "27.02.2026"),
        ("QUARTERLY", Schedule("after", 10), "01.08.2025", "2025-Q3", "10.10.2025", "03.11.2025"),
        ("MONTHLY", WITHIN, "01.09.2025", "2025-09", "30.09.2025", "14.10.2025"),
        ("QUARTERLY", WITHIN, "01.09.2025", "2025-Q3", "30.09.2025", "21.10.2025"),
        ("WEEKLY", WITHIN, "13.10.2025", "2025-W42", "20.10.2025", "23.10.2025"),
    ],
)
def test_the_days_of_the_prototype(kz, periods, code, schedule, within, key, due, missed):
    window = Windows(periods[code], schedule, kz).of(day(within))
    assert (window.key, window.due, window.missed) == (key, day(due), day(missed))


# -- opening, naming ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "held", "key", "label", "starts", "ends"),
    [
        ("DAILY", "29.02.2024", "2024-02-29", {"year": 2024, "month": 2, "day": 29}, "29.02.2024", "29.02.2024"),
        ("WEEKLY", "31.12.2024", "2025-W01", {"year": 2025, "week": 1}, "30.12.2024", "05.01.2025"),
        ("WEEKLY", "01.01.2021", "2020-W53", {"year": 2020, "week": 53}, "28.12.2020", "03.01.2021"),
        ("MONTHLY", "10.02.2024", "2024-02", {"year": 2024, "month": 2}, "01.02.2024", "29.02.2024"),
        ("QUARTERLY", "31.12.2025", "2025-Q4", {"year": 2025, "quarter": 4}, "01.10.2025", "31.12.2025"),
        ("HALF_YEAR", "30.06.2025", "2025-H1", {"year": 2025, "half_year": 1}, "01.01.2025", "30.06.2025"),
        ("YEARLY", "05.05.2025", "2025", {"year": 2025}, "01.01.2025", "31.12.2025"),
    ],
)
def test_the_period_that_holds_a_day(kz, periods, code, held, key, label, starts, ends):
    within = Windows(periods[code], WITHIN, kz).of(day(held))
    assert (within.key, dict(within.label)) == (key, label)
    assert (within.starts, within.ends, within.opens) == (day(starts), day(ends), day(starts))


def test_after_opens_when_the_period_is_over(kz, periods):
    window = Windows(periods["QUARTERLY"], AFTER, kz).of(day("01.08.2025"))
    assert window.opens == day("01.10.2025")


def test_daily_is_owed_on_working_days_and_does_not_roll(kz, periods):
    windows = Windows(periods["DAILY"], WITHIN, kz)
    assert windows.of(day("22.03.2025")) is None
    assert [w.starts for w in islice(windows.ending_from(day("20.03.2025")), 3)] == [
        day("20.03.2025"), day("26.03.2025"), day("27.03.2025"),
    ]
    assert (windows.of(day("20.03.2025")).due, windows.of(day("20.03.2025")).missed) == (
        day("20.03.2025"), day("26.03.2025"),
    )


def test_daily_about_the_day_itself_can_be_given_on_that_day(kz, periods):
    window = Windows(periods["DAILY"], AFTER, kz).of(day("20.03.2025"))
    assert (window.opens, window.due) == (day("20.03.2025"), day("20.03.2025"))


def test_daily_on_every_day_is_due_on_days_off_too(kz, periods):
    windows = Windows(periods["DAILY"].on_every_day(), WITHIN, kz)
    sunday = windows.of(day("23.03.2025"))
    assert (sunday.due, sunday.missed) == (day("23.03.2025"), day("26.03.2025"))
    assert Windows(periods["DAILY"].on_every_day(), Schedule("after", 1), kz).of(day("22.03.2025")).due == day(
        "23.03.2025"
    )


def test_a_schedule_in_working_days_and_in_months(kz, periods):
    quarterly = periods["QUARTERLY"]
    assert Windows(quarterly, Schedule("after", 15, "working_day"), kz).of(day("01.03.2025")).due == day("21.04.2025")
    assert Windows(quarterly, Schedule("after", 1, "month"), kz).of(day("01.03.2025")).due == day("30.04.2025")


def test_days_moved_after_a_window_opened_only_help(kz, periods):
    due = day("21.07.2025")

    def moved(kind: str, which: str, recorded: str) -> date:
        override = Override(day(which), kind, day(recorded))  # type: ignore[arg-type]
        calendar = Calendar(holidays=kz.holidays, moved_in=kz.moved_in, overrides=(override,))
        return Windows(periods["QUARTERLY"], AFTER, calendar).of(day("01.05.2025")).due

    assert moved("working", "20.07.2025", "01.06.2025") == day("20.07.2025")
    assert moved("working", "20.07.2025", "10.07.2025") == due
    assert moved("holiday", "21.07.2025", "10.07.2025") == day("22.07.2025")
    assert moved("holiday", "21.07.2025", "22.07.2025") == due


def test_a_working_day_made_on_the_day_itself_owes_nothing(kz, periods):
    def owed(kind: str, which: str, recorded: str) -> bool:
        override = Override(day(which), kind, day(recorded))  # type: ignore[arg-type]
        calendar = Calendar(holidays=kz.holidays, moved_in=kz.moved_in, overrides=(override,))
        return Windows(periods["DAILY"], WITHIN, calendar).of(day(which)) is not None

    assert owed("working", "01.06.2025", "31.05.2025")
    assert not owed("working", "01.06.2025", "01.06.2025")
    assert not owed("holiday", "02.06.2025", "02.06.2025")
    assert owed("holiday", "02.06.2025", "03.06.2025")


def test_as_needed_is_owed_a_year_after_the_last_release(kz, periods):
    window = renewal(periods["AS_NEEDED"], day("29.02.2024"), kz)
    assert (window.key, window.opens, window.due) == ("after-2024-02-29", day("01.03.2024"), day("28.02.2025"))
    assert window.missed == kz.add_working_days(day("28.02.2025"), 30)


@pytest.mark.parametrize(
    ("code", "last", "due"),
    [
        ("DAILY", "21.03.2025", "26.03.2025"),
        ("WEEKLY", "14.03.2025", "26.03.2025"),
        ("MONTHLY", "31.01.2025", "28.02.2025"),
        ("QUARTERLY", "30.11.2024", "28.02.2025"),
        ("HALF_YEAR", "31.08.2024", "28.02.2025"),
        ("YEARLY", "29.02.2024", "28.02.2025"),
    ],
)
def test_the_clock_of_data_on_no_list_starts_with_each_release(kz, periods, code, last, due):
    window = renewal(periods[code], day(last), kz)
    assert window.due == day(due)
    assert window.missed == kz.add_working_days(day(due), periods[code].grace.n)


# -- for any day -------------------------------------------------------------------------------------------

days = st.dates(date(2019, 1, 1), date(2034, 6, 30))
schedules = st.sampled_from([WITHIN, AFTER, Schedule("after", 5, "working_day"), Schedule("after", 1, "month")])


@settings(deadline=None)
@given(days, st.sampled_from(STEPS))
def test_steps_cover_the_calendar_without_gap_or_overlap(periods, held, code):
    period = periods[code]
    index = index_of(period, held)
    starts, ends = bounds(period, index)
    assert starts <= held <= ends
    assert bounds(period, index + 1)[0] == ends + DAY
    assert index_of(period, starts) == index_of(period, ends) == index


@settings(deadline=None)
@given(days, st.sampled_from(STEPS), schedules)
def test_days_of_a_window_are_in_order_and_keys_differ(kz, periods, held, code, schedule):
    windows = list(islice(Windows(periods[code], schedule, kz).ending_from(held), 3))
    assert len({window.key for window in windows}) == 3
    assert windows[0].ends >= held
    for window in windows:
        assert window.starts <= window.opens <= window.due < window.missed
        assert code == "DAILY" or kz.is_working(window.due)
        assert kz.is_working(window.missed)
    for former, later in pairwise(windows):
        assert former.due <= later.due
        assert former.missed <= later.missed
        assert former.opens < later.opens


# -- the vocabulary ----------------------------------------------------------------------------------------


def test_the_shipped_numbers_are_those_of_the_rules(periods):
    numbers = {
        period.code: (period.step, period.reminder.n, period.grace.n, period.min_gap, period.after)
        for period in periods
    }
    assert numbers == {
        "DAILY": ("working_day", 0, 1, 0, 0),
        "WEEKLY": ("week", 1, 3, 2, 2),
        "MONTHLY": ("month", 5, 10, 7, 15),
        "QUARTERLY": ("quarter", 10, 15, 21, 20),
        "HALF_YEAR": ("half_year", 15, 20, 45, 30),
        "YEARLY": ("year", 30, 30, 90, 60),
        "AS_NEEDED": ("none", 30, 30, 0, 0),
    }
    assert {period.code: (period.reviews.most, period.reviews.admin_from) for period in periods} == {
        "DAILY": (0, None), "WEEKLY": (0, None), "MONTHLY": (2, None), "QUARTERLY": (2, None),
        "HALF_YEAR": (None, 3), "YEARLY": (None, 3), "AS_NEEDED": (None, 3),
    }


TEN_DAYS = {"n": 10, "unit": "working_day"}
MONTHLY = {"code": "M", "step": "month", "reminder": TEN_DAYS, "grace": TEN_DAYS, "min_gap": 7, "after": 15}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"min_gap": 15}, "no room"),
        ({"grace": {"n": 16, "unit": "working_day"}}, "no room"),
        ({"grace": {"n": 1, "unit": "month"}}, "no room"),
        ({"step": "decade"}, "not known"),
        ({"step": "none"}, "review term"),
        ({"review": {"n": 12, "unit": "month"}}, "review term"),
        ({"min_gap": -1}, "negative"),
        ({"grace": {"n": 3}}, "unit"),
        ({"grace": {"n": 3, "unit": "year"}}, "unit must be"),
        ({"reviews": {"least": 1}}, "least"),
    ],
)
def test_a_vocabulary_that_cannot_be_kept_stops_the_start(change, what):
    assert build([MONTHLY])["M"].min_gap == 7
    with pytest.raises(PeriodFault, match=f"(?s)update period M.*{what}"):
        build([MONTHLY | change])
