"""What a list asks of agencies in the twelve months ahead, and what data would do under it at their present pace.

Nothing is worked out for each duty: the due days of a period under a schedule are counted once, and taken as often as
agencies have such duties.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import takewhile

from ckanext.civic_core.domain.working_days import Calendar, add_months

from .items import Schedule
from .periods import Period
from .windows import ONE_DAY, lag, renewal, windows

MONTHS = 12
#: longer than days off ever follow each other
_HOLIDAYS = timedelta(days=31)
_YEAR = 365
_WEEK = 7

#: (id of the agency, how often, when after each period)
Kind = tuple[str, Period, Schedule]


@dataclass
class Load:
    """How many releases a body owes in twelve months, and in each month by the day on which they are due."""

    duties: int = 0
    year: int = 0
    months: Counter[tuple[int, int]] = field(default_factory=Counter[tuple[int, int]])

    @property
    def per_month(self) -> float:
        return round(self.year / MONTHS, 1)

    @property
    def per_week(self) -> float:
        return round(self.year * _WEEK / _YEAR, 1)

    @property
    def busiest(self) -> int:
        """Releases due in the month that asks for most of them."""
        return max(self.months.values(), default=0)

    def add(self, duties: int, due: Mapping[tuple[int, int], int], year: int) -> None:
        """Take so many duties of one kind into account."""
        self.duties += duties
        self.year += duties * year
        self.months.update({month: duties * count for month, count in due.items()})


def due_days(period: Period, schedule: Schedule, since: date, calendar: Calendar) -> list[date]:
    """The due days of one duty in the twelve months from ``since`` on.

    What is owed as needed is taken as released or confirmed the day before: it falls due one term later.
    """
    until = add_months(since, MONTHS)
    if period.step == "none":
        return _renewals(period, since, until, calendar)
    owed = windows(period, schedule, calendar).ending_from(since - _reach(period, schedule))
    due = (window.due for window in takewhile(lambda one: one.starts < until, owed))
    return [day for day in due if since <= day < until]


def _reach(period: Period, schedule: Schedule) -> timedelta:
    """At least so long before its due day a period may end."""
    if schedule.kind == "within":
        return _HOLIDAYS
    term = lag(period, schedule)
    return _HOLIDAYS + timedelta(days=term.n * {"month": 31, "working_day": 2}.get(term.unit, 1))


def _renewals(period: Period, since: date, until: date, calendar: Calendar) -> list[date]:
    found: list[date] = []
    last = since - ONE_DAY
    while (last := renewal(period, last, calendar).ends) < until:
        found.append(last)
    return found


def loads(duties: Mapping[Kind, int], since: date, calendar: Calendar) -> dict[str, Load]:
    """What each body owes in the twelve months from ``since`` on.

    Days of what is owed as needed are not known: it is in the sum of the year and in no month.
    """
    known: dict[tuple[Period, Schedule], tuple[Counter[tuple[int, int]], int]] = {}
    found: dict[str, Load] = {}
    for (agency, period, schedule), number in duties.items():
        if (period, schedule) not in known:
            days = due_days(period, schedule, since, calendar)
            fixed = days if period.step != "none" else []
            known[period, schedule] = Counter((day.year, day.month) for day in fixed), len(days)
        found.setdefault(agency, Load()).add(number, *known[period, schedule])
    return found


def total(several: Mapping[str, Load]) -> Load:
    """All bodies together."""
    found = Load()
    for one in several.values():
        found.duties += one.duties
        found.year += one.year
        found.months.update(one.months)
    return found


def keeps_pace(releases: int, known_for: int, a_year: int) -> bool:
    """Whether data that go on as in the last twelve months stay up to date.

    They do if they had as many releases as the terms would have asked for in that time, and at least one. Of data
    that are known for less than a year as many are asked as fall to the days since their first release.

    :param releases: those of the last twelve months, without corrections
    :param known_for: days since the first release ever
    :param a_year: how many releases the terms ask for in a year
    """
    return releases >= max(1, a_year * min(known_for, _YEAR) // _YEAR)
