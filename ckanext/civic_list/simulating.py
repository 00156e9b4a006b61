"""What an edition would mean: the releases that it asks of each agency, and the figures if nothing else changes.

The same few statements for any number of duties; nothing here writes.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import calendar
from ckanext.civic_core.domain.ratios import Ratio
from ckanext.civic_core.domain.working_days import add_months
from ckanext.civic_list import agencies
from ckanext.civic_list.delivery import rules
from ckanext.civic_list.domain import workload
from ckanext.civic_list.domain.figures import Counters, figures
from ckanext.civic_list.domain.impact import Owed
from ckanext.civic_list.domain.items import Schedule
from ckanext.civic_list.domain.periods import Period
from ckanext.civic_list.model import (
    Duty,
    Edition,
    Item,
    ItemVersion,
    Link,
    LinkSpell,
    Release,
    Review,
    Use,
    WatchedDataset,
)

__all__ = ["simulate"]

Terms = tuple[Period, Schedule]
#: acts that refresh the data; corrections do not
_REFRESHING = ("fulfils", "nothing")


@dataclass(frozen=True)
class _Pace:
    """What became of one dataset of a duty: whether it has data, releases of twelve months, days since the first."""

    has_data: bool
    releases: int
    known_for: int


def simulate(
    session: Session, former: Edition | None, edition: Edition, day: date, before: Collection[Owed],
    after: Collection[Owed],
) -> dict[str, Any]:
    """Under the edition, against the one that it follows: releases owed in twelve months, and figures in the end.

    If nothing changes, each dataset goes on as in the last twelve months: a duty is up to date where every dataset
    that answers it had as many releases as the terms ask for (see :func:`.domain.workload.keeps_pace`). What is new
    or goes to another agency has no data yet.

    :param before: the duties that stand on the day without the edition, each by code and agency.
    :param after: those that it makes.
    """
    asked = {one.id: _terms(session, one) for one in (former, edition) if one is not None}
    own = _own(session)
    now = _with_terms(before, asked[former.id] if former else {}, own)
    then = _with_terms(after, asked[edition.id], own)
    pace = _pace(session, day)
    return {
        "since": day.isoformat(), "until": add_months(day, workload.MONTHS).isoformat(),
        **_loads(session, now, then, day),
        "figures": {"now": _figures(now, pace, day), "after": _figures(then, pace, day)},
    }


# --- what is asked ------------------------------------------------------------------------------------------


def _terms(session: Session, edition: Edition) -> dict[str, Terms]:
    """How often and when each row of an edition is owed, by its code; one statement."""
    version, known = ItemVersion, rules.periods()
    rows = session.execute(
        sa.select(Item.code, version.period, version.schedule_kind, version.schedule_days, version.schedule_unit,
                  version.composition)
        .join(Item, Item.id == version.item_id).where(version.edition_id == edition.id)
    )
    return {
        row.code: (known[row.period], rules.schedule_of(row) or rules.usual_schedule(row.composition))
        for row in rows if row.period in known
    }


def _own(session: Session) -> dict[Owed, tuple[Period | None, Schedule | None]]:
    """The terms that agencies have of their own; they go on under another edition. One statement."""
    known = rules.periods()
    rows = session.execute(
        sa.select(Item.code, Duty.agency_id, Duty.period, Duty.schedule_kind, Duty.schedule_days, Duty.schedule_unit)
        .join(Item, Item.id == Duty.item_id)
        .where(sa.or_(Duty.period.is_not(None), Duty.schedule_kind.is_not(None)))
    )
    return {
        (row.code, row.agency_id): (known.by_code.get(row.period or ""), rules.schedule_of(row))
        for row in rows
    }


def _with_terms(
    owed: Iterable[Owed], asked: Mapping[str, Terms], own: Mapping[Owed, tuple[Period | None, Schedule | None]]
) -> dict[Owed, Terms]:
    found: dict[Owed, Terms] = {}
    for one in owed:
        if one[0] in asked:
            period, schedule = own.get(one, (None, None))
            found[one] = period or asked[one[0]][0], schedule or asked[one[0]][1]
    return found


def _loads(
    session: Session, now: Mapping[Owed, Terms], then: Mapping[Owed, Terms], day: date
) -> dict[str, Any]:
    days = calendar.current()
    both = [
        workload.loads(Counter((agency, *terms) for (_, agency), terms in several.items()), day, days)
        for several in (now, then)
    ]
    names = agencies.titles(session, both[0].keys() | both[1].keys())
    none = workload.Load()
    rows = [
        {"agency": names[id_], **{when: _shown(one.get(id_, none)) for when, one in _named(both)}} for id_ in names
    ]
    rows.sort(key=lambda row: (row["now"]["year"] - row["after"]["year"], row["agency"]["name"]))
    return {"total": {when: _shown(workload.total(one)) for when, one in _named(both)}, "agencies": rows}


def _named(both: Iterable[Any]) -> Iterable[tuple[str, Any]]:
    return zip(("now", "after"), both, strict=True)


def _shown(load: workload.Load) -> dict[str, Any]:
    return {
        "duties": load.duties, "year": load.year, "month": load.per_month, "week": load.per_week,
        "busiest_month": load.busiest,
    }


# --- if nothing changes -------------------------------------------------------------------------------------


def _pace(session: Session, day: date) -> dict[Owed, list[_Pace]]:
    """For each duty with data, how each of its datasets went on in the twelve months before; one statement."""
    since = add_months(day, -workload.MONTHS)
    on = sa.func.coalesce(Release.day, Review.day)
    acts = (
        sa.select(
            Use.duty_id, Use.dataset_id, sa.func.count().filter(on > since).label("lately"),
            sa.func.min(on).label("first"),
        )
        .outerjoin(Release, Release.id == Use.release_id).outerjoin(Review, Review.id == Use.review_id)
        .where(Use.outcome.in_(_REFRESHING)).group_by(Use.duty_id, Use.dataset_id).subquery()
    )
    rows = session.execute(
        sa.select(Item.code, Duty.agency_id, Link.public, WatchedDataset.opened, acts.c.lately, acts.c.first)
        .select_from(LinkSpell)
        .join(Link, Link.id == LinkSpell.link_id)
        .join(Duty, Duty.id == LinkSpell.duty_id).join(Item, Item.id == Duty.item_id)
        .outerjoin(WatchedDataset, WatchedDataset.dataset_id == LinkSpell.dataset_id)
        .outerjoin(acts, sa.and_(acts.c.duty_id == Duty.id, acts.c.dataset_id == LinkSpell.dataset_id))
        .where(LinkSpell.until.is_(None))
    )
    found: dict[Owed, list[_Pace]] = {}
    for code, agency, public, opened, lately, first in rows:
        known_for = (day - first).days if first else 0
        found.setdefault((code, agency), []).append(_Pace(bool(public and opened), lately or 0, known_for))
    return found


def _figures(owed: Mapping[Owed, Terms], pace: Mapping[Owed, list[_Pace]], day: date) -> dict[str, Any]:
    days = calendar.current()
    a_year = {terms: len(workload.due_days(*terms, day, days)) for terms in set(owed.values())}
    published = {one: pace[one] for one in owed if any(dataset.has_data for dataset in pace.get(one, ()))}
    actual = sum(
        all(workload.keeps_pace(one.releases, one.known_for, a_year[owed[duty]]) for one in several)
        for duty, several in published.items()
    )
    made = figures(Counters(listed=len(owed), published=len(published), actual=actual))
    return {"actuality": _ratio(made.actuality), "delivered": _ratio(made.delivered)}


def _ratio(ratio: Ratio) -> dict[str, Any]:
    percent = ratio.percent
    return {
        "numerator": ratio.numerator, "denominator": ratio.denominator,
        "percent": None if percent is None else str(percent),
    }
