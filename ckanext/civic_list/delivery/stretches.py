"""The days on which a duty is owed, from the rows of editions and what its agency asks of itself."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ckanext.civic_list import model as tables
from ckanext.civic_list.delivery import rules
from ckanext.civic_list.domain.items import Schedule
from ckanext.civic_list.domain.obligations import Terms

__all__ = ["Stretch", "run_on", "terms_of"]


@dataclass(frozen=True)
class Stretch:
    """What one edition says of a duty, from ``since`` to the day before ``until``."""

    since: date
    until: date | None
    agency_id: str
    category: str
    period: str
    schedule: Schedule
    first_due: date | None
    composition: tuple[str, ...]


def run_on(stretches: Sequence[Stretch], day: date) -> Sequence[Stretch]:
    """The stretches without a break between them that hold a day; else the last that did, else the first to come."""
    runs: list[list[Stretch]] = []
    for one in stretches:
        if runs and (runs[-1][-1].until is None or one.since <= runs[-1][-1].until):
            runs[-1].append(one)
        else:
            runs.append([one])
    begun = [run for run in runs if run[0].since <= day]
    return begun[-1] if begun else runs[0] if runs else []


def terms_of(run: Sequence[Stretch], own: Sequence[tables.OwnTerms]) -> tuple[Terms, ...]:
    """What is asked from which day on: the agency's own terms, else those of the edition."""
    end = run[-1].until
    days = {one.since for one in run}
    days |= {one.since for one in own if run[0].since < one.since and (end is None or one.since < end)}
    found: list[Terms] = []
    for day in sorted(days):
        terms = _on(run, own, day)
        if not found or (terms.period, terms.schedule) != (found[-1].period, found[-1].schedule):
            found.append(terms)
    return tuple(found)


def _on(run: Sequence[Stretch], own: Sequence[tables.OwnTerms], day: date) -> Terms:
    listed = next((one for one in reversed(run) if one.since <= day), run[0])
    mine = max((one for one in own if one.since <= day), key=lambda one: one.since, default=None)
    known = rules.periods()
    period = mine.period if mine and mine.period in known else listed.period
    schedule = rules.schedule_of(mine) if mine else None
    return Terms(day, known[period], schedule or listed.schedule)
