from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from owed import AFTER, DAY, EVER, WITHIN, day, duty, release, settled

from ckanext.civic_list.domain.fulfilment import Link
from ckanext.civic_list.domain.obligations import Suspension
from ckanext.civic_list.domain.states import Breakpoints, Facts, on, rolling, state

STEPS = ("DAILY", "WEEKLY", "MONTHLY", "QUARTERLY", "HALF_YEAR", "YEARLY", "AS_NEEDED")


ONE = (Link("d", EVER),)


def at(owing, acts, when, kz, published=True, links=ONE, **facts):
    when = day(when) if isinstance(when, str) else when
    settlement = settled(owing, acts, when, kz, links, suspensions=facts.get("suspensions", ()))
    return state(Facts(settlement, published, **facts), when, kz)


@pytest.fixture
def quarterly(periods):
    """Owed 20 days after the quarter; released for the second quarter of 2025."""
    return duty(periods["QUARTERLY"], AFTER, "01.04.2025")


# -- each state and the days on which it turns -----------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "code", "reason"),
    [
        ("30.09.2025", "fresh", "up_to_date"),
        ("05.10.2025", "fresh", "up_to_date"),
        ("06.10.2025", "due", "due_soon"),
        ("20.10.2025", "due", "due_soon"),
        ("21.10.2025", "overdue", "in_grace"),
        ("11.11.2025", "overdue", "in_grace"),
        ("12.11.2025", "delinquent", "missed"),
        ("31.12.2025", "delinquent", "missed"),
    ],
)
def test_a_duty_that_nobody_keeps_turns_on_the_day(kz, quarterly, when, code, reason):
    found = at(quarterly, [release("03.07.2025")], when, kz)
    assert (found.code, found.reason.code) == (code, reason)


def test_next_due_and_breakpoints_are_those_of_the_oldest_open_one(kz, quarterly):
    acts = [release("03.07.2025")]
    before = at(quarterly, acts, "15.08.2025", kz)
    assert before.next_due == day("20.10.2025")
    assert before.breakpoints == Breakpoints(day("06.10.2025"), day("21.10.2025"), day("12.11.2025"))
    assert at(quarterly, acts, "25.10.2025", kz).next_due == day("20.10.2025")
    assert at(quarterly, acts, "12.11.2025", kz).next_due == day("20.01.2026")
    assert at(quarterly, [*acts, release("02.10.2025")], "02.10.2025", kz).next_due == day("20.01.2026")


def test_the_reasons_carry_the_days(kz, quarterly):
    acts = [release("03.07.2025")]
    assert at(quarterly, acts, "25.10.2025", kz).reason.params == {
        "key": "2025-Q3", "due": day("20.10.2025"), "missed": day("11.11.2025"), "done": 0, "parts": 1,
    }
    assert at(quarterly, acts, "15.08.2025", kz).reason.params == {"day": day("03.07.2025")}
    assert at(quarterly, acts, "12.11.2025", kz).reason.params == {"key": "2025-Q3", "missed": day("11.11.2025")}


def test_a_release_after_a_missed_period_makes_it_fresh_again(kz, quarterly):
    acts = [release("03.07.2025"), release("01.12.2025")]
    assert at(quarterly, acts, "30.11.2025", kz).code == "delinquent"
    assert at(quarterly, acts, "01.12.2025", kz).code == "fresh"


def test_newer_data_than_the_missed_period_are_fresh(kz, periods):
    owing = duty(periods["WEEKLY"], WITHIN, "01.10.2025")
    acts = [release("03.10.2025"), release("14.10.2025")]
    before = at(owing, acts, "16.10.2025", kz)
    assert (before.code, before.reason.params["key"], before.breakpoints.forgiven) == ("overdue", "2025-W41", True)
    assert on(before, day("17.10.2025")) == at(owing, acts, "17.10.2025", kz).code == "fresh"


def test_all_datasets_must_be_released_to_end_delinquency(kz, quarterly):
    links = (Link("d", EVER), Link("e", EVER))
    acts = [release("03.07.2025"), release("03.07.2025", "e"), release("01.12.2025")]
    assert at(quarterly, acts, "02.12.2025", kz, links=links).code == "delinquent"
    assert at(quarterly, [*acts, release("02.12.2025", "e")], "02.12.2025", kz, links=links).code == "fresh"


def test_a_part_counts_in_the_sentence(kz, periods):
    links = tuple(Link(f"d{n}", EVER) for n in range(20))
    owing = duty(periods["MONTHLY"], AFTER, "01.09.2025")
    acts = [release("10.10.2025", f"d{n}") for n in range(12)]
    found = at(owing, acts, "13.10.2025", kz, links=links)
    assert found.code == "due"
    assert (found.reason.params["done"], found.reason.params["parts"]) == (12, 20)


def test_before_the_first_release_is_due_it_has_not_started_then_it_is_missing(kz, periods):
    owing = duty(periods["DAILY"], WITHIN, "03.02.2025", published=False)
    ahead = at(owing, [], "18.03.2025", kz, published=False, links=())
    assert (ahead.code, ahead.reason.params, ahead.next_due) == (
        "not_started", {"due": day("18.03.2025")}, day("18.03.2025"),
    )
    missing = at(owing, [], "19.03.2025", kz, published=False, links=())
    assert (missing.code, missing.reason.code) == ("missing", "never_published")


def test_withdrawn_data_are_missing_at_once(kz, quarterly):
    found = at(quarterly, [release("03.07.2025")], "05.07.2025", kz, published=False, withdrawn=day("04.07.2025"))
    assert (found.code, found.reason.code, found.reason.params) == (
        "missing", "withdrawn", {"day": day("04.07.2025")},
    )


def test_missing_goes_before_delinquent_and_a_rest_before_both(kz, quarterly):
    assert at(quarterly, [], "12.11.2025", kz, published=False).code == "missing"
    rest = Suspension(day("01.11.2025"), day("13.11.2025"), "system_replaced")
    resting = at(quarterly, [], "12.11.2025", kz, published=False, suspensions=(rest,))
    assert (resting.code, resting.reason.params) == (
        "suspended", {"until": day("13.11.2025"), "ground": "system_replaced"},
    )
    assert at(quarterly, [], "13.11.2025", kz, published=False, suspensions=(rest,)).code == "missing"


def test_what_has_ended_is_not_applicable_whatever_else(kz, quarterly):
    rest = Suspension(day("01.11.2025"), day("13.11.2025"), "x")
    found = at(quarterly, [], "12.11.2025", kz, ended=day("12.11.2025"), suspensions=(rest,))
    assert (found.code, found.next_due, found.breakpoints) == ("not_applicable", None, None)
    assert at(quarterly, [], "11.11.2025", kz, ended=day("12.11.2025"), suspensions=(rest,)).code == "suspended"


def test_an_excused_period_is_as_if_it_had_not_been_owed(kz, periods):
    owing = duty(periods["MONTHLY"], WITHIN, "01.08.2025")
    rest = Suspension(day("30.09.2025"), day("02.10.2025"), "x")
    assert at(owing, [release("05.08.2025")], "16.10.2025", kz).code == "delinquent"
    assert at(owing, [release("05.08.2025")], "16.10.2025", kz, suspensions=(rest,)).code == "fresh"


def test_daily_data_are_due_on_their_day(kz, periods):
    owing = duty(periods["DAILY"], WITHIN, "01.10.2025")
    acts = [release(f"{n:02}.10.2025") for n in range(1, 8) if kz.is_working(day(f"{n:02}.10.2025"))]
    assert at(owing, acts, "07.10.2025", kz).code == "fresh"
    assert at(owing, acts, "08.10.2025", kz).code == "due"
    assert at(owing, acts, "09.10.2025", kz).code == "overdue"
    assert at(owing, acts, "10.10.2025", kz).code == "delinquent"
    assert at(owing, [*acts, release("10.10.2025")], "10.10.2025", kz).code == "overdue"
    assert at(owing, [*acts, release("10.10.2025")], "11.10.2025", kz).code == "fresh"


# -- on no list ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ("01.10.2025", "fresh"),
        ("21.10.2025", "fresh"),
        ("22.10.2025", "due"),
        ("30.10.2025", "due"),
        ("31.10.2025", "overdue"),
        ("13.11.2025", "overdue"),
        ("14.11.2025", "delinquent"),
    ],
)
def test_data_on_no_list_have_the_same_states_by_a_rolling_clock(kz, periods, when, code):
    found = rolling(periods["MONTHLY"], day("30.09.2025"), day(when), kz)
    assert (found.code, found.next_due) == (code, day("30.10.2025"))


def test_data_on_no_list_without_release_have_not_started(kz, periods):
    assert rolling(periods["MONTHLY"], None, day("30.09.2025"), kz).code == "not_started"


# -- what the index tells without the database -----------------------------------------------------------


@settings(deadline=None)
@given(
    st.sampled_from(STEPS), st.sampled_from([WITHIN, AFTER]),
    st.lists(st.dates(date(2024, 1, 1), date(2025, 3, 31)), max_size=8),
    st.dates(date(2024, 1, 1), date(2025, 3, 31)), st.booleans(),
)
def test_a_state_tells_its_next_turn_until_something_happens(kz, periods, code, schedule, days, when, published):
    owing = duty(periods[code], schedule, published=published)
    acts = [release(one) for one in days if one <= when]
    there = published or bool(acts)
    now = at(owing, acts, when, kz, published=there)
    points = now.breakpoints
    if points is None:
        assert code == "AS_NEEDED"
        assert now.code in ("missing", "delinquent")
        return
    turns = [points.due_from, points.overdue_from, points.missed_from]
    assert turns == sorted(turns)
    if now.code == "delinquent":
        assert on(now, when) == "delinquent"
        return
    for later in {when, *turns, *(turn - DAY for turn in turns)}:
        if later >= when and not (points.forgiven and later >= points.missed_from):
            assert on(now, later) == at(owing, acts, later, kz, published=there).code
