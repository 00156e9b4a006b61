"""How a duty stands from a day on, if nothing more happens: the days on which its state turns.

What the portal writes down after each change is this course. A question about a day is answered by the stretch that
holds it, so that neither midnight nor a new period needs anything to be rewritten, and the answer for a past day is
what was to be known on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ckanext.civic_core.domain.working_days import Calendar

from .fulfilment import Settled, Settlement
from .obligations import Suspension
from .states import Code, Facts, Reason, State, breakpoints, state
from .windows import ONE_DAY

#: what no time changes any more
FINAL = ("fulfilled", "fulfilled_late", "excused", "replaced")


@dataclass(frozen=True)
class Stretch:
    """From ``since`` to the day before the next stretch the duty has this state."""

    since: date
    code: Code
    reason: Reason
    next_due: date | None = None


def course(facts: Facts, day: date, upto: date, calendar: Calendar) -> list[Stretch]:
    """The stretches from ``day`` up to and including ``upto``.

    :param facts: with a settlement at the end of ``day`` that has all obligations planned up to ``upto``
    """
    near = replace(facts, settlement=_near(facts.settlement, day))
    found: list[Stretch] = []
    for turn in _turns(near, day, upto, calendar):
        at = state(replace(near, settlement=_at(near.settlement, turn)), turn, calendar)
        one = Stretch(turn, at.code, at.reason, at.next_due)
        if not found or _differs(found[-1], one):
            found.append(one)
    return found


def on(stretches: Sequence[Stretch], day: date) -> Stretch | None:
    """The stretch that holds a day; None before the first."""
    return next((one for one in reversed(stretches) if one.since <= day), None)


def at(settlement: Settlement, day: date) -> Settlement:
    """A settlement as it will be at the end of a later day, if nothing more happens."""
    return _at(_near(settlement, day), day)


def _differs(one: Stretch, other: Stretch) -> bool:
    return (one.code, one.reason, one.next_due) != (other.code, other.reason, other.next_due)


def _near(settlement: Settlement, day: date) -> Settlement:
    """Without what is over and no longer matters: of all whose grace is over only the last."""
    over = [one for one in settlement.obligations if one.obligation.missed < day]
    last = max((one.obligation.missed for one in over if one.state in ("missed", *FINAL[:2])), default=None)
    kept = (
        one for one in settlement.obligations
        if one.obligation.missed >= day or one.obligation.missed == last or one.obligation.kind == "first"
    )
    return replace(settlement, obligations=tuple(kept))


def _at(settlement: Settlement, day: date) -> Settlement:
    return replace(settlement, obligations=tuple(_as_of(settlement.obligations, day)))


def _as_of(obligations: Iterable[Settled], day: date) -> Iterator[Settled]:
    for one in obligations:
        owed = one.obligation
        if one.state in FINAL:
            yield one
        elif (owed.kind != "first" and owed.since > day) or (owed.closed == "lapsed" and owed.is_closed(day)):
            continue
        elif owed.closed is not None and owed.is_closed(day):
            yield replace(one, state=owed.closed)
        else:
            yield replace(one, state="missed" if owed.missed < day else "open" if owed.opens <= day else "ahead")


def _turns(facts: Facts, day: date, upto: date, calendar: Calendar) -> list[date]:
    """All days on which the state may turn."""
    days = {day, *_of_suspensions(facts.suspensions)}
    if facts.ended is not None:
        days.add(facts.ended)
    for one in facts.settlement.obligations:
        if one.state in FINAL:
            days.add(one.obligation.missed + ONE_DAY)
            continue
        owed = one.obligation
        points = breakpoints(owed.window, owed.period, calendar)
        days |= {owed.since, owed.opens, points.due_from, points.overdue_from, points.missed_from}
        if owed.closed_on is not None:
            days.add(owed.closed_on)
    return sorted(turn for turn in days if day <= turn <= upto)


def _of_suspensions(suspensions: Iterable[Suspension]) -> Iterator[date]:
    for rest in suspensions:
        yield rest.since
        yield rest.until


__all__ = ["State", "Stretch", "at", "course", "on"]
