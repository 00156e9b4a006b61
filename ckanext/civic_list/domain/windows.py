"""When data are owed: the stretch of the calendar each release is about or made in, and its days.

Source of the rules: ``after``, a release *about* each period is owed and its window opens when the period
ends; ``within``, a release is owed in each period, due on its last day. A due day that is a day off moves to
the next working day, but not for daily data. Days are days in the portal's zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache

from ckanext.civic_core.domain.working_days import Calendar, Term, add_months

from .items import Schedule
from .periods import Period

ONE_DAY = timedelta(days=1)
#: months in a step that is counted in months
MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


@dataclass(frozen=True)
class Window:
    """One period owed.

    ``key`` names the period («2025-Q3», «2026-W01», «2025-10-13»); ``label`` holds its parts for a sentence.
    The period goes from ``starts`` to ``ends``; a release counts from ``opens``, is on time up to ``due`` and
    late up to ``missed``, the last day of grace. All days are inclusive.
    """

    key: str
    label: tuple[tuple[str, int], ...]
    starts: date
    ends: date
    opens: date
    due: date
    missed: date


@dataclass(frozen=True)
class Windows:
    """The windows of one period under one schedule.

    Days are by the calendar as it binds: a decision to move days that was recorded after a window opened only
    makes its due day later.
    """

    period: Period
    schedule: Schedule
    calendar: Calendar

    def ending_from(self, day: date) -> Iterator[Window]:
        """Windows without end, from the first whose period ends on or after ``day``."""
        index = index_of(self.period, day)
        while True:
            window = self.at(index)
            if window is not None:
                yield window
            index += 1

    def of(self, day: date) -> Window | None:
        """The window of the period that holds ``day``; None on a day off for what is owed on working days."""
        return self.at(index_of(self.period, day))

    def at(self, index: int) -> Window | None:
        """The window with this running number, see :func:`index_of`."""
        if index not in self._made:
            self._made[index] = self._make(index)
        return self._made[index]

    @cached_property
    def _made(self) -> dict[int, Window | None]:
        return {}

    def _make(self, index: int) -> Window | None:
        starts, ends = bounds(self.period, index)
        if self.period.step == "working_day" and not _is_owed(self.calendar, starts):
            return None
        opens = self._opens(starts, ends)
        due = self.calendar.binding(opens, lambda known: self._due(known, ends))
        missed = self.calendar.binding(opens, lambda known: self._missed(known, ends))
        key, label = name(self.period, starts)
        return Window(key, label, starts, ends, min(opens, due), due, missed)

    def _opens(self, starts: date, ends: date) -> date:
        return ends + ONE_DAY if self.schedule.kind == "after" else starts

    def _missed(self, calendar: Calendar, ends: date) -> date:
        return add(calendar, self._due(calendar, ends), self.period.grace, roll=True)

    def _due(self, calendar: Calendar, ends: date) -> date:
        if self.schedule.kind == "within":
            return ends if self.period.is_daily else calendar.roll_forward(ends)
        return add(calendar, ends, lag(self.period, self.schedule), roll=not self.period.is_daily)


@lru_cache(maxsize=256)
def windows(period: Period, schedule: Schedule, calendar: Calendar) -> Windows:
    """The same windows for all duties under the same terms, each worked out once."""
    return Windows(period, schedule, calendar)


def lag(period: Period, schedule: Schedule) -> Term:
    """How long after a period its data are due."""
    if schedule.days is None:
        return Term(period.after, "calendar_day")
    return Term(schedule.days, schedule.unit)


def add(calendar: Calendar, start: date, term: Term, *, roll: bool) -> date:
    """The last day of ``term`` after ``start``, moved off days off where ``roll``."""
    if roll or term.unit == "working_day":
        return calendar.deadline(start, term) if term.n or roll else start
    if term.unit == "month":
        return add_months(start, term.n)
    return start + timedelta(days=term.n)


def renewal(period: Period, last: date, calendar: Calendar) -> Window:
    """What is owed after the last release or review: without a step, its term later; else one step later.

    Serves data that are owed as needed, and data on no list, whose clock starts anew with each release.
    """
    opens = last + ONE_DAY
    ends = _after_last(period, last)

    def due_by(known: Calendar) -> date:
        return ends if period.step == "calendar_day" else known.roll_forward(ends)

    due = calendar.binding(opens, due_by)
    missed = calendar.binding(opens, lambda known: add(known, due_by(known), period.grace, roll=True))
    return Window(f"after-{last.isoformat()}", _day_label(last), opens, ends, opens, due, missed)


def _after_last(period: Period, last: date) -> date:
    months, days = MONTHS.get(period.step, 0), 7 if period.step == "week" else 1
    if period.renewal is not None:
        months = period.renewal.n if period.renewal.unit == "month" else 0
        days = period.renewal.n
    return add_months(last, months) if months else last + timedelta(days=days)


def _is_owed(calendar: Calendar, day: date) -> bool:
    """Whether ``day`` is worked, and was known to be before it began: nothing is owed by surprise."""
    return calendar.as_known_on(day).is_working(day) and calendar.as_known_on(day - ONE_DAY).is_working(day)


# -- steps of the calendar -------------------------------------------------------------------------------


def index_of(period: Period, day: date) -> int:
    """The running number of the step that holds ``day``; the next step has the next number."""
    if period.is_daily:
        return day.toordinal()
    if period.step == "week":
        return (day.toordinal() - 1) // 7
    return (day.year * 12 + day.month - 1) // _months(period)


def bounds(period: Period, index: int) -> tuple[date, date]:
    """The first and the last day of a step."""
    if period.is_daily:
        day = date.fromordinal(index)
        return day, day
    if period.step == "week":
        monday = date.fromordinal(index * 7 + 1)
        return monday, monday + timedelta(days=6)
    year, month = divmod(index * _months(period), 12)
    starts = date(year, month + 1, 1)
    return starts, add_months(starts, _months(period)) - ONE_DAY


def name(period: Period, starts: date) -> tuple[str, tuple[tuple[str, int], ...]]:
    """The key of a step and the parts of its name; a week belongs to its ISO year."""
    year = starts.year
    match period.step:
        case "working_day" | "calendar_day":
            return starts.isoformat(), _day_label(starts)
        case "week":
            year, week, _ = starts.isocalendar()
            return f"{year}-W{week:02}", (("year", year), ("week", week))
        case "month":
            return f"{starts:%Y-%m}", (("year", year), ("month", starts.month))
        case "quarter":
            quarter = (starts.month + 2) // 3
            return f"{year}-Q{quarter}", (("year", year), ("quarter", quarter))
        case "half_year":
            half = 1 if starts.month == 1 else 2
            return f"{year}-H{half}", (("year", year), ("half_year", half))
        case _:
            return str(year), (("year", year),)


def _months(period: Period) -> int:
    if period.step not in MONTHS:
        raise ValueError(f"{period.code} has no steps")
    return MONTHS[period.step]


def _day_label(day: date) -> tuple[tuple[str, int], ...]:
    return ("year", day.year), ("month", day.month), ("day", day.day)
