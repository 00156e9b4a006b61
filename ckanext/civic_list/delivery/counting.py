"""The counters of a day, of any body, group and category: kept where the day is over, else counted. Nothing writes."""
from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core.domain.working_days import add_months
from ckanext.civic_list.delivery.figures_kept import COUNTED, values_of
from ckanext.civic_list.domain.figures import Counters, Punctual
from ckanext.civic_list.model import Agency, AgencyName

__all__ = ["Groups", "Part", "groups", "month_ends", "of_day", "of_days", "total"]

#: of a body of which nobody said what it is
UNGROUPED = "OTHER"
MONTHS = 24
_COUNTERS = tuple(one.name for one in fields(Counters))
_PUNCTUAL = tuple(one.name for one in fields(Punctual))
_COLUMNS = ", ".join(f'coalesce("{name}", 0) as "{name}"' for name in (*_COUNTERS, *_PUNCTUAL))
_SUMS = ", ".join(f'sum("{name}") as "{name}"' for name in (*_COUNTERS, *_PUNCTUAL))
#: a day that is over was kept as a whole, or not at all
_OF_DAY = f"""
    select agency_id, category, {_COLUMNS} from civic_list_figure where day = :day and agency_id <> '' {{narrowed}}
    union all
    select agency_id, category, {_COLUMNS} from ({COUNTED}) counted
    where not exists (select from civic_list_figure where day = :day) {{narrowed}}
"""  # noqa: S608  no input in it
_OF_DAYS = f"""
    select day, agency_id, {_SUMS} from civic_list_figure where day = any(:days) {{narrowed}}
    group by day, agency_id
"""  # noqa: S608  no input in it


@dataclass(frozen=True)
class Part:
    """The counters of one body in one category, or of several together."""

    agency_id: str
    category: str
    counters: Counters
    punctual: Punctual


def of_day(
    session: Session, day: date, agencies: Collection[str] | None = None, category: str | None = None
) -> list[Part]:
    """What every body had in every category at the end of a day; one statement.

    A past day that was kept is answered by what was kept, so that the answer never changes.

    :param agencies: ids; all without.
    """
    narrowed, values = _narrowed(agencies, category)
    rows = session.execute(sa.text(_OF_DAY.format(narrowed=narrowed)), {**values_of(day), **values})
    return [_part(row, row.category) for row in rows]


def of_days(
    session: Session, days: Sequence[date], agencies: Collection[str] | None = None, category: str | None = None
) -> dict[date, list[Part]]:
    """What every body had at the end of those of the days that were kept; one statement."""
    narrowed, values = _narrowed(agencies, category)
    found: dict[date, list[Part]] = defaultdict(list)
    for row in session.execute(sa.text(_OF_DAYS.format(narrowed=narrowed)), {"days": list(days), **values}):
        found[row.day].append(_part(row, ""))
    return dict(sorted(found.items()))


def _narrowed(agencies: Collection[str] | None, category: str | None) -> tuple[str, dict[str, Any]]:
    conditions, values = "", {}
    if agencies is not None:
        conditions, values = " and agency_id = any(:agencies)", {"agencies": list(agencies)}
    if category:
        conditions, values = conditions + " and category = :category", {**values, "category": category}
    return conditions, values


def _part(row: Any, category: str) -> Part:
    named = row._mapping
    return Part(
        row.agency_id, category, Counters(**{name: int(named[name]) for name in _COUNTERS}),
        Punctual(**{name: int(named[name]) for name in _PUNCTUAL}),
    )


def total(parts: Iterable[Part]) -> Part:
    """All of them together."""
    counters, punctual = Counters(), Punctual()
    for part in parts:
        counters, punctual = counters + part.counters, punctual + part.punctual
    return Part("", "", counters, punctual)


class Groups:
    """In which statistics group each body was on a day."""

    def __init__(self, now: Mapping[str, str | None], dated: Mapping[str, Sequence[tuple[date, str | None]]]) -> None:
        self._now = now
        self._dated = dated

    def of(self, agency_id: str, day: date) -> str:
        """The group on a day; before the first that is known, that one."""
        known = self._dated.get(agency_id)
        if not known:
            return self._now.get(agency_id) or UNGROUPED
        place = bisect_right(known, day, key=lambda one: one[0])
        return known[max(place - 1, 0)][1] or UNGROUPED

    def members(self, group: str, days: Iterable[date]) -> set[str]:
        """The bodies that were in a group on one of the days."""
        several = list(days)
        return {id_ for id_ in self._now if any(self.of(id_, day) == group for day in several)}

    def parted(self, parts: Iterable[Part], day: date) -> dict[str, list[Part]]:
        """The counters of a day by group."""
        found: dict[str, list[Part]] = defaultdict(list)
        for part in parts:
            found[self.of(part.agency_id, day)].append(part)
        return found


def groups(session: Session) -> Groups:
    """The groups of all bodies, now and before; one statement."""
    rows = session.execute(
        sa.select(Agency.id, Agency.body_group, AgencyName.since, AgencyName.body_group)
        .outerjoin(AgencyName, AgencyName.agency_id == Agency.id)
        .order_by(Agency.id, AgencyName.since)
    )
    now: dict[str, str | None] = {}
    dated: dict[str, list[tuple[date, str | None]]] = defaultdict(list)
    for agency_id, group, since, then in rows:
        now[agency_id] = group
        if since is not None:
            dated[agency_id].append((since, then))
    return Groups(now, dated)


def month_ends(day: date) -> Iterator[date]:
    """The last days of the months before a day, the oldest first, and the day."""
    first = day.replace(day=1)
    for months in range(MONTHS - 1, -1, -1):
        yield add_months(first, -months) - timedelta(days=1)
    yield day
