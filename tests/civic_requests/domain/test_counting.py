from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from requested import DAY, KZ, calendars, day, days, parts, pauses, presets, recount

from ckanext.civic_core.domain.working_days import Calendar, Override, Reason, Term
from ckanext.civic_requests.domain.counting import Run, due, is_paused, steps, unpaused
from ckanext.civic_requests.domain.terms import PRESETS


def run(since: date, *terms: Term) -> Run:
    return Run("filed", since, terms)


# -- days that were counted by hand ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("preset", "filed", "plain", "extended"),
    [
        # New Year: 1 to 3 January and Christmas are off, Sunday 5 January 2025 is worked
        ("access_to_information", "31.12.2024", "15.01.2025", "30.01.2025"),
        ("administrative_code", "31.12.2024", "24.01.2025", "26.03.2025"),
        ("complaint", "31.12.2024", "31.01.2025", None),
        # the last day is a Saturday, a Sunday
        ("access_to_information", "31.01.2025", "17.02.2025", "03.03.2025"),
        ("access_to_information", "01.02.2025", "17.02.2025", "03.03.2025"),
        # Monday 10 March for Saturday the 8th; Nauryz: 21 to 25 March 2025
        ("access_to_information", "06.03.2025", "26.03.2025", "07.04.2025"),
        ("complaint", "03.03.2025", "04.04.2025", None),
        # 15 working days end on 31 December; two months later February has no such day
        ("administrative_code", "09.12.2024", "31.12.2024", "28.02.2025"),
    ],
)
def test_the_presets(preset, filed, plain, extended):
    since, terms = day(filed), PRESETS[preset]
    assert due(run(since, terms.term), (), KZ) == day(plain)
    if extended is None:
        assert terms.extension is None
    else:
        assert due(run(since, *parts(terms, extended=True)), (), KZ) == day(extended)


def test_each_day_says_why():
    """A question on a Friday, answered on Monday; the term ends on a Saturday."""
    found = steps(run(day("03.10.2025"), Term(5, "calendar_day")), ((day("06.10.2025"), day("08.10.2025")),), KZ)
    assert [(step.day.day, step.why, step.number, step.last) for step in found] == [
        (3, "starts", None, False), (4, "counts", 1, False), (5, "counts", 2, False), (6, "paused", None, False),
        (7, "paused", None, False), (8, "paused", None, False), (9, "counts", 3, False), (10, "counts", 4, False),
        (11, "counts", 5, False), (12, "off", None, False), (13, "rolled", None, True),
    ]
    assert found[1].reason == Reason("weekend")


def test_an_extension_begins_the_day_after_the_last_day_that_counted():
    found = steps(run(day("03.10.2025"), Term(2), Term(2, "calendar_day")), (), KZ)
    assert [(step.day.day, step.part, step.number, step.extends) for step in found] == [
        (3, 0, None, False), (4, 0, None, False), (5, 0, None, False), (6, 0, 1, False), (7, 0, 2, False),
        (8, 1, 1, True), (9, 1, 2, False),
    ]


def test_a_moved_day_says_why_it_is_worked():
    moved = Calendar(overrides=(Override(day("04.10.2025"), "working", day("01.09.2025"), {"en": "act 1"}),))
    assert steps(run(day("03.10.2025"), Term(1)), (), moved)[-1].reason == Reason("moved_in", note={"en": "act 1"})


def test_asked_on_the_last_day_there_is_a_working_day_after_the_answer():
    """The term ends on Friday 17.10; answered a week later there is a Saturday, and Monday is off for Republic Day."""
    count = run(day("02.10.2025"), Term(15, "calendar_day"))
    assert due(count, (), KZ) == day("17.10.2025")
    assert due(count, ((day("17.10.2025"), day("24.10.2025")),), KZ) == day("28.10.2025")


def test_asked_on_a_day_to_which_the_term_rolled_over():
    """All fifteen days are counted on Saturday 18.10; the term ends on Monday, on which the clock stops."""
    count = run(day("03.10.2025"), Term(15, "calendar_day"))
    assert due(count, (), KZ) == day("20.10.2025")
    found = steps(count, ((day("20.10.2025"), day("21.10.2025")),), KZ)
    assert [(step.day.day, step.why) for step in found[-5:]] == [
        (18, "counts"), (19, "off"), (20, "paused"), (21, "paused"), (22, "rolled"),
    ]


def test_a_day_moved_after_counting_began_only_gives_time():
    friday, monday = day("17.10.2025"), day("20.10.2025")
    count = run(day("02.10.2025"), Term(15, "calendar_day"))

    def moved(recorded: str) -> Calendar:
        return Calendar(overrides=(Override(friday, "holiday", day(recorded)),))

    assert due(count, (), moved("10.10.2025")) == monday
    assert due(count, (), moved("18.10.2025")) == friday
    saturday = Calendar(overrides=(Override(day("18.10.2025"), "working", day("10.10.2025")),))
    assert due(run(day("03.10.2025"), Term(15, "calendar_day")), (), saturday) == monday


# -- for all calendars ---------------------------------------------------------------------------------------


@given(st.data(), days, presets, st.booleans())
@settings(max_examples=300, deadline=None)
def test_the_deadline_is_that_of_a_recount(data, since, preset, extended):
    calendar = data.draw(calendars(since, known=True))
    still = data.draw(pauses(since))
    terms = parts(preset, extended=extended)
    assert due(run(since, *terms), still, calendar) == recount(since, terms, still, calendar)


@given(st.data(), days, presets)
@settings(max_examples=150, deadline=None)
def test_a_term_without_pauses_is_that_of_the_working_calendar(data, since, preset):
    calendar = data.draw(calendars(since))
    assert due(run(since, preset.term), (), calendar) == calendar.effective_deadline(since, preset.term)


@given(st.data(), days, presets, st.booleans())
@settings(max_examples=300, deadline=None)
def test_the_explanation_adds_up_to_the_deadline(data, since, preset, extended):
    calendar = data.draw(calendars(since))
    still = data.draw(pauses(since))
    terms = parts(preset, extended=extended)
    found = steps(run(since, *terms), still, calendar)
    assert [step.day for step in found] == [since + n * DAY for n in range(len(found))]
    assert [step.last for step in found] == [False] * (len(found) - 1) + [True]
    assert found[-1].day == due(run(since, *terms), still, calendar)
    for part in range(len(terms)):
        numbers = [step.number for step in found if step.part == part and step.counts]
        length = {step.of for step in found if step.part == part and step.counts}
        assert numbers == list(range(1, len(numbers) + 1)) and length == {len(numbers)}
        assert terms[part].unit == "month" or len(numbers) == terms[part].n
    assert [step.why for step in found if step.extends] == ["counts"] * (len(terms) - 1)
    assert all(is_paused(step.day, still) for step in found if step.why == "paused")
    assert not any(is_paused(step.day, still) for step in found if step.counts or step.last)


@given(st.data(), days, presets, st.booleans())
@settings(max_examples=200, deadline=None)
def test_the_last_day_comes_no_earlier_for_what_came_later(data, since, preset, extended):
    calendar = data.draw(calendars(since))
    still = data.draw(pauses(since))
    terms = parts(preset, extended=extended)
    last = due(run(since, *terms), still, calendar)
    assert last >= due(run(since, *terms), still, calendar.as_known_on(since - DAY))
    assert last >= due(run(since, *terms), still[:-1], calendar)
    assert last >= due(run(since, preset.term), still, calendar)
    assert not is_paused(last, still)


@given(st.data(), days, presets, st.booleans(), st.integers(0, 20))
@settings(max_examples=200, deadline=None)
def test_after_an_answer_there_is_a_working_day_left(data, since, preset, extended, waited):
    """Whenever the question came, up to the last minute of the last day."""
    calendar = data.draw(calendars(since, known=True))
    terms = parts(preset, extended=extended)
    last = due(run(since, *terms), (), calendar)
    asked = since + data.draw(st.integers(0, (last - since).days)) * DAY
    answered = asked + waited * DAY
    assert unpaused(calendar, answered, due(run(since, *terms), ((asked, answered),), calendar), ())


