"""Counting days: from the day after something to the last day of a term, with the days that are skipped.

What stops the clock is skipped and leaves at least one working day after it; a last day that is off moves to the
next working day. The deadline and its explanation are the same walk, so that they cannot differ.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from ckanext.civic_core.domain.working_days import Calendar, Reason, Term, add_months

ONE_DAY = timedelta(days=1)

#: days without counting, both inclusive
Pause = tuple[date, date]
Beginning = Literal["filed", "routed", "transferred", "passed_on", "not_solved", "overturned"]


@dataclass(frozen=True, slots=True)
class Run:
    """One count of days: it starts the day after ``since``; ``parts`` are the term and what extends it.

    ``passed_on`` is the least that a body has after a second transfer.
    """

    beginning: Beginning
    since: date
    parts: tuple[Term, ...]


def unpaused(calendar: Calendar, after: date, last: date, pauses: Sequence[Pause]) -> list[date]:
    """The working days after ``after`` up to ``last`` on which the clock runs."""
    days = (date.fromordinal(one) for one in range(after.toordinal() + 1, last.toordinal() + 1))
    return [day for day in days if calendar.is_working(day) and not is_paused(day, pauses)]


def is_paused(day: date, pauses: Sequence[Pause]) -> bool:
    return any(first <= day <= last for first, last in pauses)


# -- day by day ----------------------------------------------------------------------------------------

Why = Literal["starts", "counts", "off", "paused", "rolled"]


@dataclass(frozen=True, slots=True)
class Step:
    """One day on the way to a deadline.

    :param why: ``starts``: counting starts the day after; ``counts``; ``off``: a day off that does not count;
        ``paused``: the clock stood still; ``rolled``: the term ends here because its own last day was off or the clock
        stood still on it
    :param part: 0 for the term, 1 for its extension
    :param number: its place in the count of its part, where it counts
    :param of: how many days its part has
    :param unit: what its part is counted in: working days or calendar days
    :param extends: the first day of an extension
    :param last: the deadline
    :param reason: why the day is off, or worked against expectation
    """

    day: date
    why: Why
    part: int = 0
    number: int | None = None
    of: int = 0
    unit: Literal["working_day", "calendar_day"] = "calendar_day"
    extends: bool = False
    last: bool = False
    reason: Reason | None = None

    @property
    def counts(self) -> bool:
        return self.why == "counts"


def steps(run: Run, pauses: Sequence[Pause], calendar: Calendar) -> tuple[Step, ...]:
    """A count day by day, by the calendar that decides. As many days count as its parts have together.

    What was recorded after the count began decides only if it was in time and gives a later last day.
    """
    walked: dict[int, tuple[Step, ...]] = {}

    def last(known: Calendar) -> date:
        walked[id(known)] = tuple(_walk(run, pauses, known))
        return walked[id(known)][-1].day

    return walked[id(calendar.governing(run.since, last))]


def due(run: Run, pauses: Sequence[Pause], calendar: Calendar) -> date:
    """The last day of a count."""
    return steps(run, pauses, calendar)[-1].day


def _walk(run: Run, pauses: Sequence[Pause], calendar: Calendar) -> Iterator[Step]:
    step = Step(run.since, "starts", reason=calendar.why_off(run.since))
    for part, term in enumerate(run.parts):
        of, unit = _length(step.day, term)
        number = 0
        while number < of:
            yield step
            step = _counted(step.day + ONE_DAY, part, unit, number + 1, of, pauses, calendar)
            number += step.counts
    while not _may_end(step.day, pauses, calendar):
        yield step
        step = _beyond(step, pauses, calendar)
    yield replace(step, last=True)


def _length(start: date, term: Term) -> tuple[int, Literal["working_day", "calendar_day"]]:
    """Months are as many calendar days as they have from ``start`` on."""
    if term.unit == "month":
        return (add_months(start, term.n) - start).days, "calendar_day"
    return term.n, term.unit


def _counted(
    day: date, part: int, unit: Literal["working_day", "calendar_day"], number: int, of: int,
    pauses: Sequence[Pause], calendar: Calendar,
) -> Step:
    reason = calendar.why_off(day) or calendar.why_working(day)
    if is_paused(day, pauses):
        return Step(day, "paused", part, None, of, unit, reason=reason)
    if unit == "working_day" and not calendar.is_working(day):
        return Step(day, "off", part, None, of, unit, reason=reason)
    return Step(day, "counts", part, number, of, unit, part > 0 and number == 1, reason=reason)


def _may_end(day: date, pauses: Sequence[Pause], calendar: Calendar) -> bool:
    return calendar.is_working(day) and not is_paused(day, pauses)


def _beyond(step: Step, pauses: Sequence[Pause], calendar: Calendar) -> Step:
    """The next day after a last day that could not be the deadline."""
    day = step.day + ONE_DAY
    reason = calendar.why_off(day) or calendar.why_working(day)
    why: Why = "paused" if is_paused(day, pauses) else "rolled" if calendar.is_working(day) else "off"
    return Step(day, why, step.part, None, step.of, step.unit, reason=reason)
