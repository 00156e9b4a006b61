"""How duties and datasets stand from a day on, worked out from facts; nothing here reads or writes."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ckanext.civic_core.domain.working_days import Calendar
from ckanext.civic_list.delivery import rules
from ckanext.civic_list.delivery.facts import DutyFacts
from ckanext.civic_list.domain.course import Stretch, course, on
from ckanext.civic_list.domain.fulfilment import Settlement, settle
from ckanext.civic_list.domain.obligations import Obligation, planned
from ckanext.civic_list.domain.periods import Period
from ckanext.civic_list.domain.releases import Release
from ckanext.civic_list.domain.states import Facts, Reason, rolling

__all__ = ["Outcome", "horizon", "of_dataset", "of_duty", "of_voluntary"]

#: how far ahead states are written, by the step of the period; they are written anew at half of that
AHEAD = {"working_day": 60, "calendar_day": 60, "week": 150}
USUALLY = 240
#: the state that a dataset with several duties has: the first of these that one of them gives it
GRAVEST = ("delinquent", "overdue", "due", "fresh", "not_started", "missing", "suspended", "not_applicable")


@dataclass(frozen=True)
class Outcome:
    """A duty as it stands: everything it owes, what its releases did, and its course.

    ``again`` is the day on which it must be worked out anew.
    """

    settlement: Settlement
    course: Sequence[Stretch]
    again: date


def horizon(period: Period) -> timedelta:
    """How far ahead of a day the course of a duty is written."""
    return timedelta(days=AHEAD.get(period.step, USUALLY))


def of_duty(facts: DutyFacts, day: date, calendar: Calendar) -> Outcome:
    """How a duty stands from a day on."""
    upto = day + horizon(facts.duty.terms[-1].period)
    settlement = _settle(facts, _planned(facts, upto, calendar), day, calendar)
    stretches = course(_facts(facts, settlement), day, upto, calendar)
    return Outcome(settlement, stretches, _again(facts, settlement, day, upto))


def _planned(facts: DutyFacts, upto: date, calendar: Calendar) -> list[Obligation]:
    return planned(facts.duty, upto, calendar, rules.first_release())


def _settle(facts: DutyFacts, owed: Sequence[Obligation], day: date, calendar: Calendar) -> Settlement:
    return settle(
        facts.duty, owed, facts.links, facts.acts, day, calendar, facts.excuses, facts.suspensions
    )


def _facts(facts: DutyFacts, settlement: Settlement) -> Facts:
    return Facts(
        settlement, facts.published, withdrawn=facts.row.withdrawn_on, ended=facts.duty.until,
        suspensions=facts.suspensions,
    )


def _again(facts: DutyFacts, settlement: Settlement, day: date, upto: date) -> date:
    """Half-way, duties apart from each other; sooner where terms or closings that are known come into force."""
    spread = sum(map(ord, facts.row.id)) % max(1, (upto - day).days // 8)
    days = [day + (upto - day) / 2 + timedelta(days=spread)]
    days += [one.obligation.closed_on for one in settlement.obligations if one.obligation.closed_on]
    days += [terms.since for terms in facts.duty.terms]
    days += [facts.duty.until] if facts.duty.until else []
    return min(one for one in days if one > day)


def of_dataset(
    dataset: str, duties: Iterable[DutyFacts], known: Mapping[str, Outcome], day: date, calendar: Calendar
) -> list[Stretch]:
    """The course of a dataset that answers duties: by its own releases, the gravest of what its duties give it."""
    courses = [_alone(dataset, facts, known, day, calendar) for facts in duties]
    turns = sorted({one.since for several in courses for one in several})
    found: list[Stretch] = []
    for turn in turns:
        standing = [one for one in (on(several, turn) for several in courses) if one is not None]
        gravest = min(standing, key=lambda one: (GRAVEST.index(one.code), one.next_due or date.max))
        if not found or replace(gravest, since=found[-1].since) != found[-1]:
            found.append(replace(gravest, since=turn))
    return found


def _alone(
    dataset: str, facts: DutyFacts, known: Mapping[str, Outcome], day: date, calendar: Calendar
) -> Sequence[Stretch]:
    if set(facts.now) == {dataset} and {link.dataset for link in facts.links} == {dataset}:
        return known[facts.row.id].course if facts.row.id in known else of_duty(facts, day, calendar).course
    mine = replace(
        facts,
        links=[link for link in facts.links if link.dataset == dataset],
        now={dataset: facts.now[dataset]},
        releases=[one for one in facts.releases if one[1].dataset == dataset],
    )
    return of_duty(mine, day, calendar).course


def of_voluntary(period: Period | None, releases: Iterable[Release], day: date, calendar: Calendar) -> list[Stretch]:
    """The course of a dataset that is on no list, by the rolling clock of its own period.

    Without a period there is nothing to judge: ``not_started``.
    """
    last = _last(releases, period.min_gap if period else 0)
    if period is None:
        return [Stretch(day, "not_started", Reason("never_published", {"due": None}))]
    points = rolling(period, last, day, calendar).breakpoints
    turns = {day, *((points.due_from, points.overdue_from, points.missed_from) if points else ())}
    states = {turn: rolling(period, last, turn, calendar) for turn in sorted(turns) if turn >= day}
    return [Stretch(turn, one.code, one.reason, one.next_due) for turn, one in states.items()]


def _last(releases: Iterable[Release], min_gap: int) -> date | None:
    """The day of the last release that is no correction."""
    last: date | None = None
    for release in releases:
        near = last is not None and (release.day - last).days < min_gap
        if not release.correction and not near:
            last = release.day
    return last
