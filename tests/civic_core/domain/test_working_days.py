from __future__ import annotations

import time
from datetime import date, timedelta
from itertools import pairwise

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.civic_core.domain.working_days import Calendar, Override, Reason, Step, Term, add_months

DAY = timedelta(days=1)
_kz = holidays.country_holidays("KZ", years=range(2005, 2061), language="en_US")
KZ = Calendar(holidays=dict(_kz), moved_in=frozenset(_kz.weekend_workdays))

days = st.dates(date(2010, 1, 1), date(2050, 12, 31))
terms = st.builds(Term, st.integers(0, 80), st.sampled_from(("working_day", "calendar_day")))
terms |= st.builds(Term, st.integers(0, 24), st.just("month"))


@st.composite
def overridden(draw: st.DrawFn) -> tuple[Calendar, date]:
    """A calendar whose overrides lie around a day, and that day."""
    start = draw(days)
    near = st.integers(-40, 120).map(lambda n: start + n * DAY)
    kinds = st.sampled_from(("holiday", "working", "regular"))
    overrides = draw(st.lists(st.builds(Override, near, kinds, near), max_size=12))
    return Calendar(holidays=KZ.holidays, moved_in=KZ.moved_in, overrides=tuple(overrides)), start


def slow_add(calendar: Calendar, start: date, n: int) -> date:
    step, left, day = (DAY if n > 0 else -DAY), abs(n), start
    while left:
        day += step
        left -= calendar.is_working(day)
    return day


class TestDays:
    @pytest.mark.parametrize(
        ("day", "reason"),
        [
            (date(2025, 3, 21), Reason("holiday", "Nowruz Holiday")),
            (date(2025, 3, 24), Reason("holiday", "Nowruz Holiday (observed)")),
            (date(2025, 3, 15), Reason("weekend")),
            (date(2025, 3, 8), Reason("holiday", "International Women's Day")),
            (date(2025, 3, 20), None),
            (date(2024, 5, 4), None),
        ],
    )
    def test_why_a_day_is_off(self, day: date, reason: Reason | None) -> None:
        assert KZ.why_off(day) == reason
        assert KZ.is_working(day) is (reason is None)

    def test_a_saturday_worked_for_another_day_says_so(self) -> None:
        assert KZ.why_working(date(2024, 5, 4)) == Reason("moved_in")
        assert KZ.why_working(date(2024, 5, 6)) is None
        assert KZ.why_working(date(2024, 5, 5)) is None

    def test_the_last_override_of_a_day_is_the_one_in_force(self) -> None:
        friday, saturday = date(2026, 2, 6), date(2026, 2, 7)
        known = date(2026, 1, 1)
        moved = (
            Override(friday, "holiday", known, {"en": "moved"}),
            Override(saturday, "working", known, {"en": "instead"}),
        )
        calendar = Calendar(overrides=moved)
        assert calendar.why_off(friday) == Reason("moved_off", note={"en": "moved"})
        assert calendar.why_working(saturday) == Reason("moved_in", note={"en": "instead"})
        back = Calendar(overrides=(*moved, Override(friday, "regular", known + DAY)))
        assert back.is_working(friday)
        assert not back.as_known_on(known).is_working(friday)
        assert back.as_known_on(known - DAY).why_off(saturday) == Reason("weekend")

    def test_a_weekend_without_a_working_day_is_refused(self) -> None:
        with pytest.raises(ValueError, match="weekend"):
            Calendar(weekend=frozenset(range(7)))

    def test_other_weekends(self) -> None:
        friday_saturday = Calendar(weekend=frozenset({4, 5}))
        assert friday_saturday.add_working_days(date(2026, 1, 1), 1) == date(2026, 1, 4)

    @pytest.mark.parametrize(("n", "unit"), [(-1, "working_day"), (1, "week")])
    def test_a_term_that_makes_no_sense_is_refused(self, n: int, unit: str) -> None:
        with pytest.raises(ValueError, match=r"negative|unit"):
            Term(n, unit)  # type: ignore[arg-type]

    def test_an_unknown_kind_of_override_is_refused(self) -> None:
        with pytest.raises(ValueError, match="kind"):
            Override(date(2026, 1, 1), "party", date(2026, 1, 1))  # type: ignore[arg-type]


class TestCounting:
    @pytest.mark.parametrize(
        ("start", "n", "expected"),
        [
            (date(2025, 3, 19), 1, date(2025, 3, 20)),
            (date(2025, 3, 20), 1, date(2025, 3, 26)),
            (date(2025, 3, 22), 1, date(2025, 3, 26)),
            (date(2024, 5, 3), 1, date(2024, 5, 4)),
            (date(2024, 5, 4), 2, date(2024, 5, 10)),
            (date(2024, 12, 31), 1, date(2025, 1, 5)),
            (date(2024, 2, 28), 1, date(2024, 2, 29)),
            (date(2025, 1, 5), -1, date(2024, 12, 31)),
            (date(2025, 3, 26), -1, date(2025, 3, 20)),
            (date(2025, 3, 22), 0, date(2025, 3, 22)),
        ],
    )
    def test_adding(self, start: date, n: int, expected: date) -> None:
        assert KZ.add_working_days(start, n) == expected

    @given(days, st.integers(-400, 400).filter(bool))
    @settings(max_examples=150)
    def test_adding_agrees_with_walking_day_by_day(self, start: date, n: int) -> None:
        assert KZ.add_working_days(start, n) == slow_add(KZ, start, n)

    @given(days, st.integers(1, 900))
    def test_between_undoes_adding(self, start: date, n: int) -> None:
        assert KZ.working_days_between(start, KZ.add_working_days(start, n)) == n

    @given(days, days, days)
    def test_between_is_additive(self, a: date, b: date, c: date) -> None:
        between = KZ.working_days_between
        assert between(a, b) + between(b, c) == between(a, c)

    @given(days, st.integers(-300, 300).filter(bool))
    def test_the_result_is_a_working_day_and_grows_with_n(self, start: date, n: int) -> None:
        assert KZ.is_working(KZ.add_working_days(start, n))
        assert KZ.add_working_days(start, n) < KZ.add_working_days(start, n + 1) or n == -1

    @given(days)
    def test_rolling_forward_skips_only_days_off(self, day: date) -> None:
        rolled = KZ.roll_forward(day)
        assert KZ.is_working(rolled)
        assert not any(KZ.is_working(day + n * DAY) for n in range((rolled - day).days))

    def test_a_hundred_thousand_calls_take_no_time(self) -> None:
        first = date(2024, 1, 1)
        began = time.process_time()
        for n in range(100_000):
            KZ.add_working_days(first + (n % 1000) * DAY, n % 60)
        assert time.process_time() - began < 2


class TestTerms:
    @pytest.mark.parametrize(
        ("start", "term", "expected"),
        [
            (date(2025, 3, 3), Term(15), date(2025, 3, 28)),
            (date(2025, 3, 3), Term(15, "calendar_day"), date(2025, 3, 18)),
            (date(2025, 3, 6), Term(15, "calendar_day"), date(2025, 3, 26)),
            (date(2024, 1, 31), Term(1, "month"), date(2024, 2, 29)),
            (date(2023, 1, 31), Term(1, "month"), date(2023, 2, 28)),
            (date(2024, 2, 29), Term(12, "month"), date(2025, 2, 28)),
            (date(2024, 11, 1), Term(2, "month"), date(2025, 1, 5)),
            (date(2025, 3, 22), Term(0), date(2025, 3, 26)),
            (date(2025, 3, 22), Term(0, "calendar_day"), date(2025, 3, 26)),
            (date(2025, 3, 20), Term(0), date(2025, 3, 20)),
        ],
    )
    def test_deadlines(self, start: date, term: Term, expected: date) -> None:
        assert KZ.deadline(start, term) == expected

    def test_months_from_the_end_of_a_month_never_spill_over(self) -> None:
        ends = [add_months(date(2023, 8, 31), n) for n in range(7)]
        assert [day.day for day in ends] == [31, 30, 31, 30, 31, 31, 29]
        assert add_months(date(2024, 3, 31), -1) == date(2024, 2, 29)

    @given(days, terms)
    def test_a_deadline_is_worked_and_never_before_the_start(self, start: date, term: Term) -> None:
        assert KZ.deadline(start, term) >= start
        assert KZ.is_working(KZ.deadline(start, term))

    @given(days, days, terms)
    def test_who_starts_earlier_ends_no_later(self, a: date, b: date, term: Term) -> None:
        a, b = min(a, b), max(a, b)
        assert KZ.deadline(a, term) <= KZ.deadline(b, term)


class TestOverrides:
    START = date(2026, 2, 2)

    def moved(self, *overrides: tuple[date, str, date]) -> date:
        calendar = Calendar(overrides=tuple(Override(*override) for override in overrides))
        return calendar.effective_deadline(self.START, Term(5))

    def test_a_holiday_made_in_time_moves_the_deadline(self) -> None:
        assert self.moved((date(2026, 2, 5), "holiday", date(2026, 2, 3))) == date(2026, 2, 10)

    def test_on_the_last_day_it_is_still_in_time(self) -> None:
        assert self.moved((date(2026, 2, 9), "holiday", date(2026, 2, 9))) == date(2026, 2, 10)

    def test_a_day_later_the_deadline_has_passed_and_stays(self) -> None:
        assert self.moved((date(2026, 2, 9), "holiday", date(2026, 2, 10))) == date(2026, 2, 9)

    def test_a_saturday_made_worked_takes_no_time_away(self) -> None:
        assert self.moved((date(2026, 2, 7), "working", date(2026, 2, 3))) == date(2026, 2, 9)

    def test_what_was_known_before_the_start_counts_both_ways(self) -> None:
        assert self.moved((date(2026, 2, 7), "working", date(2026, 2, 1))) == date(2026, 2, 7)

    def test_a_swap_recorded_at_once_is_judged_as_one(self) -> None:
        known = date(2026, 2, 3)
        swap = ((date(2026, 2, 6), "holiday", known), (date(2026, 2, 7), "working", known))
        assert self.moved(*swap) == self.moved(*reversed(swap)) == date(2026, 2, 9)

    def test_a_due_day_that_becomes_a_holiday_rolls(self) -> None:
        calendar = Calendar(overrides=(Override(date(2026, 3, 31), "holiday", date(2026, 3, 10)),))
        assert calendar.effective_due(date(2026, 3, 31), known_on=date(2026, 1, 1)) == date(2026, 4, 1)

    @given(overridden(), terms)
    def test_never_earlier_than_what_was_promised_at_the_start(
        self, case: tuple[Calendar, date], term: Term
    ) -> None:
        calendar, start = case
        promised = calendar.as_known_on(start - DAY).deadline(start, term)
        assert calendar.effective_deadline(start, term) >= promised

    @given(overridden(), terms)
    def test_as_knowledge_grows_a_deadline_only_moves_later_and_never_once_it_is_past(
        self, case: tuple[Calendar, date], term: Term
    ) -> None:
        calendar, start = case
        seen = [(start + n * DAY, calendar.as_known_on(start + n * DAY)) for n in range(-1, 130)]
        told = [(day, known.effective_deadline(start, term)) for day, known in seen]
        for (_, before), (today, now) in pairwise(told):
            assert now == before if before < today else now >= before

    @given(overridden(), terms)
    def test_the_explanation_ends_on_the_deadline_and_counts_the_whole_term(
        self, case: tuple[Calendar, date], term: Term
    ) -> None:
        calendar, start = case
        steps = calendar.explain(start, term)
        end = calendar.effective_deadline(start, term)
        assert [step.day for step in steps] == [start + n * DAY for n in range(1, (end - start).days + 1)]
        numbers = [step.number for step in steps if step.counts]
        assert numbers == list(range(1, len(numbers) + 1))
        assert term.unit == "month" or len(numbers) == term.n
        assert all(step.reason and step.number is None for step in steps if not step.counts)


class TestExplanation:
    def test_each_skipped_day_has_its_reason(self) -> None:
        steps = KZ.explain(date(2025, 3, 19), Term(2))
        assert steps == (
            Step(date(2025, 3, 20), True, None, 1),
            Step(date(2025, 3, 21), False, Reason("holiday", "Nowruz Holiday"), None),
            Step(date(2025, 3, 22), False, Reason("holiday", "Nowruz Holiday"), None),
            Step(date(2025, 3, 23), False, Reason("holiday", "Nowruz Holiday"), None),
            Step(date(2025, 3, 24), False, Reason("holiday", "Nowruz Holiday (observed)"), None),
            Step(date(2025, 3, 25), False, Reason("holiday", "Nowruz Holiday (observed)"), None),
            Step(date(2025, 3, 26), True, None, 2),
        )

    def test_calendar_days_all_count_and_a_last_day_off_rolls(self) -> None:
        steps = KZ.explain(date(2025, 2, 27), Term(2, "calendar_day"))
        assert steps == (
            Step(date(2025, 2, 28), True, None, 1),
            Step(date(2025, 3, 1), True, Reason("weekend"), 2),
            Step(date(2025, 3, 2), False, Reason("weekend"), None),
            Step(date(2025, 3, 3), False, Reason("rolled"), None),
        )

    def test_a_saturday_opened_too_late_is_told_as_a_saturday(self) -> None:
        saturday = date(2026, 2, 7)
        calendar = Calendar(overrides=(Override(saturday, "working", date(2026, 2, 3)),))
        told = {step.day: step.reason for step in calendar.explain(date(2026, 2, 2), Term(5))}
        assert told[saturday] == Reason("weekend")
        assert calendar.is_working(saturday)
