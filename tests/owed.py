"""Short ways to say what a duty owes and what came, for tests of the pure rules."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from ckanext.civic_core.domain.working_days import Calendar
from ckanext.civic_list.domain.fulfilment import Link, Settlement, settle
from ckanext.civic_list.domain.items import Schedule
from ckanext.civic_list.domain.obligations import Duty, Obligation, Terms, excuse, owed
from ckanext.civic_list.domain.periods import Period
from ckanext.civic_list.domain.releases import Release

DAY = timedelta(days=1)
WITHIN, AFTER = Schedule("within"), Schedule("after")
EVER = date(2000, 1, 1)


def day(text: str) -> date:
    """``day("21.04.2025")``."""
    return date(*(int(part) for part in reversed(text.split("."))))


def noon(on: date) -> datetime:
    return datetime.combine(on, time(7), tzinfo=UTC)


def duty(period: Period, schedule: Schedule = WITHIN, begins: str = "01.01.2024", **facts: Any) -> Duty:
    """A duty that began with public data, unless the facts say otherwise."""
    start = day(begins)
    return Duty(start, (Terms(start, period, schedule),), **{"published": True, **facts})


def release(on: date | str, dataset: str = "d", number: int = 1, **facts: Any) -> Release:
    on = day(on) if isinstance(on, str) else on
    return Release(dataset, number, facts.pop("at", noon(on)), on, **facts)


def settled(
    owing: Duty,
    acts: Iterable[Any],
    on: date | str,
    calendar: Calendar,
    links: Sequence[Link] = (Link("d", EVER),),
    excuses: Sequence[Any] = (),
    suspensions: Sequence[Any] = (),
) -> Settlement:
    on = day(on) if isinstance(on, str) else on
    obligations = excuse(owed(owing, on, calendar), excuses, suspensions)
    return settle(owing, obligations, links, list(acts), on, calendar)


def states(settlement: Settlement) -> dict[str, str]:
    """By key, how each obligation stands; what is only ahead is left out."""
    return {one.obligation.key: one.state for one in settlement.obligations if one.state != "ahead"}


def passing(obligations: Iterable[Obligation], day: date, fulfilled: Iterable[tuple[str, date]]) -> list[Obligation]:
    """What passes with its due day to a successor on ``day``, as the statement of ``delivery.passing`` finds it."""
    done = set(fulfilled)
    return [
        one
        for one in obligations
        if one.opens <= day <= one.due and one.closed is None and one.id not in done
    ]
