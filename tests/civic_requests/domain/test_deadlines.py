from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from requested import DAY, KZ, calendars, day, days, on, presets, rules

from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_core.domain.working_days import Calendar, Term
from ckanext.civic_requests.domain.deadlines import (
    Happening,
    deadline,
    explain,
    extendable_to,
    extension,
    turns,
)
from ckanext.civic_requests.domain.terms import Rules

LATER = day("31.12.2027")


def due(happenings: list[Happening], upto: date = LATER, preset: str = "access_to_information") -> date | None:
    return deadline(happenings, rules(preset), KZ, upto)


FILED = on("filed", "02.10.2025", "health")

# -- one body ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("happenings", "expected"),
    [
        ([FILED], "17.10.2025"),
        # a moderator let it through after a week: the term runs from submission
        ([FILED, on("published", "09.10.2025")], "17.10.2025"),
        # nobody has it before it is routed; then the term runs from routing
        ([on("filed", "02.10.2025")], None),
        ([on("filed", "02.10.2025"), on("routed", "06.10.2025", "health")], "21.10.2025"),
        # the question's day and the answer's do not count, nor those between
        ([FILED, on("asked", "07.10.2025"), on("clarified", "09.10.2025")], "20.10.2025"),
        ([FILED, on("asked", "07.10.2025"), on("clarified", "07.10.2025")], "20.10.2025"),
        ([FILED, on("asked", "17.10.2025"), on("clarified", "20.10.2025")], "21.10.2025"),
        # twice, the second time on the day of the first answer
        ([FILED, on("asked", "06.10.2025"), on("clarified", "07.10.2025"), on("asked", "07.10.2025"),
          on("clarified", "08.10.2025")], "20.10.2025"),
        # nobody answered, it was closed, and reopened a month later
        ([FILED, on("asked", "07.10.2025"), on("closed", "22.10.2025", code="no_answer"),
          on("clarified", "20.11.2025")], "01.12.2025"),
        # extended: thirty days in all
        ([FILED, on("extended", "17.10.2025", by=Term(15, "calendar_day"))], "03.11.2025"),
        ([FILED, on("extended", "17.10.2025", by=Term(5, "calendar_day"))], "22.10.2025"),
        ([FILED, on("asked", "07.10.2025"), on("clarified", "09.10.2025"),
          on("extended", "17.10.2025", by=Term(5, "calendar_day"))], "28.10.2025"),
        ([FILED, on("extended", "17.10.2025", by=Term(5, "calendar_day")), on("asked", "20.10.2025"),
          on("clarified", "21.10.2025")], "24.10.2025"),
        # answered in time, but it solved nothing
        ([FILED, on("fulfilled", "10.10.2025")], "17.10.2025"),
        ([FILED, on("fulfilled", "10.10.2025"), on("not_solved", "15.10.2025")], "22.10.2025"),
        ([FILED, on("refused", "10.10.2025"), on("overturned", "30.10.2025")], "06.11.2025"),
        # the successor has the same deadline, and the clock stops for it as well
        ([FILED, on("succeeded", "08.10.2025", "social")], "17.10.2025"),
        ([FILED, on("succeeded", "08.10.2025", "social"), on("asked", "09.10.2025"),
          on("clarified", "09.10.2025")], "20.10.2025"),
    ],
)
def test_the_deadline_of_a_life(happenings, expected):
    assert due(happenings) == (day(expected) if expected else None)


@pytest.mark.parametrize(
    ("preset", "filed", "expected"),
    [
        ("access_to_information", "31.12.2026", "15.01.2027"),
        ("access_to_information", "01.01.2027", "18.01.2027"),
        ("administrative_code", "31.12.2026", "26.01.2027"),
        ("administrative_code", "01.01.2027", "26.01.2027"),
        ("complaint", "31.12.2026", "02.02.2027"),
    ],
)
def test_filed_at_the_turn_of_the_year(preset, filed, expected):
    """Which of the two days it is, the zone decides: see the tests of registration."""
    assert due([on("filed", filed, "health")], preset=preset) == day(expected)


def test_while_the_clock_stands_the_deadline_moves_with_each_day():
    asked = [FILED, on("asked", "16.10.2025")]
    found = turns(asked, rules(), KZ, day("16.10.2025"))[-1]
    assert found.paused and found.due == day("20.10.2025")
    assert due(asked, day("19.10.2025")) == day("21.10.2025")
    assert due(asked, day("24.10.2025")) == day("28.10.2025")
    answered = [*asked, on("clarified", "24.10.2025")]
    assert due(answered) == day("28.10.2025") and not turns(answered, rules(), KZ, LATER)[-1].paused


def test_what_came_later_is_not_known_before():
    life = [FILED, on("extended", "17.10.2025", by=Term(15, "calendar_day"))]
    assert due(life, day("16.10.2025")) == day("17.10.2025")
    assert due(life, day("01.10.2025")) is None


# -- through several bodies ---------------------------------------------------------------------------------


def test_through_three_bodies_with_a_delay_of_the_second():
    """A full term for the second body, the least of five working days for the third; each delay stays where it was."""
    life = [
        FILED,
        on("transferred", "06.10.2025", "labour"),
        on("transferred", "24.10.2025", "finance"),
        on("fulfilled", "04.11.2025"),
    ]
    first, second, third = turns(life, rules(), KZ, LATER)
    assert [one.body for one in (first, second, third)] == ["health", "labour", "finance"]
    assert [one.due for one in (first, second, third)] == [day("17.10.2025"), day("21.10.2025"), day("03.11.2025")]
    assert [one.is_late(LATER) for one in (first, second, third)] == [False, True, True]
    assert [one.delay(KZ, LATER) for one in (first, second, third)] == [0, 3, 1]
    assert [one.run.beginning for one in (first, second, third)] == ["filed", "transferred", "passed_on"]


def test_the_third_body_keeps_the_rest_of_a_term_that_is_longer():
    life = [FILED, on("transferred", "03.10.2025", "labour"), on("transferred", "06.10.2025", "finance")]
    found = turns(life, rules(), KZ, LATER)[-1]
    assert (found.body, found.due, found.run.beginning) == ("finance", day("20.10.2025"), "transferred")


def test_an_extension_lengthens_the_least_too():
    life = [
        FILED, on("transferred", "06.10.2025", "labour"), on("transferred", "20.10.2025", "finance"),
        on("extended", "22.10.2025", by=Term(3)),
    ]
    assert due(life[:3]) == day("28.10.2025")
    assert due(life) == day("31.10.2025")


def test_what_was_late_before_a_body_saw_it_is_not_its_delay():
    """Let through by the moderator after the deadline: the delay counts from then."""
    life = [FILED, on("published", "20.10.2025"), on("fulfilled", "22.10.2025")]
    assert turns(life, rules(), KZ, LATER)[0].delay(KZ, LATER) == 2
    life[2] = on("fulfilled", "20.10.2025")
    assert not turns(life, rules(), KZ, LATER)[0].is_late(LATER)


def test_an_answer_on_a_day_off_after_the_deadline_is_late_by_no_working_day():
    [turn] = turns([FILED, on("fulfilled", "18.10.2025")], rules(), KZ, LATER)
    assert turn.is_late(LATER) and turn.delay(KZ, LATER) == 0


def test_an_open_turn_is_late_from_the_day_after_the_deadline():
    [turn] = turns([FILED], rules(), KZ, LATER)
    assert not turn.is_late(day("17.10.2025")) and turn.is_late(day("18.10.2025"))


def test_the_working_days_of_a_turn_leave_out_the_pauses():
    life = [FILED, on("asked", "07.10.2025"), on("clarified", "09.10.2025"), on("refused", "13.10.2025", code="x")]
    [turn] = turns(life, rules(), KZ, LATER)
    assert turn.working_days(KZ, LATER) == 4
    assert (turn.until, turn.ended, turn.code) == (day("13.10.2025"), "refused", "x")


def test_a_turn_that_ended_does_not_change_with_what_came_later():
    life = [FILED, on("transferred", "06.10.2025", "labour")]
    before = turns(life, rules(), KZ, LATER)[0]
    later = [*life, on("asked", "07.10.2025"), on("clarified", "09.10.2025"), on("extended", "20.10.2025", by=Term(2))]
    assert turns(later, rules(), KZ, LATER)[0] == before


# -- extension -----------------------------------------------------------------------------------------------


def test_an_extension_up_to_a_day():
    [turn] = turns([FILED], rules(), KZ, day("17.10.2025"))
    assert extendable_to(turn, rules(), KZ) == day("03.11.2025")
    assert extension(turn, rules(), KZ) == Term(15, "calendar_day")
    assert extension(turn, rules(), KZ, day("22.10.2025")) == Term(5, "calendar_day")


@pytest.mark.parametrize("until", ["17.10.2025", "04.11.2025"])
def test_an_extension_out_of_range_is_refused(until):
    [turn] = turns([FILED], rules(), KZ, day("17.10.2025"))
    with pytest.raises(Refused, match="extension_out_of_range") as refused:
        extension(turn, rules(), KZ, day(until))
    assert refused.value.params == {"first": day("18.10.2025"), "last": day("03.11.2025")}


def test_complaints_are_not_extended():
    [turn] = turns([FILED], rules("complaint"), KZ, day("17.10.2025"))
    assert extendable_to(turn, rules("complaint"), KZ) is None
    with pytest.raises(Refused, match="extension_not_allowed"):
        extension(turn, rules("complaint"), KZ)


# -- for all calendars and lives ------------------------------------------------------------------------------


@st.composite
def lives(draw: st.DrawFn, terms: Rules, calendar: Calendar, filed: date) -> list[Happening]:
    """Legal lives: questions, an extension and transfers, each no later than the deadline of its day."""
    life = [Happening("filed", filed, "body-0")]
    now, extended = filed, False
    for kind in draw(st.lists(st.sampled_from(("ask", "extend", "transfer")), max_size=5)):
        last = deadline(life, terms, calendar, now) or now
        now += draw(st.integers(0, max(0, (last - now).days))) * DAY
        if kind == "ask":
            answered = now + draw(st.integers(0, 20)) * DAY
            life += [Happening("asked", now), Happening("clarified", answered)]
            now = answered
        elif kind == "extend" and terms.preset.extension and not extended:
            extended = True
            life.append(Happening("extended", now, by=terms.preset.extension))
        elif kind == "transfer":
            life.append(Happening("transferred", now, f"body-{len(life)}"))
    return life


@given(st.data(), days, presets)
@settings(max_examples=200, deadline=None)
def test_the_explanation_of_a_life_adds_up(data, filed, preset):
    terms, calendar = Rules(preset), data.draw(calendars(filed))
    life = data.draw(lives(terms, calendar, filed))
    turn = turns(life, terms, calendar, LATER)[-1]
    found = explain(life, terms, calendar, LATER)
    assert (found[0].day, found[0].why, found[-1].day) == (turn.run.since, "starts", turn.due)
    assert [step.day for step in found if step.last] == [deadline(life, terms, calendar, LATER)]
    for part in range(len(turn.run.parts)):
        [of] = {step.of for step in found if step.part == part and step.counts}
        assert sum(step.counts for step in found if step.part == part) == of


@given(st.data(), days, presets)
@settings(max_examples=150, deadline=None)
def test_a_body_that_gets_it_has_its_time(data, filed, preset):
    """The second one a full term, each later one five working days and all that was left."""
    terms, calendar = Rules(preset), data.draw(calendars(filed))
    life = data.draw(lives(terms, calendar, filed))
    found = turns(life, terms, calendar, LATER)
    for number, (former, turn) in enumerate(pairwise(found)):
        least = terms.preset.term if number == 0 else terms.later_transfer
        assert turn.due >= calendar.as_known_on(turn.since - DAY).deadline(turn.since, least)
        assert number == 0 or turn.due >= former.due
        assert former.until == turn.since and former.delay(calendar, LATER) == 0


@given(st.data(), days, presets)
@settings(max_examples=150, deadline=None)
def test_nobody_is_overdue_while_the_clock_stands(data, filed, preset):
    terms, calendar = Rules(preset), data.draw(calendars(filed, known=True))
    life = data.draw(lives(terms, calendar, filed))
    now = max(one.on for one in life)
    asked = data.draw(st.dates(now, max(now, deadline(life, terms, calendar, now) or now)))
    today = asked + data.draw(st.integers(0, 30)) * DAY
    paused = [*life, Happening("asked", asked)]
    standing = turns(paused, terms, calendar, today)[-1]
    assert standing.paused and standing.due > today
    assert standing.due == deadline([*paused, Happening("clarified", today)], terms, calendar, today)
