"""The ladder: who is told as the time for an answer goes by, and after it went by.

A step is taken on the first day after its share of the working days of a turn has passed, days on which the clock
stood still left out; after the deadline working days go on in the same measure. The public overdue list does not
wait for it: a request stands there from the day after its deadline.
"""
from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ckanext.civic_core.domain.working_days import Calendar

from .counting import ONE_DAY, unpaused
from .deadlines import Turn

Audience = Literal["assignee", "agency_admins", "overdue_list", "agency_head", "authorised_body"]
AUDIENCES: tuple[Audience, ...] = ("assignee", "agency_admins", "overdue_list", "agency_head", "authorised_body")

#: what share of the time is the whole
WHOLE = 100


@dataclass(frozen=True, slots=True)
class Rung:
    """A share of the time, in percent, and who is told when it has gone by."""

    percent: int
    tells: tuple[Audience, ...]


LADDER: tuple[Rung, ...] = (
    Rung(50, ("assignee",)),
    Rung(100, ("agency_admins", "overdue_list")),
    Rung(150, ("agency_head",)),
    Rung(200, ("authorised_body",)),
)


@dataclass(frozen=True, slots=True)
class Escalation:
    """A rung of one turn and the day from which it is true; with the request and the turn it is taken once."""

    turn: int
    rung: Rung
    on: date

    @property
    def key(self) -> tuple[int, int]:
        return self.turn, self.rung.percent


def ladder(words: Iterable[str]) -> tuple[Rung, ...]:
    """The rungs of a configuration: ``50:assignee``, ``100:agency_admins+overdue_list``.

    :raises ValueError: a word is of another form, tells nobody that is known, or names a share again.
    """
    rungs = sorted((_rung(word) for word in words), key=lambda rung: rung.percent)
    if len({rung.percent for rung in rungs}) < len(rungs):
        raise ValueError("each share may stand on the ladder once")
    return tuple(rungs)


def _rung(word: str) -> Rung:
    percent, _, names = word.strip().partition(":")
    told: tuple[Audience, ...] = tuple(one for one in AUDIENCES if one in names.split("+"))
    if not percent.isdecimal() or not int(percent) or len(told) != len(names.split("+")):
        raise ValueError(f"a step is PERCENT:WHO, who are {', '.join(AUDIENCES)} joined by +, not {word!r}")
    return Rung(int(percent), told)


def escalations(turn: Turn, calendar: Calendar, rungs: Sequence[Rung] = LADDER) -> tuple[Escalation, ...]:
    """Every rung with its day, as the deadline of the turn stands now."""
    days = unpaused(calendar, turn.since, turn.due, turn.pauses)
    return tuple(Escalation(turn.number, rung, _day(turn, days, rung.percent, calendar)) for rung in rungs)


def to_take(
    turn: Turn, calendar: Calendar, day: date, taken: Collection[tuple[int, int]], rungs: Sequence[Rung] = LADDER
) -> tuple[Escalation, ...]:
    """What is still to be taken on ``day``, by day: after an outage, each step that fell into it.

    A reminder that half of the time is over is left out once all of it is. Nothing is taken of a turn that ended.

    :param taken: the keys of those that were taken; an extension does not bring them back
    """
    if turn.until is not None and turn.until <= day:
        return ()
    found = escalations(turn, calendar, rungs)
    late = turn.due < day
    due = [one for one in found if one.on <= day and one.key not in taken]
    return tuple(one for one in due if one.rung.percent >= WHOLE or not late)


def _day(turn: Turn, days: Sequence[date], percent: int, calendar: Calendar) -> date:
    """The first day after ``percent`` of the working days; what is no whole day belongs to the next one."""
    passed = len(days) * percent // WHOLE
    if percent == WHOLE or passed == len(days):
        return turn.due + ONE_DAY
    if passed > len(days):
        return calendar.add_working_days(turn.due, passed - len(days)) + ONE_DAY
    return (days[passed - 1] if passed else turn.since) + ONE_DAY
