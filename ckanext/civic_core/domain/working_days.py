"""Working days, terms and deadlines.

A day is a calendar day in the portal's time zone; no function here reads the clock. The rules are those of
the working calendar of the portal: counting starts the day after the event, a term whose last day is a day
off ends on the next working day, and what the government moves later never takes time away from anybody.
"""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby
from typing import Literal

from ckanext.civic_core.domain.texts import Texts

Unit = Literal["working_day", "calendar_day", "month"]
UNITS: tuple[Unit, ...] = ("working_day", "calendar_day", "month")

OverrideKind = Literal["holiday", "working", "regular"]
OVERRIDE_KINDS: tuple[OverrideKind, ...] = ("holiday", "working", "regular")

ReasonKind = Literal["weekend", "holiday", "moved_off", "moved_in", "rolled"]

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Term:
    """How long: ``n`` of ``unit``, counted from the day after the start."""

    n: int
    unit: Unit = "working_day"

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"unit must be one of {', '.join(UNITS)}, not {self.unit!r}")
        if self.n < 0:
            raise ValueError(f"a term cannot be negative: {self.n}")


@dataclass(frozen=True, slots=True)
class Override:
    """A decision that ``day`` is off (``holiday``), worked (``working``), or as it was (``regular``).

    ``recorded_on`` is the day the portal came to know of it: what was due earlier stays as it was.
    """

    day: date
    kind: OverrideKind
    recorded_on: date
    note: Texts = field(default_factory=dict[str, str], hash=False)

    def __post_init__(self) -> None:
        if self.kind not in OVERRIDE_KINDS:
            raise ValueError(f"kind must be one of {', '.join(OVERRIDE_KINDS)}, not {self.kind!r}")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a day is off or counts against expectation.

    ``weekend``, ``holiday`` (with its ``name``) and ``moved_off`` (an override, with its ``note``) are days
    off; ``moved_in`` is a weekend or holiday made a working day; ``rolled`` is the working day to which a term
    moved because its own last day was off.
    """

    kind: ReasonKind
    name: str = ""
    note: Texts = field(default_factory=dict[str, str], hash=False)


@dataclass(frozen=True, slots=True)
class Step:
    """One day on the way to a deadline; ``number`` is its place in the count when it counts."""

    day: date
    counts: bool
    reason: Reason | None
    number: int | None


@dataclass(frozen=True, slots=True)
class _Year:
    working: tuple[date, ...]
    upto: tuple[int, ...]  # upto[i]: working days from 1 January to the day with index i, both included


@dataclass(frozen=True)
class Calendar:
    """Which days are worked.

    :param weekend: days off of every week, Monday is 0
    :param holidays: public holidays with their names
    :param overrides: decisions that change single days, in the order they were recorded
    :param moved_in: days of the weekend that are worked in place of another day
    """

    weekend: frozenset[int] = frozenset({5, 6})
    holidays: Mapping[date, str] = field(default_factory=dict[date, str], hash=False)
    overrides: tuple[Override, ...] = ()
    moved_in: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if not self.weekend < frozenset(range(7)):
            raise ValueError("weekend must leave at least one day of the week (0 Monday to 6 Sunday)")
        by_day = sorted(self.overrides, key=lambda override: override.recorded_on)
        object.__setattr__(self, "overrides", tuple(by_day))

    # -- single days -------------------------------------------------------------------------------------

    def is_working(self, day: date) -> bool:
        override = self._decided.get(day)
        if override is not None:
            return override.kind == "working"
        if day in self.moved_in:
            return True
        return day.weekday() not in self.weekend and day not in self.holidays

    def why_off(self, day: date) -> Reason | None:
        """The reason why nobody works on ``day``; None on a working day."""
        if self.is_working(day):
            return None
        if day in self._decided:
            return Reason("moved_off", note=self._decided[day].note)
        if day in self.holidays:
            return Reason("holiday", self.holidays[day])
        return Reason("weekend")

    def why_working(self, day: date) -> Reason | None:
        """The reason why a weekend or a holiday is worked; None on any other day."""
        if not self.is_working(day):
            return None
        if day in self._decided:
            return Reason("moved_in", note=self._decided[day].note)
        return Reason("moved_in") if day in self.moved_in else None

    def roll_forward(self, day: date) -> date:
        """``day`` itself when it is worked, else the next working day."""
        return day if self.is_working(day) else self.add_working_days(day, 1)

    # -- counting ----------------------------------------------------------------------------------------

    def add_working_days(self, start: date, n: int) -> date:
        """The ``n``-th working day after ``start``; before it when ``n`` is negative; ``start`` when 0."""
        if n == 0:
            return start
        before = self._upto(start) - self.is_working(start)
        index = self._upto(start) + n - 1 if n > 0 else before + n
        return self._working_day(start.year, index)

    def working_days_between(self, a: date, b: date) -> int:
        """Working days after ``a`` up to and including ``b``; negative when ``b`` is before ``a``."""
        if b < a:
            return -self.working_days_between(b, a)
        whole = sum(len(self._year(year).working) for year in range(a.year, b.year))
        return whole + self._upto(b) - self._upto(a)

    # -- terms -------------------------------------------------------------------------------------------

    def deadline(self, start: date, term: Term) -> date:
        """The last day of ``term``, by this calendar as it stands.

        Counting starts the day after ``start``; a last day that is off moves to the next working day.
        """
        if term.unit == "working_day" and term.n:
            return self.add_working_days(start, term.n)
        return self.roll_forward(_last_day(start, term))

    def effective_deadline(self, start: date, term: Term) -> date:
        """The deadline that binds: overrides recorded since ``start`` may only have moved it later."""
        return self.binding(start, lambda known: known.deadline(start, term))

    def effective_due(self, day: date, known_on: date) -> date:
        """The due day that binds when ``day`` was announced on ``known_on``: rolled, never made earlier."""
        return self.binding(known_on, lambda known: known.roll_forward(day))

    def explain(self, start: date, term: Term) -> tuple[Step, ...]:
        """Each day after ``start`` up to the effective deadline, with its number or the reason it is skipped.

        Days are told by the calendar that decided: a Saturday that was made a working day too late to
        shorten this term is still a Saturday here.
        """
        known = self.governing(start, lambda calendar: calendar.deadline(start, term))
        return tuple(known._steps(start, term))

    def binding(self, since: date, compute: Callable[[Calendar], date]) -> date:
        """A day that ``compute`` derives from a calendar, protected from later overrides."""
        return compute(self.governing(since, compute))

    def governing(self, since: date, compute: Callable[[Calendar], date]) -> Calendar:
        """The calendar, as known at some moment, that decides the day ``compute`` derives from it.

        What was recorded before ``since`` counts as known from the beginning. Each later day of recording
        decides anew if the day was not over yet and only if it gives a later one.
        """
        known = self.as_known_on(since - ONE_DAY)
        best = compute(known)
        for recorded_on in self._recording_days:
            if recorded_on < since:
                continue
            if best < recorded_on:
                break
            later = self.as_known_on(recorded_on)
            if compute(later) > best:
                known, best = later, compute(later)
        return known

    def as_known_on(self, day: date) -> Calendar:
        """This calendar without the overrides that were recorded after ``day``."""
        count = bisect_right(self.overrides, day, key=lambda override: override.recorded_on)
        if count == len(self.overrides):
            return self
        if count not in self._past:
            self._past[count] = replace(self, overrides=self.overrides[:count])
        return self._past[count]

    # -- tables ------------------------------------------------------------------------------------------

    @cached_property
    def _decided(self) -> dict[date, Override]:
        last = {override.day: override for override in self.overrides}
        return {day: override for day, override in last.items() if override.kind != "regular"}

    @cached_property
    def _recording_days(self) -> tuple[date, ...]:
        return tuple(day for day, _ in groupby(override.recorded_on for override in self.overrides))

    @cached_property
    def _past(self) -> dict[int, Calendar]:
        return {}

    @cached_property
    def _years(self) -> dict[int, _Year]:
        return {}

    def _year(self, year: int) -> _Year:
        known = self._years.get(year)
        if known is None:
            known = self._years[year] = self._count_year(year)
        return known

    def _count_year(self, year: int) -> _Year:
        working: list[date] = []
        upto: list[int] = []
        first = date(year, 1, 1).toordinal()
        for ordinal in range(first, date(year, 12, 31).toordinal() + 1):
            day = date.fromordinal(ordinal)
            if self.is_working(day):
                working.append(day)
            upto.append(len(working))
        return _Year(tuple(working), tuple(upto))

    def _working_day(self, year: int, index: int) -> date:
        """The working day with ``index``, counted from the first one of ``year``."""
        while index < 0:
            year -= 1
            index += len(self._year(year).working)
        while index >= len(self._year(year).working):
            index -= len(self._year(year).working)
            year += 1
        return self._year(year).working[index]

    def _upto(self, day: date) -> int:
        return self._year(day.year).upto[day.timetuple().tm_yday - 1]

    def _steps(self, start: date, term: Term) -> Iterator[Step]:
        end = self.deadline(start, term)
        by_work = term.unit == "working_day" and term.n > 0
        last = end if by_work else _last_day(start, term)
        number = 0
        for day in _days(start, end):
            off = self.why_off(day)
            counts = off is None if by_work else day <= last
            number += counts
            rolled = Reason("rolled") if day == end != last else None
            yield Step(day, counts, off or rolled or self.why_working(day), number if counts else None)


def add_months(day: date, n: int) -> date:
    """The same day ``n`` months later, or the last day of that month when it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _last_day(start: date, term: Term) -> date:
    if term.unit == "month":
        return add_months(start, term.n)
    return start + timedelta(days=term.n)


def _days(start: date, end: date) -> Iterator[date]:
    for ordinal in range(start.toordinal() + 1, end.toordinal() + 1):
        yield date.fromordinal(ordinal)
