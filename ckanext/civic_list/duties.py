"""Duties read: found by name, searched, counted. A fixed number of statements; nothing here writes."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ckan.model as core
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, config
from ckanext.civic_list import agencies, terms
from ckanext.civic_list.model import Agency, Duty, DutyTerm, Edition, Item, ItemVersion, Link
from ckanext.civic_list.model.duty import LINK_OPEN

__all__ = ["Cell", "Row", "cells", "in_force_keys", "need", "numbers", "of_dataset", "page", "periods", "row_on"]


@dataclass(frozen=True)
class Row:
    """A duty as it stands on a day."""

    duty: Duty
    version: ItemVersion
    agency: Agency
    edition: Edition
    code: str
    #: the update period that holds: the agency's own, else the item's
    period: str

    @property
    def key(self) -> str:
        """The duty as a dataset names it."""
        return f"{self.code}@{self.agency.name}"


@dataclass(frozen=True)
class Cell:
    """How many duties share agency, category, period, and whether there are data."""

    agency: str
    category: str
    period: str
    has_data: bool
    count: int


# --- search -----------------------------------------------------------------------------------------------


def page(session: Session, edition: Edition, day: date, filters: Mapping[str, Any]) -> list[Row]:
    """The duties of an edition that stand on a day and match, as many as ``limit`` says; one statement."""
    query = (
        _standing(edition.id, day, filters)
        .with_only_columns(Duty, ItemVersion, Agency, Item.code, DutyTerm.period)
        .join(Duty, Duty.id == DutyTerm.duty_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(*_conditions(filters))
        .order_by(*_order(filters.get("sort") or "number"))
        .limit(filters["limit"]).offset(filters.get("offset") or 0)
    )
    return [
        Row(duty, version, agency, edition, code, period)
        for duty, version, agency, code, period in session.execute(query)
    ]


def cells(session: Session, edition: Edition, day: date, filters: Mapping[str, Any]) -> list[Cell]:
    """All that match the words of the query, counted for every filter at once; one statement."""
    public = _with_public_data().distinct().subquery()
    columns = (DutyTerm.agency_id, ItemVersion.category, DutyTerm.period, public.c.duty_id.is_not(None))
    query = (
        _standing(edition.id, day, filters)
        .with_only_columns(*columns, sa.func.count())
        .outerjoin(public, public.c.duty_id == DutyTerm.duty_id)
        .group_by(*columns)
    )
    return [Cell(*row) for row in session.execute(query)]


def _standing(edition_id: str, day: date, filters: Mapping[str, Any]) -> Any:
    """Terms of the edition that hold on the day, with row and agency, whose row has the words."""
    query = (
        sa.select(DutyTerm)
        .join(ItemVersion, ItemVersion.id == DutyTerm.version_id)
        .join(Agency, Agency.id == DutyTerm.agency_id)
        .where(DutyTerm.edition_id == edition_id, *_holds(day))
    )
    for word in (filters.get("q") or "").casefold().split():
        query = query.where(ItemVersion.search.contains(word, autoescape=True))
    return query


def _holds(day: date) -> tuple[Any, ...]:
    """Of a past day only what was written down until its end counts, so that its answer stays what it was."""
    known = clock.end_of_day(day)
    return (
        DutyTerm.since <= day, DutyTerm.recorded_at < known,
        sa.or_(DutyTerm.until.is_(None), DutyTerm.until > day, DutyTerm.until_recorded_at >= known),
    )


def _conditions(filters: Mapping[str, Any]) -> list[Any]:
    chosen: dict[str, Any] = {
        "agency": lambda name: sa.or_(Agency.name == name, Agency.id == name),
        "agencies": Agency.id.in_, "group": Agency.body_group.__eq__, "category": ItemVersion.category.__eq__,
        "period": DutyTerm.period.__eq__,
        "has_data": lambda wanted: _has_data() if wanted else ~_has_data(),
    }
    return [make(filters[name]) for name, make in chosen.items() if filters.get(name) not in (None, "")]


def _has_data() -> Any:
    return sa.exists(_with_public_data().where(Link.duty_id == DutyTerm.duty_id))


def _with_public_data() -> Any:
    """Ids of the duties that a public dataset answers, confirmed."""
    return (
        sa.select(Link.duty_id)
        .join(core.Package, core.Package.id == Link.dataset_id)
        .where(Link.state == "confirmed", core.Package.state == "active", ~core.Package.private)
    )


def _order(sort: str) -> tuple[Any, ...]:
    return {
        "number": (ItemVersion.number, Agency.name),
        "title": (ItemVersion.title_key, Agency.name),
        "agency": (Agency.title[config.home_language()].astext, Agency.name, ItemVersion.number),
        "code": (Item.code, Agency.name),
    }[sort]


# --- one duty ---------------------------------------------------------------------------------------------


def need(session: Session, data: Mapping[str, Any], *, lock: bool = False) -> Duty:
    """The duty of this ``id`` or ``CODE@agency``, or of ``code`` and ``agency``.

    :raises ckan.plugins.toolkit.ObjectNotFound: where there is none.
    """
    key = data.get("id") or f"{data.get('code') or ''}@{data.get('agency') or ''}"
    code, _, agency = key.rpartition("@")
    query = (
        sa.select(Duty)
        .join(Item, Item.id == Duty.item_id)
        .join(Agency, Agency.id == Duty.agency_id)
        .where(sa.or_(
            Duty.id == key, sa.and_(Item.code == code, sa.or_(Agency.name == agency, Agency.id == agency))
        ))
    )
    found = session.scalars(query.with_for_update(of=Duty) if lock else query).first()
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such duty"))
    return found


def row_on(session: Session, duty: Duty, day: date) -> tuple[Row, bool]:
    """The duty as it stands on a day, and whether it does; else as it last stood, or will first stand.

    :raises ckan.plugins.toolkit.ObjectNotFound: where it never stood.
    """
    holds = sa.and_(*_holds(day))
    found = session.execute(
        _rows().add_columns(holds)
        .where(DutyTerm.duty_id == duty.id, sa.or_(DutyTerm.until.is_(None), DutyTerm.until > DutyTerm.since))
        .order_by(holds.desc(), (DutyTerm.since <= day).desc(), DutyTerm.since.desc())
        .limit(1)
    ).first()
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such duty"))
    *parts, stands = found
    return Row(*parts), bool(stands)


def _rows() -> Any:
    return (
        sa.select(Duty, ItemVersion, Agency, Edition, Item.code, DutyTerm.period)
        .select_from(DutyTerm)
        .join(Duty, Duty.id == DutyTerm.duty_id)
        .join(ItemVersion, ItemVersion.id == DutyTerm.version_id)
        .join(Agency, Agency.id == DutyTerm.agency_id)
        .join(Edition, Edition.id == DutyTerm.edition_id)
        .join(Item, Item.id == ItemVersion.item_id)
    )


def _standing_or_coming() -> Any:
    today = clock.today()
    return sa.or_(DutyTerm.until.is_(None), DutyTerm.until > sa.func.greatest(DutyTerm.since, today))


def in_force_keys(session: Session, keys: Iterable[str]) -> dict[str, Row]:
    """The duties named ``CODE@agency`` that stand today or will stand, by that name; one statement."""
    pairs = [(code, agency) for code, _, agency in (key.rpartition("@") for key in set(keys)) if code]
    if not pairs:
        return {}
    found = session.execute(
        _rows().where(sa.tuple_(Item.code, Agency.name).in_(pairs), _standing_or_coming())
        .order_by(DutyTerm.since.desc())
    )
    rows = [Row(*parts) for parts in found]
    return {row.key: row for row in rows}


def periods(session: Session, duty_ids: Iterable[str]) -> dict[str, str]:
    """The update period of each duty that stands today, else will stand; one statement."""
    rows = session.execute(
        sa.select(DutyTerm.duty_id, DutyTerm.period)
        .where(DutyTerm.duty_id.in_(set(duty_ids)), _standing_or_coming())
        .order_by(DutyTerm.since.desc())
    )
    return dict(rows.tuples().all())


def of_dataset(session: Session, dataset_id: str) -> list[dict[str, Any]]:
    """The duties that a dataset answers, as their rows last said, with the state of each link; one statement."""
    stands = _standing_or_coming()
    rows = session.execute(
        _rows().add_columns(Link)
        .join(Link, Link.duty_id == Duty.id)
        .where(Link.dataset_id == dataset_id, Link.state.in_(LINK_OPEN))
        .distinct(Link.id)
        .order_by(Link.id, stands.desc(), sa.case((stands, DutyTerm.since)).asc(), DutyTerm.since.desc())
    )
    found = [(Row(*parts), link) for *parts, link in rows]
    return [_with_link(*one) for one in sorted(found, key=lambda one: (one[1].role, one[0].version.number))]


def _with_link(row: Row, link: Link) -> dict[str, Any]:
    act_date = row.edition.act_date
    return {
        "id": row.duty.id, "code": row.code, "number": row.version.number, "title": row.version.title,
        "agency": agencies.shown(row.agency), "period": row.period, "role": link.role, "state": link.state,
        "edition": row.edition.number, "act_number": row.edition.act_number,
        "act_date": act_date.isoformat() if act_date else None,
    }


def numbers(session: Session, item_id: str, *, keeper: bool) -> list[dict[str, Any]]:
    """Number and title of an item in every edition that the reader may see."""
    query = (
        sa.select(Edition.number, Edition.state, ItemVersion.number.label("row"), ItemVersion.title)
        .join(ItemVersion, ItemVersion.edition_id == Edition.id)
        .where(ItemVersion.item_id == item_id, Edition.state != "withdrawn")
        .order_by(sa.func.coalesce(Edition.effective_from, sa.func.date(Edition.made_at)))
    )
    if not keeper:
        query = query.where(Edition.approved_at.is_not(None))
    return [
        {"edition": row.number, "state": row.state, "number": row.row, "title": row.title}
        for row in session.execute(query)
    ]


def search(session: Session, day: date, filters: Mapping[str, Any]) -> list[Row]:
    """The duties in force on a day that match; two statements."""
    edition = terms.in_force(session, day)
    return page(session, edition, day, filters) if edition else []
