"""The portal's working calendar: the country's holidays, and what was recorded of moved days.

>>> calendar.current().effective_deadline(start, Term(15))
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import ClassVar

import ckan.model as model
import ckan.plugins.toolkit as tk
import holidays
import sqlalchemy as sa
from flask import g, has_request_context
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.domain.events import Event
from ckanext.civic_core.domain.working_days import Calendar, Override, OverrideKind
from ckanext.civic_core.model.calendar import CalendarOverrideRow
from ckanext.civic_core.record import record_all

__all__ = ["FIRST_DAY", "LAST_DAY", "Decision", "WorkingDaySet", "current", "decide", "year_without_moves"]

FIRST_DAY, LAST_DAY = date(2010, 1, 1), date(2050, 12, 31)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class WorkingDaySet(Event):
    """A day became off, worked, or as it was; the note stands in the calendar itself."""

    type: ClassVar[str] = "working_day.set"
    stream: ClassVar[str] = "working_day"

    kind: str


@dataclass(frozen=True)
class Decision:
    """What is to be recorded of one day, with the text that explains it in the portal's languages."""

    day: date
    kind: OverrideKind
    note: Mapping[str, str]


def current() -> Calendar:
    """The calendar with everything recorded so far. One SQL statement, in a request once.

    Its tables of years are kept as long as no override is recorded, so counting costs next to nothing. A worker
    that runs for long asks anew for each piece of work.
    """
    if not has_request_context():
        return _calendar(_overrides(model.Session))
    if "civic_calendar" not in g:
        g.civic_calendar = _calendar(_overrides(model.Session))
    return g.civic_calendar


def decide(session: Session, decisions: Iterable[Decision], *, actor: str) -> list[Decision]:
    """Record decisions, with an event for each one that changes something; answers those.

    Writers wait for each other, so that ``id`` is the order in which decisions came into force.
    Commits nothing.
    """
    session.execute(sa.text("lock table civic_core_calendar_override in share row exclusive mode"))
    stand = {override.day: override for override in _overrides(session)}
    changed = [new for new in decisions if _differs(new, stand.get(new.day))]
    session.add_all(
        CalendarOverrideRow(
            day=new.day, kind=new.kind, note=dict(new.note), recorded_at=clock.now(), recorded_by=actor
        )
        for new in changed
    )
    record_all(session, [WorkingDaySet(new.day.isoformat(), new.kind) for new in changed], actor=actor)
    if has_request_context():
        g.pop("civic_calendar", None)
    return changed


def year_without_moves(calendar: Calendar, day: date) -> int | None:
    """Next year, when its moves should be known by ``day`` (from December on) and none is recorded."""
    coming = day.year + 1
    known = any(override.day.year == coming for override in calendar.overrides)
    return coming if day.month == 12 and not known else None


def _differs(new: Decision, stand: Override | None) -> bool:
    if stand is None:
        return new.kind != "regular"
    return (stand.kind, stand.note) != (new.kind, new.note)


def _overrides(session: Session) -> tuple[Override, ...]:
    row = CalendarOverrideRow
    rows = session.execute(sa.select(row.day, row.kind, row.recorded_at, row.note).order_by(row.id))
    return tuple(Override(r.day, r.kind, clock.day_of(r.recorded_at), r.note) for r in rows)


def _calendar(overrides: tuple[Override, ...]) -> Calendar:
    return _built(tk.config["ckanext.civic_core.country"], _weekend(), overrides)


def _weekend() -> frozenset[int]:
    names = tk.config["ckanext.civic_core.weekend"]
    if unknown := set(names) - set(WEEKDAYS):
        choices = " ".join(WEEKDAYS)
        raise ValueError(f"ckanext.civic_core.weekend: {' '.join(sorted(unknown))} is none of {choices}")
    return frozenset(map(WEEKDAYS.index, names))


@lru_cache(maxsize=8)
def _built(country: str, weekend: frozenset[int], overrides: tuple[Override, ...]) -> Calendar:
    named, moved_in = _public_holidays(country)
    return Calendar(weekend, named, overrides, moved_in)


@lru_cache(maxsize=8)
def _public_holidays(country: str) -> tuple[Mapping[date, str], frozenset[date]]:
    years = range(FIRST_DAY.year, LAST_DAY.year + 1)
    try:
        found = holidays.country_holidays(country, years=years, language="en_US")
    except NotImplementedError as error:
        raise ValueError(f"ckanext.civic_core.country: no holidays are known for {country!r}") from error
    moved_in = getattr(found, "weekend_workdays", None) or ()
    return MappingProxyType(dict(found)), frozenset(moved_in)
