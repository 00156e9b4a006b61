"""When an answer is due, to whom the delay is charged, and why the deadline is on that day.

Counting starts the day after registration, routing, transfer or return. Days are days in the portal's zone and no
function reads the clock. A decision to move days that was recorded after the counting began only makes a deadline
later.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_core.domain.working_days import Calendar, Term

from .counting import ONE_DAY, Pause, Run, Step, due, is_paused, steps, unpaused
from .terms import Rules

# -- facts ---------------------------------------------------------------------------------------------

Kind = Literal[
    "filed", "published", "routed", "asked", "clarified", "extended", "transferred", "succeeded",
    "fulfilled", "refused", "not_solved", "overturned", "closed",
]
#: a body had to do something until then
ENDS: frozenset[Kind] = frozenset({"fulfilled", "refused", "closed"})


@dataclass(frozen=True, slots=True)
class Happening:
    """A dated fact in the life of a request.

    ``filed``: registered, with the ``body`` where there is one. ``published``: a moderator let it through; the term
    runs all the same from registration. ``routed``, ``transferred``: to ``body``, which has a term. ``succeeded``:
    ``body`` takes the place of the former one, with its deadline. ``asked``: the clock stops. ``clarified``: it goes
    on; so does a reopening. ``extended`` ``by`` so much. ``not_solved``, ``overturned``: back to the body that
    answered. ``code``: the ground of a refusal, how it was closed.
    """

    kind: Kind
    on: date
    body: str = ""
    by: Term | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One body's turn to answer.

    :param number: counted from 0; with the request it names the turn for ever
    :param beginning: what gave it to the body, a kind of happening
    :param since: the day on which the body had it; where the request is moderated, counting began earlier for it
    :param run: the count that decides
    :param pauses: when the clock stood still, up to the day asked about where it does now
    :param due: the last day; where the clock stands still, as if the answer came on the day asked about
    :param until: the day on which the turn ended; None while it lasts
    :param ended: the kind of happening that ended it, with its ``code``
    """

    number: int
    body: str
    beginning: Kind
    since: date
    run: Run
    pauses: tuple[Pause, ...]
    due: date
    until: date | None = None
    ended: Kind | None = None
    code: str = ""
    paused: bool = False

    def is_late(self, day: date) -> bool:
        """Whether the body answered, passed it on or still has it after its last day, as of ``day``.

        What was late already when the body came to see it is not its delay on that day.
        """
        return (self.until or day) > max(self.due, self.since)

    def delay(self, calendar: Calendar, day: date) -> int:
        """The working days of delay that are charged to this body, as of ``day``."""
        return max(0, calendar.working_days_between(max(self.due, self.since), self.until or day))

    def working_days(self, calendar: Calendar, day: date) -> int:
        """The working days that the body took, as of ``day``: without those on which the clock stood still."""
        last = self.until or day
        return len(unpaused(calendar, self.since, last, self.pauses))


# -- the deadline ----------------------------------------------------------------------------------------


def deadline(happenings: Sequence[Happening], rules: Rules, calendar: Calendar, day: date) -> date | None:
    """The last day for the answer by what had happened up to ``day``; None while no body has the request.

    Of a request that was answered: the last day that was set for that answer.
    """
    found = turns(happenings, rules, calendar, day)
    return found[-1].due if found else None


def explain(happenings: Sequence[Happening], rules: Rules, calendar: Calendar, day: date) -> tuple[Step, ...]:
    """Each day from the one on which counting started to the deadline; nothing while no body has the request."""
    found = turns(happenings, rules, calendar, day)
    return steps(found[-1].run, found[-1].pauses, calendar) if found else ()


def turns(happenings: Sequence[Happening], rules: Rules, calendar: Calendar, day: date) -> tuple[Turn, ...]:
    """The turns of all bodies in order, by what had happened up to ``day``."""
    fold = _Fold(rules)
    for one in happenings:
        if one.on <= day:
            fold.take(one)
    return tuple(draft.settled(number, fold, calendar, day) for number, draft in enumerate(fold.drafts))


@dataclass
class _Draft:
    """A turn that is being gathered; of several counts the one that ends last decides."""

    body: str
    beginning: Kind
    since: date
    runs: tuple[Run, ...]
    pauses: tuple[Pause, ...] = ()
    until: date | None = None
    ended: Kind | None = None
    code: str = ""

    def settled(self, number: int, fold: _Fold, calendar: Calendar, day: date) -> Turn:
        pauses = self.pauses if self.until else fold.standing(day)
        dues = [(due(run, pauses, calendar), run) for run in self.runs]
        last, run = max(dues, key=lambda pair: pair[0])
        paused = self.until is None and fold.asked is not None
        ended = (self.until, self.ended, self.code)
        return Turn(number, self.body, self.beginning, self.since, run, pauses, last, *ended, paused)


class _Fold:
    """Takes one happening after the other."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.drafts: list[_Draft] = []
        self.pauses: list[Pause] = []
        self.asked: date | None = None
        self.transfers = 0

    def standing(self, day: date) -> tuple[Pause, ...]:
        """All pauses, with the one that lasts up to ``day``."""
        lasting = [] if self.asked is None else [(self.asked, max(self.asked, day))]
        return (*self.pauses, *lasting)

    def take(self, one: Happening) -> None:
        if one.kind in ENDS:
            self._end(one)
        else:
            getattr(self, f"_{one.kind}")(one)

    def _begin(self, one: Happening, body: str, *runs: Run) -> None:
        self._end(one)
        self.drafts.append(_Draft(body, one.kind, one.on, runs))

    def _end(self, one: Happening) -> None:
        """The turn that lasts ends; the day of its end does not fall into the next one."""
        if self.drafts and self.drafts[-1].until is None:
            last = self.drafts[-1]
            last.pauses = self.standing(one.on)
            last.until, last.ended, last.code = one.on, one.kind, one.code

    def _filed(self, one: Happening) -> None:
        if one.body:
            self._begin(one, one.body, Run("filed", one.on, (self.rules.preset.term,)))

    def _published(self, one: Happening) -> None:
        if self.drafts:
            self.drafts[-1].since = max(self.drafts[-1].since, one.on)

    def _routed(self, one: Happening) -> None:
        self._begin(one, one.body, Run("routed", one.on, (self.rules.preset.term,)))

    def _transferred(self, one: Happening) -> None:
        self.transfers += 1
        if self.transfers == 1:
            self._begin(one, one.body, Run("transferred", one.on, (self.rules.preset.term,)))
        else:
            least = Run("passed_on", one.on, (self.rules.later_transfer,))
            self._begin(one, one.body, *self.drafts[-1].runs, least)

    def _succeeded(self, one: Happening) -> None:
        if self.drafts:
            self._begin(one, one.body, *self.drafts[-1].runs)

    def _not_solved(self, one: Happening) -> None:
        self._begin(one, self.drafts[-1].body, Run("not_solved", one.on, (self.rules.again,)))

    def _overturned(self, one: Happening) -> None:
        self._begin(one, self.drafts[-1].body, Run("overturned", one.on, (self.rules.again,)))

    def _asked(self, one: Happening) -> None:
        self.asked = one.on

    def _clarified(self, one: Happening) -> None:
        """Also the answer that reopens a request which had lapsed without it: the clock stood still all the time."""
        if self.asked is not None:
            self.pauses.append((self.asked, one.on))
            self.asked = None
            self.drafts[-1].until = self.drafts[-1].ended = None
            self.drafts[-1].code = ""

    def _extended(self, one: Happening) -> None:
        if one.by is not None:
            last = self.drafts[-1]
            last.runs = tuple(replace(run, parts=(*run.parts, one.by)) for run in last.runs)


# -- extension -------------------------------------------------------------------------------------------


def extendable_to(turn: Turn, rules: Rules, calendar: Calendar) -> date | None:
    """The last day that an extension of this turn may reach; None where there is none."""
    most = rules.preset.extension
    if most is None:
        return None
    longest = replace(turn.run, parts=(*turn.run.parts, most))
    return due(longest, turn.pauses, calendar)


def extension(turn: Turn, rules: Rules, calendar: Calendar, until: date | None = None) -> Term:
    """What extends this turn: all that the preset allows, or so much that the term ends on ``until``.

    It is counted from the last day that counted, not from the one to which that rolled over.

    :raises Refused: ``extension_not_allowed``; ``extension_out_of_range`` (``first``, ``last``).
    """
    most, last = rules.preset.extension, extendable_to(turn, rules, calendar)
    if most is None or last is None:
        raise Refused("extension_not_allowed")
    if until is None:
        return most
    if not turn.due < until <= last:
        raise Refused("extension_out_of_range", "until", first=turn.due + ONE_DAY, last=last)
    return Term(_running_days(turn, calendar, until), "calendar_day")


def _running_days(turn: Turn, calendar: Calendar, until: date) -> int:
    counted = [step.day for step in steps(turn.run, turn.pauses, calendar) if step.counts]
    days = range(counted[-1].toordinal() + 1, until.toordinal() + 1)
    return sum(not is_paused(date.fromordinal(one), turn.pauses) for one in days)
