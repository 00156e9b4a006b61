"""How an agency answers: the figures of requests, from their dated facts.

Each delay is charged to the body that held the request. Outside are requests by members of the body that answers, what
was closed as abuse, and what a moderator did not let through.

- days to answer: the working days of a turn up to the first answer, days on which the clock stood still left out
- on time: turns that ended in time, of those that were answered, or were passed on, closed or held after their last day
- confirmed: matters that citizens called solved, of all that were closed after an answer, also without a word from them
- refused: refusals that stand, of all answers that stand
"""
from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from ckanext.civic_core.domain.ratios import Ratio
from ckanext.civic_core.domain.working_days import Calendar

from .counting import ONE_DAY
from .deadlines import Happening, Turn, turns
from .states import ABUSE, DISPUTED, PARTLY, REJECTED, SOLVED, UNCONFIRMED
from .terms import Rules

#: closed so, a request is in no figure
OUTSIDE = frozenset({ABUSE, REJECTED})
#: how a request ends that was fulfilled
CONFIRMATIONS = frozenset({SOLVED, PARTLY, DISPUTED, UNCONFIRMED})
#: a turn that goes back to who answered; how long it takes says nothing of the first answer
AGAIN = frozenset({"not_solved", "overturned"})
MEDIAN, NINETIETH = 50, 90


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the figures see it; ``own`` are the agencies that its author is a member of."""

    happenings: tuple[Happening, ...]
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Held:
    """A turn that counts, on the day ``on`` which its end or its delay is dated to.

    :param delay: working days after the deadline; 0 where only days off passed
    :param days: working days to the first answer; None without one
    """

    body: str
    on: date
    late: bool
    delay: int
    days: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer that stands: not one that solved nothing, nor a refusal that was overturned.

    :param ground: of a refusal
    :param confirmation: how it was closed after it was fulfilled; nothing while the citizen is asked
    """

    body: str
    on: date
    kind: Literal["fulfilled", "refused"]
    ground: str = ""
    confirmation: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """What one request brings into the figures."""

    held: tuple[Held, ...] = ()
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a body, or of several together; ``median`` and ``ninetieth`` are of ``answered`` first answers."""

    answered: int
    median: int | None
    ninetieth: int | None
    on_time: Ratio
    confirmed: Ratio
    refused: Ratio
    by_ground: Mapping[str, Ratio] = field(default_factory=dict[str, Ratio], hash=False)


# -- one request -----------------------------------------------------------------------------------------


def account(request: Request, rules: Rules, calendar: Calendar, day: date) -> Account:
    """What a request brings into the figures by what had happened up to the end of ``day``."""
    known = [one for one in request.happenings if one.on <= day]
    if any(one.kind == "closed" and one.code in OUTSIDE for one in known):
        return Account()
    found = turns(known, rules, calendar, day)
    held = [_held(turn, calendar, day) for turn in found if turn.body not in request.own]
    answer = _answer(known)
    own = answer is not None and answer.body in request.own
    return Account(tuple(one for one in held if one is not None), None if own else answer)


def _held(turn: Turn, calendar: Calendar, day: date) -> Held | None:
    """None for what is neither answered nor late, and for what was late before a successor came to it."""
    answered, late = turn.ended in ("fulfilled", "refused"), turn.is_late(day)
    inherited = turn.beginning == "succeeded" and turn.due < turn.since
    if inherited or not (answered or late):
        return None
    days = turn.working_days(calendar, day) if answered and turn.beginning not in AGAIN else None
    on = turn.until or max(turn.due, turn.since) + ONE_DAY
    return Held(turn.body, on, late, turn.delay(calendar, day), days)


def _answer(happenings: Iterable[Happening]) -> Answer | None:
    body, found = "", None
    for one in happenings:
        body = one.body or body
        if one.kind in ("fulfilled", "refused"):
            found = Answer(body, one.on, one.kind, one.code if one.kind == "refused" else "")
        elif one.kind in AGAIN:
            found = None
        elif one.kind == "closed" and found is not None and found.kind == "fulfilled" and one.code in CONFIRMATIONS:
            found = Answer(found.body, found.on, found.kind, confirmation=one.code)
    return found


# -- many ------------------------------------------------------------------------------------------------


def figures(held: Sequence[Held], answers: Sequence[Answer]) -> Figures:
    """The figures of these turns and answers together."""
    days = sorted(one.days for one in held if one.days is not None)
    closed = [one.confirmation for one in answers if one.confirmation]
    grounds = Counter(one.ground for one in answers if one.kind == "refused")
    return Figures(
        answered=len(days),
        median=percentile(days, MEDIAN),
        ninetieth=percentile(days, NINETIETH),
        on_time=Ratio(sum(not one.late for one in held), len(held)),
        confirmed=Ratio(closed.count(SOLVED), len(closed)),
        refused=Ratio(grounds.total(), len(answers)),
        by_ground={ground: Ratio(grounds[ground], len(answers)) for ground in sorted(grounds)},
    )


def by_agency(accounts: Iterable[Account], since: date, day: date) -> dict[str, Figures]:
    """The figures of each agency over what is dated after ``since``, up to and including ``day``."""
    held: dict[str, list[Held]] = defaultdict(list)
    answers: dict[str, list[Answer]] = defaultdict(list)
    for one in accounts:
        for turn in one.held:
            if since < turn.on <= day:
                held[turn.body].append(turn)
        if one.answer is not None and since < one.answer.on <= day:
            answers[one.answer.body].append(one.answer)
    return {body: figures(held[body], answers[body]) for body in sorted({*held, *answers})}


def percentile(ordered: Sequence[int], percent: int) -> int | None:
    """The smallest value that at least ``percent`` of the values do not exceed (``percentile_disc`` of SQL)."""
    if not ordered:
        return None
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
