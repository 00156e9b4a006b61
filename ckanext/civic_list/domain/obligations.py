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
Closing = Literal["replaced", "excused"]

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

    ``closed`` says why nothing is owed after all, ``ground`` names the excuse.
    """

    key: str
    kind: Kind
    period: Period
    since: date
    window: Window
    closed: Closing | None = None
    ground: str = ""

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
    """One obligation is not held against the agency."""

    key: str
    since: date
    ground: str


@dataclass(frozen=True)
class Suspension:
    """A duty rests from ``since`` to the day before ``until``."""

    since: date
    until: date
    ground: str

    def holds(self, day: date) -> bool:
        return self.since <= day < self.until


def owed(duty: Duty, upto: date, calendar: Calendar, first_release: Term = FIRST_RELEASE) -> list[Obligation]:
    """All obligations that open up to and including ``upto``, and the next one after them, by due day.

    - A duty that began without public data owes a first release. What is due before it is covered by it.
    - The first period owed is the one that ends at least ``min_gap`` days after the terms begin.
    - When terms change, the running old period is ``replaced`` if the first new due day is not later than
      its own; else it ends by the old terms, and the new terms do not ask for the same period again.
    - When the duty ends, what was due before stays; what was not passes on, see :func:`passing`, or lapses.

    Data that are owed as needed have no periods: see :func:`renewals`.
    """
    first = _first(duty, calendar, first_release)
    covered = first[0].due if first else duty.begins
    obligations = [*duty.inherited, *first, *_regular(duty, upto, covered, calendar)]
    found = [one for one in obligations if _stands(one, duty, upto)]
    return sorted(found, key=lambda one: (one.due, one.opens, one.kind, one.since))


def passing(obligations: Iterable[Obligation], day: date, fulfilled: Iterable[tuple[str, date]]) -> list[Obligation]:
    """What passes with its due day to a successor on ``day``: what is open and not yet due."""
    done = set(fulfilled)
    return [
        one
        for one in obligations
        if one.opens <= day <= one.due and one.closed is None and one.id not in done
    ]


def renewals(duty: Duty, acts: Iterable[date], calendar: Calendar, upto: date) -> list[Obligation]:
    """What data that are owed as needed owe after each release or review, by day.

    :param acts: the days on which all datasets of the duty were released or reviewed anew
    """
    done = sorted(day for day in set(acts) if day <= upto)
    terms = [one for one in duty.terms if one.since <= upto]
    found: list[Obligation] = []
    for now, later in zip(terms, [*terms[1:], None], strict=True):
        if now.period.step == "none":
            found += _renewals_of(now, later.since if later else None, done, duty, calendar)
    return [one for one in found if _stands(one, duty, upto)]


def _renewals_of(
    terms: Terms, end: date | None, done: Sequence[date], duty: Duty, calendar: Calendar
) -> list[Obligation]:
    """The clock starts with the last act before the terms, or with them where data were there already."""
    before = [day for day in done if day <= terms.since]
    start = before[-1:] or ([terms.since] if duty.published else [])
    during = [day for day in done if terms.since < day and (end is None or day < end)]
    days = [*start, *during]
    found = [renewal(terms.period, day, calendar) for day in days]
    if end is not None and found and found[-1].due >= end:
        found.pop()
    return [Obligation(one.key, "renewal", terms.period, terms.since, one) for one in found]


def excuse(
    obligations: Iterable[Obligation], excuses: Iterable[Excuse], suspensions: Sequence[Suspension] = ()
) -> list[Obligation]:
    """The obligations with those closed that were excused one by one, or fell due while the duty rested."""
    grounds = {(one.key, one.since): one.ground for one in excuses}
    return [_excused(one, grounds.get(one.id), suspensions) for one in obligations]


def _excused(obligation: Obligation, ground: str | None, suspensions: Sequence[Suspension]) -> Obligation:
    if obligation.closed is not None:
        return obligation
    resting = [one.ground for one in suspensions if one.holds(obligation.due)]
    if ground is None and not resting:
        return obligation
    return replace(obligation, closed="excused", ground=ground if ground is not None else resting[0])


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
    """The periods owed by each of the terms that hold by ``upto``, in turn, none due before ``covered``."""
    found: list[Obligation] = []
    taken = {one.key for one in duty.inherited}
    terms = [one for one in duty.terms if one.since <= upto]
    for now, later in zip(terms, [*terms[1:], None], strict=True):
        new = _of_terms(now, later.since if later else None, upto, covered, calendar)
        found = [_replaced(one, now.since, new) for one in found]
        kept = taken | {one.key for one in found if one.closed is None}
        found += [one for one in new if one.key not in kept]
    return found


def _of_terms(
    terms: Terms, end: date | None, upto: date, covered: date, calendar: Calendar
) -> list[Obligation]:
    """Periods that end at least ``min_gap`` days after the terms begin and start before they end."""
    if terms.period.step == "none":
        return []
    found: list[Obligation] = []
    first = terms.since + timedelta(days=terms.period.min_gap)
    for window in windows(terms.period, terms.schedule, calendar).ending_from(first):
        if end is not None and window.starts >= end:
            break
        if window.due < covered:
            continue
        found.append(Obligation(window.key, "period", terms.period, terms.since, window))
        if window.opens > upto:
            break
    return found


def _replaced(obligation: Obligation, change: date, new: Sequence[Obligation]) -> Obligation:
    """The running period is replaced where the new terms ask for data no later than it does."""
    window = obligation.window
    runs = window.starts < change <= window.ends
    if runs and obligation.closed is None and new and new[0].due <= obligation.due:
        return replace(obligation, closed="replaced")
    return obligation


def _stands(obligation: Obligation, duty: Duty, upto: date) -> bool:
    """Whether the duty did not end before the due day."""
    return duty.until is None or duty.until > upto or obligation.due < duty.until
