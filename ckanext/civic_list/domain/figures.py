"""The figures of an agency, a group, a category or the portal on a day.

Source of the rules: the five counters that the real portal publishes, and five figures made of them. Suspended
and not applicable duties are in no numerator and no denominator; their number stands beside.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

from ckanext.civic_core.domain.ratios import Ratio
from ckanext.civic_core.domain.working_days import add_months

from .fulfilment import Review, Settled
from .states import Code

UP_TO_DATE: frozenset[Code] = frozenset({"fresh", "due"})
BESIDE: frozenset[Code] = frozenset({"suspended", "not_applicable"})
MONTHS_OF_PUNCTUALITY = 12


@dataclass(frozen=True)
class DutyRow:
    """A duty as the figures see it.

    :param published: a public dataset is linked, could be opened at the last check and has at least one row
    :param covered: the linked columns cover the composition
    """

    state: Code
    published: bool
    covered: bool = False


@dataclass(frozen=True)
class Counters:
    """``listed`` duties in force, of these ``published``, of these ``actual``; ``all`` public datasets, of
    these ``all_actual``; beside them ``suspended`` and ``not_applicable``. They add up over groups."""

    listed: int = 0
    published: int = 0
    actual: int = 0
    covered: int = 0
    all: int = 0
    all_actual: int = 0
    suspended: int = 0
    not_applicable: int = 0

    def __add__(self, other: Counters) -> Counters:
        return Counters(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)})


@dataclass(frozen=True)
class Punctual:
    """Obligations whose grace ended in the last twelve months; those met by a review stand apart."""

    on_time: int = 0
    late: int = 0
    missed: int = 0
    reviewed: int = 0

    def __add__(self, other: Punctual) -> Punctual:
        return Punctual(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)})


@dataclass(frozen=True)
class Figures:
    """Completeness and actuality are the official pair; rankings go by ``delivered``."""

    completeness: Ratio
    actuality: Ratio
    delivered: Ratio
    punctuality: Ratio
    structure: Ratio


def count(duties: Iterable[DutyRow], datasets: Iterable[Code] = ()) -> Counters:
    """The counters over duties and the states of all public datasets, voluntary ones included."""
    rows, states = list(duties), list(datasets)
    listed = [row for row in rows if row.state not in BESIDE]
    published = [row for row in listed if row.published]
    return Counters(
        listed=len(listed),
        published=len(published),
        actual=sum(row.state in UP_TO_DATE for row in published),
        covered=sum(row.covered for row in published),
        all=len(states),
        all_actual=sum(state in UP_TO_DATE for state in states),
        suspended=sum(row.state == "suspended" for row in rows),
        not_applicable=sum(row.state == "not_applicable" for row in rows),
    )


def punctual(obligations: Iterable[Settled], day: date) -> Punctual:
    """How punctually obligations were met whose last day of grace lies in the twelve months up to ``day``."""
    since = add_months(day, -MONTHS_OF_PUNCTUALITY)
    past = [one for one in obligations if since < one.obligation.missed <= day]
    reviewed = [one for one in past if isinstance(one.by, Review)]
    states = [one.state for one in past if not isinstance(one.by, Review)]
    return Punctual(
        on_time=states.count("fulfilled"),
        late=states.count("fulfilled_late"),
        missed=states.count("missed"),
        reviewed=len(reviewed),
    )


def figures(counters: Counters, punctual: Punctual | None = None) -> Figures:
    """The figures made of counters."""
    met = punctual or Punctual()
    return Figures(
        completeness=Ratio(counters.published, counters.listed),
        actuality=Ratio(counters.actual, counters.published),
        delivered=Ratio(counters.actual, counters.listed),
        punctuality=Ratio(met.on_time, met.on_time + met.late + met.missed),
        structure=Ratio(counters.covered, counters.published),
    )
