"""Obligations by their days, for the calendar of what is due and the news of what became of it."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ckan.model as core
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_list.model import Agency, Duty, Edition, Item, ItemVersion, LinkSpell, Obligation

__all__ = ["LATELY", "MOST", "Dated", "due", "lately"]

#: the most that one calendar, or one page of news, holds
MOST = 1000
MOST_NEWS = 100
AHEAD = timedelta(days=366)
LATELY = timedelta(days=30)
_SETTLED = ("fulfilled", "fulfilled_late", "missed")


@dataclass(frozen=True)
class Dated:
    """An obligation with its duty; ``on`` is the day on which it falls due, or on which it became what it is."""

    obligation: Obligation
    on: date
    code: str
    title: Mapping[str, str]
    agency: Agency
    state: str = "open"

    @property
    def uid(self) -> str:
        """What names it for ever."""
        one = self.obligation
        return f"{one.duty_id}-{one.key}-{one.terms_since.isoformat()}"


def due(session: Session, day: date, filters: Mapping[str, str]) -> Sequence[Dated]:
    """What falls due from a day on, within a year, by due day; one statement.

    :param filters: ``agency`` (name or id), ``dataset`` (name or id), ``category`` (code).
    """
    chosen = (
        _narrow(sa.select(Obligation.id), filters)
        .where(Obligation.state == "open", Obligation.due >= day, Obligation.due <= day + AHEAD)
        .order_by(Obligation.due, Obligation.id).limit(MOST)
    )
    rows = session.execute(_shown(chosen).order_by(Obligation.due, Item.code, Agency.name, Obligation.id))
    return [Dated(one, one.due, code, title, agency) for one, code, title, agency in rows]


def lately(session: Session, day: date, filters: Mapping[str, str]) -> Sequence[Dated]:
    """What became overdue, was missed or fulfilled in the last days, the newest first; one statement."""
    since, one = day - LATELY, Obligation
    overdue = (
        _narrow(sa.select(one.id, (one.due + 1).label("on")), filters)
        .where(one.state == "open", one.due >= since, one.due < day).order_by(one.due.desc(), one.id).limit(MOST_NEWS)
    )
    settled = (
        _narrow(sa.select(one.id, one.settled_on.label("on")), filters)
        .where(one.state.in_(_SETTLED), one.settled_on >= since, one.settled_on <= day)
        .order_by(one.settled_on.desc(), one.id).limit(MOST_NEWS)
    )
    both = sa.union_all(overdue, settled).subquery()
    chosen = sa.select(both.c.id).order_by(both.c.on.desc(), both.c.id).limit(MOST_NEWS)
    on = sa.case((one.state == "open", one.due + 1), else_=one.settled_on)
    rows = session.execute(_shown(chosen).order_by(on.desc(), Item.code, Agency.name, one.id))
    return [_became(*row) for row in rows]


def _became(one: Obligation, code: str, title: Mapping[str, str], agency: Agency) -> Dated:
    if one.state == "open":
        return Dated(one, one.due + timedelta(days=1), code, title, agency, "overdue")
    return Dated(one, one.settled_on or one.due, code, title, agency, one.state)


def _shown(chosen: Any) -> Any:
    """Obligations with what is said of them; which, is found before in narrow rows by an index."""
    return (
        sa.select(Obligation, Item.code, _title(), Agency)
        .join(Duty, Duty.id == Obligation.duty_id).join(Item, Item.id == Duty.item_id)
        .join(Agency, Agency.id == Obligation.agency_id)
        .where(Obligation.id.in_(chosen))
    )


def _narrow(query: Any, filters: Mapping[str, str]) -> Any:
    if agency := filters.get("agency"):
        mine = sa.select(Agency.id).where(sa.or_(Agency.name == agency, Agency.id == agency))
        query = query.where(Obligation.agency_id == mine.limit(1).scalar_subquery())
    if category := filters.get("category"):
        query = query.where(Obligation.category == category)
    if dataset := filters.get("dataset"):
        query = query.where(Obligation.duty_id.in_(_duties_of(dataset)))
    return query


def _duties_of(dataset: str) -> Any:
    """The duties that a public dataset answers now."""
    package = core.Package
    return (
        sa.select(LinkSpell.duty_id).join(package, package.id == LinkSpell.dataset_id)
        .where(LinkSpell.until.is_(None), sa.or_(package.name == dataset, package.id == dataset),
               package.state == "active", package.private.is_(False))
    )


def _title() -> Any:
    """The item's title in the last edition that was approved."""
    return (
        sa.select(ItemVersion.title).join(Edition, Edition.id == ItemVersion.edition_id)
        .where(ItemVersion.item_id == Item.id, Edition.approved_at.is_not(None))
        .order_by(Edition.effective_from.desc().nulls_last()).limit(1).correlate(Item).scalar_subquery()
    )
