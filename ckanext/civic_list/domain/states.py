"""The state of a duty on a day, why, and the days on which it will turn.

Source of the rules: the first state that applies. Everything is a pure function of what was recorded, so that
the answer for a past day never changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from ckanext.civic_core.domain.working_days import Calendar

from .fulfilment import Settled, Settlement
from .obligations import Obligation, Suspension
from .periods import Period
from .windows import ONE_DAY, Window, renewal

Code = Literal[
    "not_applicable", "suspended", "missing", "delinquent", "overdue", "not_started", "due", "fresh"
]


@dataclass(frozen=True)
class Reason:
    """Why a duty has its state, as a code and the values that the sentence needs.

    ``ended`` (``day``), ``suspended`` (``until``, ``ground``), ``never_published`` (``due``), ``withdrawn``
    (``day``), ``missed`` (``key``, ``missed``), ``in_grace`` (``key``, ``due``, ``missed``, ``done``,
    ``parts``), ``first_release_ahead`` (``due``), ``due_soon`` (``key``, ``due``, ``done``, ``parts``),
    ``up_to_date`` (``day``: refreshed since; None when nothing was owed yet).
    """

    code: str
    params: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True)
class Breakpoints:
    """The first days on which the next unfulfilled obligation makes the duty due, overdue, missed.

    ``forgiven``: newer data have come since it fell due, so that missing it does not make the duty delinquent;
    the state from ``missed_from`` on must be worked out anew.
    """

    due_from: date
    overdue_from: date
    missed_from: date
    forgiven: bool = False


@dataclass(frozen=True)
class State:
    """``next_due`` is the due day of the oldest open obligation, else of the next one."""

    code: Code
    reason: Reason
    next_due: date | None = None
    breakpoints: Breakpoints | None = None


@dataclass(frozen=True)
class Facts:
    """What is known of a duty at the end of a day.

    :param settlement: its obligations as they stand on that day
    :param published: whether a public dataset is linked now
    :param withdrawn: the day on which the last public one went, if there was one
    :param ended: the first day on which the item had ended or the body was gone
    """

    settlement: Settlement
    published: bool
    withdrawn: date | None = None
    ended: date | None = None
    suspensions: Sequence[Suspension] = ()


def state(facts: Facts, day: date, calendar: Calendar) -> State:
    """The state at the end of ``day``: the first of all codes that applies."""
    code, reason = _code(facts, day, calendar)
    if code == "not_applicable":
        return State(code, reason)
    nearest = _nearest(facts.settlement.obligations)
    if nearest is None:
        return State(code, reason)
    points = breakpoints(nearest.window, nearest.period, calendar)
    forgiven = _has_newer_data(facts.settlement, nearest)
    return State(code, reason, nearest.due, replace(points, forgiven=forgiven))


def breakpoints(window: Window, period: Period, calendar: Calendar) -> Breakpoints:
    """The days on which an obligation that nothing fulfils changes the state."""
    reminder = period.reminder
    if reminder.unit == "working_day":
        warned = calendar.add_working_days(window.due, -reminder.n)
    else:
        warned = date.fromordinal(window.due.toordinal() - reminder.n * (31 if reminder.unit == "month" else 1))
    return Breakpoints(max(window.opens, warned), window.due + ONE_DAY, window.missed + ONE_DAY)


def on(former: State, day: date) -> Code:
    """The code on a later day, if nothing happens before: what the index can tell without the database."""
    points = former.breakpoints
    if points is None or former.code not in ("fresh", "due", "overdue", "not_started"):
        return former.code
    if former.code == "not_started":
        return "missing" if day >= points.overdue_from else "not_started"
    if day >= points.missed_from:
        return "fresh" if points.forgiven else "delinquent"
    if day >= points.overdue_from:
        return "overdue"
    return "due" if day >= points.due_from else former.code


def rolling(period: Period, last: date | None, day: date, calendar: Calendar) -> State:
    """The state of a dataset that is on no list: its clock starts with each counted release.

    Without any release there is nothing to judge yet: ``not_started``.
    """
    if last is None:
        return State("not_started", Reason("never_published", {"due": None}))
    window = renewal(period, last, calendar)
    points = breakpoints(window, period, calendar)
    former = State("fresh", Reason("up_to_date", {"day": last}), window.due, points)
    code = on(former, day)
    reasons: dict[str, Reason] = {
        "fresh": former.reason,
        "due": Reason("due_soon", {"key": window.key, "due": window.due, "done": 0, "parts": 1}),
        "overdue": Reason(
            "in_grace", {"key": window.key, "due": window.due, "missed": window.missed, "done": 0, "parts": 1}
        ),
        "delinquent": Reason("missed", {"key": window.key, "missed": window.missed}),
    }
    return State(code, reasons[code], window.due, points)


def _code(facts: Facts, day: date, calendar: Calendar) -> tuple[Code, Reason]:
    if facts.ended is not None and facts.ended <= day:
        return "not_applicable", Reason("ended", {"day": facts.ended})
    for rest in facts.suspensions:
        if rest.holds(day):
            return "suspended", Reason("suspended", {"until": rest.until, "ground": rest.ground})
    obligations = facts.settlement.obligations
    first = _first_ahead(obligations, day)
    if not facts.published and first is None:
        return "missing", _why_missing(facts)
    return _by_obligations(facts, day, calendar) or _otherwise(facts, first)


def _by_obligations(facts: Facts, day: date, calendar: Calendar) -> tuple[Code, Reason] | None:
    """The states that obligations make: delinquent, overdue, and due where there are data."""
    obligations = facts.settlement.obligations
    last = _last_passed(obligations, day)
    if last is not None and last.state == "missed" and not _has_newer_data(facts.settlement, last.obligation):
        return "delinquent", Reason("missed", {"key": last.obligation.key, "missed": last.obligation.missed})
    opened = [one for one in obligations if one.state == "open"]
    for one in opened:
        if one.obligation.due < day:
            return "overdue", Reason("in_grace", {**_progress(one), "missed": one.obligation.missed})
    if not facts.published:
        return None
    for one in opened:
        obligation = one.obligation
        if breakpoints(obligation.window, obligation.period, calendar).due_from <= day:
            return "due", Reason("due_soon", _progress(one))
    return None


def _otherwise(facts: Facts, first: Settled | None) -> tuple[Code, Reason]:
    if not facts.published and first is not None:
        return "not_started", Reason("first_release_ahead", {"due": first.obligation.due})
    return "fresh", Reason("up_to_date", {"day": facts.settlement.refreshed})


def _first_ahead(obligations: Iterable[Settled], day: date) -> Settled | None:
    """The first release, while its due day is not past."""
    return next((one for one in obligations if one.obligation.kind == "first" and day <= one.obligation.due), None)


def _why_missing(facts: Facts) -> Reason:
    if facts.withdrawn is not None:
        return Reason("withdrawn", {"day": facts.withdrawn})
    first = [one.obligation.due for one in facts.settlement.obligations if one.obligation.kind == "first"]
    return Reason("never_published", {"due": first[0] if first else None})


def _last_passed(obligations: Iterable[Settled], day: date) -> Settled | None:
    """Of those that were owed and whose grace is over, the one whose grace ended last; of several a missed one."""
    passed = [
        one
        for one in obligations
        if one.obligation.missed < day and one.state not in ("excused", "replaced", "lapsed")
    ]
    return max(passed, key=lambda one: (one.obligation.missed, one.state == "missed"), default=None)


def _has_newer_data(settlement: Settlement, obligation: Obligation) -> bool:
    """Whether a release or review of every dataset came after the obligation fell due."""
    return settlement.refreshed is not None and settlement.refreshed > obligation.due


def _nearest(obligations: Iterable[Settled]) -> Obligation | None:
    """The oldest open obligation, else the next one."""
    waiting = [one for one in obligations if one.state in ("open", "ahead")]
    nearest = min(waiting, key=lambda one: (one.state == "ahead", one.obligation.due), default=None)
    return nearest.obligation if nearest else None


def _progress(one: Settled) -> dict[str, object]:
    return {"key": one.obligation.key, "due": one.obligation.due, "done": one.done, "parts": one.parts}
