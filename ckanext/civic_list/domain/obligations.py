"""What a duty owes: one obligation for each period, and one for the first release.

Pure functions over the facts of one duty; nothing here knows what came. Days are in the portal's zone; ends
named ``until`` are the first day on which something no longer holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from ckanext.civic_core.domain.working_days import Calendar, Term

from .items import Schedule
from .periods import Period
from .windows import Window, add, renewal, windows

Kind = Literal["first", "period", "renewal"]
Closing = Literal["replaced", "excused", "lapsed"]

#: a first release without a day of its own is due so long after the duty begins
FIRST_RELEASE = Term(30, "working_day")


@dataclass(frozen=True)
class Terms:
    """What is asked from a day on: how often, and when after each period."""

    since: date
    period: Period
    schedule: Schedule


@dataclass(frozen=True)
class Obligation:
    """One release owed. ``since`` is the day of the terms it is owed by: with ``key`` it names the obligation.

    ``closed`` says why nothing is owed after all from ``closed_on`` on, ``ground`` names the excuse. What came before
    that day counts as ever. ``lapsed``: the duty ended, or its terms did, before the obligation fell due.
    """

    key: str
    kind: Kind
    period: Period
    since: date
    window: Window
    closed: Closing | None = None
    ground: str = ""
    closed_on: date | None = None

    def is_closed(self, day: date) -> bool:
        """Whether it is not owed any more on a day."""
        return self.closed_on is not None and self.closed_on <= day

    @property
    def id(self) -> tuple[str, date]:
        return self.key, self.since

    @property
    def opens(self) -> date:
        return self.window.opens

    @property
    def due(self) -> date:
        return self.window.due

    @property
    def missed(self) -> date:
        """The last day of grace."""
        return self.window.missed


@dataclass(frozen=True)
class Duty:
    """One item owed by one agency.

    :param begins: the first day; a duty that goes on in the next edition keeps it
    :param terms: in the order of their days, the first from ``begins``
    :param until: from this day on it is not owed any more
    :param published: whether a public dataset was linked when it began
    :param first_due: the item's own day for the first release
    :param inherited: obligations that came from another duty with their days
    """

    begins: date
    terms: tuple[Terms, ...]
    until: date | None = None
    published: bool = False
    first_due: date | None = None
    inherited: tuple[Obligation, ...] = ()


@dataclass(frozen=True)
class Excuse:
    """One obligation is not held against the agency, from the day ``on`` which that was decided."""

    key: str
    since: date
    ground: str
    on: date = date.min


@dataclass(frozen=True)
class Suspension:
    """A duty rests from ``since`` to the day before ``until``."""

    since: date
    until: date
    ground: str

    def holds(self, day: date) -> bool:
        return self.since <= day < self.until


def owed(duty: Duty, day: date, calendar: Calendar, first_release: Term = FIRST_RELEASE) -> list[Obligation]:
    """All obligations that opened up to and including ``day``, and the next one after them, by due day.

    What is known of later days does not show: see :func:`planned` for the rules.
    """
    return standing(planned(duty, day, calendar, first_release), day)


def standing(obligations: Iterable[Obligation], day: date) -> list[Obligation]:
    """Planned obligations as they stand on a day: without what only later terms ask for, or had lapsed."""
    found = [_on(one, day) for one in obligations if one.since <= day or one.kind == "first"]
    return [one for one in found if one.closed != "lapsed"]


def _on(obligation: Obligation, day: date) -> Obligation:
    if obligation.closed is None or obligation.is_closed(day):
        return obligation
    return replace(obligation, closed=None, closed_on=None, ground="")


def planned(duty: Duty, upto: date, calendar: Calendar, first_release: Term = FIRST_RELEASE) -> list[Obligation]:
    """All obligations that open up to and including ``upto`` by the terms known, and the next one, by due day.

    - A duty that began without public data owes a first release. What is due before it is covered by it.
    - The first period owed is the one that ends at least ``min_gap`` days after the terms begin.
    - When terms change, the running old period is ``replaced`` if the first new due day is not later than
      its own; else it ends by the old terms, and the new terms do not ask for the same period again.
    - When the duty ends, what was due before stays; what was not lapses, or passes on.

    Data that are owed as needed have no periods: see :func:`renewals`.
    """
    first = _first(duty, calendar, first_release)
    covered = first[0].due if first else duty.begins
    obligations = [*duty.inherited, *first, *_regular(duty, upto, covered, calendar)]
    found = [_until(one, duty) for one in obligations]
    return sorted(found, key=lambda one: (one.due, one.opens, one.kind, one.since))


def renewals(duty: Duty, acts: Iterable[date], calendar: Calendar, upto: date) -> list[Obligation]:
    """What data that are owed as needed owe after each release or review, by day.

    :param acts: the days on which all datasets of the duty were released or reviewed anew
    """
    done = sorted(day for day in set(acts) if day <= upto)
    found: list[Obligation] = []
    for now, later in zip(duty.terms, [*duty.terms[1:], None], strict=True):
        if now.period.step == "none":
            found += _renewals_of(now, later.since if later else None, done, duty, calendar)
    return [_until(one, duty) for one in found]


def _renewals_of(
    terms: Terms, end: date | None, done: Sequence[date], duty: Duty, calendar: Calendar
) -> list[Obligation]:
    """The clock starts with the last act before the terms, or with them where data were there already."""
    before = [day for day in done if day <= terms.since]
    start = before[-1:] or ([terms.since] if duty.published else [])
    during = [day for day in done if terms.since < day and (end is None or day < end)]
    asked = [renewal(terms.period, day, calendar) for day in (*start, *during)]
    found = [Obligation(one.key, "renewal", terms.period, terms.since, one) for one in asked]
    if end is not None and found and found[-1].due >= end:
        found[-1] = replace(found[-1], closed="lapsed", closed_on=end)
    return found


def excuse(
    obligations: Iterable[Obligation], excuses: Iterable[Excuse], suspensions: Sequence[Suspension] = ()
) -> list[Obligation]:
    """The obligations with those closed that were excused one by one, or fell due while the duty rested."""
    granted = {(one.key, one.since): one for one in excuses}
    return [_excused(one, granted.get(one.id), suspensions) for one in obligations]


def _excused(obligation: Obligation, given: Excuse | None, suspensions: Sequence[Suspension]) -> Obligation:
    if obligation.closed is not None:
        return obligation
    if given is not None:
        return replace(obligation, closed="excused", ground=given.ground, closed_on=given.on)
    for rest in suspensions:
        if rest.holds(obligation.due):
            return replace(obligation, closed="excused", ground=rest.ground, closed_on=rest.since)
    return obligation


def _first(duty: Duty, calendar: Calendar, first_release: Term) -> list[Obligation]:
    if duty.published or duty.inherited:
        return []
    terms, begins = duty.terms[0], duty.begins

    def due_by(known: Calendar) -> date:
        if duty.first_due is not None and duty.first_due >= begins:
            return known.roll_forward(duty.first_due)
        return known.deadline(begins, first_release)

    due = calendar.binding(begins, due_by)
    missed = calendar.binding(begins, lambda known: add(known, due_by(known), terms.period.grace, roll=True))
    window = Window("first", (), begins, due, begins, due, missed)
    return [Obligation("first", "first", terms.period, terms.since, window)]


def _regular(duty: Duty, upto: date, covered: date, calendar: Calendar) -> list[Obligation]:
    """The periods owed by each of the terms, in turn, none due before ``covered``."""
    found: list[Obligation] = []
    taken = {one.key for one in duty.inherited}
    for now, later in zip(duty.terms, [*duty.terms[1:], None], strict=True):
        new = _of_terms(now, later.since if later else None, upto, covered, calendar)
        found = [_replaced(one, now.since, new) for one in found]
        kept = taken | {one.key for one in found if one.closed is None}
        found += [one for one in new if one.key not in kept]
    return found


def _of_terms(
    terms: Terms, end: date | None, upto: date, covered: date, calendar: Calendar
) -> list[Obligation]:
    """Periods that end at least ``min_gap`` days after the terms begin and start before they end; the one that starts
    after them is expected until then."""
    if terms.period.step == "none":
        return []
    found: list[Obligation] = []
    first = terms.since + timedelta(days=terms.period.min_gap)
    for window in windows(terms.period, terms.schedule, calendar).ending_from(first):
        if window.due < covered:
            continue
        one = Obligation(window.key, "period", terms.period, terms.since, window)
        if end is not None and window.starts >= end:
            found.append(replace(one, closed="lapsed", closed_on=end))
            break
        found.append(one)
        if window.opens > upto:
            break
    return found


def _replaced(obligation: Obligation, change: date, new: Sequence[Obligation]) -> Obligation:
    """The running period is replaced where the new terms ask for data no later than it does."""
    window = obligation.window
    runs = window.starts < change <= window.ends
    if runs and obligation.closed is None and new and new[0].due <= obligation.due:
        return replace(obligation, closed="replaced", closed_on=change)
    return obligation


def _until(obligation: Obligation, duty: Duty) -> Obligation:
    """What is due only after the duty ends lapses when it ends."""
    if duty.until is None or obligation.due < duty.until or obligation.closed is not None:
        return obligation
    return replace(obligation, closed="lapsed", closed_on=duty.until)
