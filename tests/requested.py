"""Calendars, days and lives of requests for the tests of the rules about time."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import count, islice

import holidays
from hypothesis import strategies as st

from ckanext.civic_core.domain.working_days import Calendar, Override, Term, add_months
from ckanext.civic_requests.domain.counting import Pause
from ckanext.civic_requests.domain.deadlines import Happening
from ckanext.civic_requests.domain.terms import PRESETS, Preset, Rules

DAY = timedelta(days=1)
_kz = holidays.country_holidays("KZ", years=range(2023, 2030), language="en_US")
KZ = Calendar(holidays=dict(_kz), moved_in=frozenset(_kz.weekend_workdays))

days = st.dates(date(2024, 1, 1), date(2027, 12, 31))
presets = st.sampled_from(list(PRESETS.values()))


def day(written: str) -> date:
    return datetime.strptime(written, "%d.%m.%Y").date()  # noqa: DTZ007 a day has no zone


def on(kind: str, written: str, body: str = "", by: Term | None = None, code: str = "") -> Happening:
    return Happening(kind, day(written), body, by, code)  # type: ignore[arg-type]


@st.composite
def calendars(draw: st.DrawFn, start: date, *, known: bool = False) -> Calendar:
    """A calendar of Kazakhstan with days moved around ``start``; ``known``: all of it before that day."""
    near = st.integers(-10, 120).map(lambda n: start + n * DAY)
    recorded = st.integers(-40, -1 if known else 90).map(lambda n: start + n * DAY)
    kinds = st.sampled_from(("holiday", "working", "regular"))
    overrides = draw(st.lists(st.builds(Override, near, kinds, recorded), max_size=10))
    return Calendar(holidays=KZ.holidays, moved_in=KZ.moved_in, overrides=tuple(overrides))


@st.composite
def pauses(draw: st.DrawFn, start: date) -> tuple[Pause, ...]:
    """At most two pauses, one after the other."""
    found: list[Pause] = []
    first = start
    for _ in range(draw(st.integers(0, 2))):
        first += draw(st.integers(0, 25)) * DAY
        found.append((first, first + draw(st.integers(0, 20)) * DAY))
        first = found[-1][1]
    return tuple(found)


def parts(preset: Preset, *, extended: bool) -> tuple[Term, ...]:
    return (preset.term, preset.extension) if extended and preset.extension else (preset.term,)


def recount(since: date, terms: Sequence[Term], pauses: Sequence[Pause], calendar: Calendar) -> date:
    """The deadline, counted once more without the code under test, by this calendar as it stands."""
    still = {a + n * DAY for a, b in pauses for n in range((b - a).days + 1)}

    def running(after: date) -> Iterator[date]:
        return (one for n in count(1) if (one := after + n * DAY) not in still)

    last = since
    for term in terms:
        if term.unit == "working_day":
            last = next(islice((one for one in running(last) if calendar.is_working(one)), term.n - 1, None))
        else:
            n = term.n if term.unit == "calendar_day" else (add_months(last, term.n) - last).days
            last = next(islice(running(last), n - 1, None))
    return next(one for one in running(last - DAY) if calendar.is_working(one))


def rules(preset: str = "access_to_information") -> Rules:
    return Rules(PRESETS[preset])
