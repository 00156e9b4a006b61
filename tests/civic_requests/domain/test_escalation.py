from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from requested import DAY, KZ, calendars, day, days, on, presets, rules

from ckanext.civic_core.domain.working_days import Term
from ckanext.civic_requests.domain.deadlines import Happening, Turn, turns
from ckanext.civic_requests.domain.escalation import LADDER, Rung, escalations, ladder, to_take
from ckanext.civic_requests.domain.terms import Rules

LATER = day("31.12.2027")
FILED = on("filed", "02.10.2025", "health")


def turn(*happenings: Happening, preset: str = "complaint") -> Turn:
    return turns([FILED, *happenings], rules(preset), KZ, LATER)[-1]


def test_the_days_of_the_ladder():
    """20 working days from 2 October: half is over on the 16th, all on 31 October (the 27th is off)."""
    found = escalations(turn(), KZ)
    assert [(one.rung.percent, one.on) for one in found] == [
        (50, day("17.10.2025")), (100, day("01.11.2025")), (150, day("15.11.2025")), (200, day("29.11.2025")),
    ]
    assert [one.rung.tells for one in found] == [
        ("assignee",), ("agency_admins", "overdue_list"), ("agency_head",), ("authorised_body",),
    ]


def test_half_of_an_odd_number_of_days_belongs_to_the_day_after():
    """Eleven working days: five are over on Thursday."""
    found = escalations(turn(preset="access_to_information"), KZ)
    assert [one.on for one in found] == [
        day("10.10.2025"), day("18.10.2025"), day("25.10.2025"), day("05.11.2025"),
    ]


def test_the_clock_stands_for_the_ladder_too():
    found = escalations(turn(on("asked", "07.10.2025"), on("clarified", "09.10.2025")), KZ)
    assert [one.on for one in found][:2] == [day("22.10.2025"), day("06.11.2025")]


def test_each_step_is_taken_once():
    one = turn()
    assert to_take(one, KZ, day("16.10.2025"), set()) == ()
    [half] = to_take(one, KZ, day("17.10.2025"), set())
    assert half.key == (0, 50)
    assert to_take(one, KZ, day("30.10.2025"), {half.key}) == ()
    [whole] = to_take(one, KZ, day("01.11.2025"), {half.key})
    assert whole.rung.percent == 100


def test_an_extension_does_not_bring_a_step_back():
    taken = {(0, 50)}
    extended = turn(on("extended", "17.10.2025", by=Term(15, "calendar_day")), preset="access_to_information")
    assert to_take(extended, KZ, day("03.11.2025"), taken) == ()
    assert [one.rung.percent for one in to_take(extended, KZ, day("04.11.2025"), taken)] == [100]


def test_after_an_outage_all_is_taken_but_a_reminder_that_came_too_late():
    one = turn()
    assert [found.rung.percent for found in to_take(one, KZ, day("30.10.2025"), set())] == [50]
    assert [found.rung.percent for found in to_take(one, KZ, day("20.11.2025"), set())] == [100, 150]
    assert [found.rung.percent for found in to_take(one, KZ, LATER, {(0, 100)})] == [150, 200]


def test_nothing_is_taken_of_what_was_answered_or_passed_on():
    assert to_take(turn(on("fulfilled", "20.11.2025")), KZ, LATER, set()) == ()
    first, second = turns([FILED, on("transferred", "06.10.2025", "labour")], rules("complaint"), KZ, LATER)
    assert to_take(first, KZ, LATER, set()) == ()
    assert [one.key for one in to_take(second, KZ, LATER, set())] == [(1, 100), (1, 150), (1, 200)]


def test_a_ladder_is_configured():
    assert ladder(["100:agency_admins+overdue_list", " 30:assignee"]) == (
        Rung(30, ("assignee",)), Rung(100, ("agency_admins", "overdue_list")),
    )
    assert ladder(f"{rung.percent}:{'+'.join(rung.tells)}" for rung in LADDER) == LADDER


@pytest.mark.parametrize("words", [["50"], ["50:"], ["x:assignee"], ["0:assignee"], ["50:mayor"],
                                   ["50:assignee+assignee"], ["50:assignee", "50:agency_head"]])
def test_a_ladder_that_makes_no_sense_is_refused(words):
    with pytest.raises(ValueError, match=r"step|share"):
        ladder(words)


@given(st.data(), days, presets)
@settings(max_examples=150, deadline=None)
def test_the_days_grow_and_the_whole_is_the_deadline(data, filed, preset):
    calendar = data.draw(calendars(filed))
    [one] = turns([Happening("filed", filed, "health")], Rules(preset), calendar, filed)
    found = escalations(one, calendar)
    assert all(a.on < b.on for a, b in pairwise(found))
    assert found[1].on == one.due + DAY


@given(st.data(), days, presets)
@settings(max_examples=100, deadline=None)
def test_a_run_every_day_and_a_run_after_an_outage_take_the_same(data, filed, preset):
    calendar = data.draw(calendars(filed, known=True))
    [one] = turns([Happening("filed", filed, "health")], Rules(preset), calendar, filed)
    daily: set[tuple[int, int]] = set()
    end = filed + data.draw(st.integers(1, 90)) * DAY
    for n in range((end - filed).days + 1):
        taken = to_take(one, calendar, filed + n * DAY, daily)
        assert all(step.on == filed + n * DAY for step in taken)
        daily |= {step.key for step in taken}
    late = {step.key for step in to_take(one, calendar, end, set())}
    assert late == (daily if end <= one.due else {key for key in daily if key[1] >= 100})
