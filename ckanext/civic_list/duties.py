"""Duties read: found by name, searched, counted. A fixed number of statements; nothing here writes."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, config
from ckanext.civic_list import agencies, terms
from ckanext.civic_list.delivery import stood
from ckanext.civic_list.model import Agency, Duty, DutyTerm, Edition, Item, ItemVersion, Link, Standing
from ckanext.civic_list.model.duty import LINK_OPEN

__all__ = [
    "Cell", "Row", "answered", "cells", "in_force_keys", "named", "need", "numbers", "of_dataset", "page",
    "periods", "row_on", "rows_of",
]


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
    """The duties of an edition that stand on a day and match, as many as ``limit`` says; one statement.

    First the few that are shown are found in narrow rows, then only these are read whole.
    """
    sort, found = filters.get("sort") or "number", _standing(edition.id, day, filters)
    if sort == "due":
        found, keys = _by_due(found, day, filters.get("state"))
        filters = {**filters, "state": None}
    else:
        found, keys = _sorted(found, sort, edition.id)
    chosen = (
        found.with_only_columns(DutyTerm.id, *(key.label(f"key_{place}") for place, key in enumerate(keys)))
        .where(*_conditions(filters, day))
        .order_by(*keys).limit(filters["limit"]).offset(filters.get("offset") or 0)
        .subquery()
    )
    query = _rows().join(chosen, chosen.c.id == DutyTerm.id)
    order = [column for column in chosen.c if column.name.startswith("key_")]
    return [Row(*parts) for parts in session.execute(query.order_by(*order))]


def _by_due(query: Any, day: date, state: str | None) -> tuple[Any, tuple[Any, ...]]:
    """The query, of one state or of all, with what sorts it by the next due day."""
    states = stood.on(day, "duty")
    standing = (states.where(Standing.code == state) if state else states).subquery()
    query, agencies_ = _with_places(query)
    query = query.join(standing, standing.c.subject_id == DutyTerm.duty_id, isouter=not state)
    return query, (sa.func.coalesce(standing.c.next_due, _NEVER), DutyTerm.number, agencies_.c.place)


def _with_places(query: Any) -> tuple[Any, Any]:
    title = sa.func.lower(Agency.title[config.home_language()].astext)
    places = _ranked(sa.select(Agency.id), title, Agency.name)
    return query.join(places, places.c.id == DutyTerm.agency_id), places


def _sorted(query: Any, sort: str, edition_id: str) -> tuple[Any, tuple[Any, ...]]:
    """The query with what it is sorted by: places among the few agencies and rows, quicker than their many titles."""
    query, agencies_ = _with_places(query)
    if sort in {"number", "agency"}:
        keys = (DutyTerm.number, agencies_.c.place)
        return query, keys if sort == "number" else (agencies_.c.place, DutyTerm.number)
    rows = sa.select(ItemVersion.id).join(Item, Item.id == ItemVersion.item_id)
    by = {"title": ItemVersion.title_key, "code": Item.code}[sort]
    rows_ = _ranked(rows.where(ItemVersion.edition_id == edition_id), by, ItemVersion.number)
    return query.join(rows_, rows_.c.id == DutyTerm.version_id), (rows_.c.place, agencies_.c.place)


#: what owes nothing to come stands after all that does
_NEVER = date.max


def _ranked(query: Any, *by: Any) -> Any:
    return query.add_columns(sa.func.row_number().over(order_by=by).label("place")).subquery()


def cells(
    session: Session, edition: Edition, day: date, filters: Mapping[str, Any]
) -> tuple[list[Cell], dict[str, int]]:
    """What matches the words and the state, counted for every other filter at once; by state, what matches the others.

    One statement.
    """
    public = _with_public_data().distinct().subquery()
    columns = (DutyTerm.agency_id, DutyTerm.category, DutyTerm.period, public.c.duty_id.is_not(None))
    query = (
        _standing(edition.id, day, filters)
        .where(*_conditions({"state": filters.get("state")}, day))
        .with_only_columns(*columns, sa.null(), sa.func.count())
        .outerjoin(public, public.c.duty_id == DutyTerm.duty_id)
        .group_by(*columns)
    )
    by_state = _by_state(edition.id, day, {**filters, "state": None})
    rows = [tuple(row) for row in session.execute(query.union_all(by_state))]
    several = [Cell(row[0], row[1], row[2], row[3], row[5]) for row in rows if row[4] is None]
    return several, {row[4]: row[5] for row in rows if row[4]}


def _by_state(edition_id: str, day: date, filters: Mapping[str, Any]) -> Any:
    """How many duties have each state; from the states alone where these know all that is asked for."""
    query = stood.on(day, "duty").where(Standing.code != "not_applicable").group_by(Standing.code)
    if any(filters.get(name) not in (None, "") for name in ("q", "period", "has_data")):
        found = _standing(edition_id, day, filters).where(*_conditions(filters, day))
        terms_ = found.with_only_columns(DutyTerm.duty_id).subquery()
        query = query.join(terms_, terms_.c.duty_id == Standing.subject_id)
    else:
        query = query.where(*_conditions(filters, day, of=Standing))
    none = [sa.cast(sa.null(), sa.Text)] * 3
    return query.with_only_columns(*none, sa.false(), Standing.code, sa.func.count())


def _standing(edition_id: str, day: date, filters: Mapping[str, Any]) -> Any:
    """Terms of the edition that hold on the day, whose row has the words."""
    query = sa.select(DutyTerm).where(DutyTerm.edition_id == edition_id, *_holds(day))
    words = (filters.get("q") or "").casefold().split()
    if words:
        having = [ItemVersion.search.contains(word, autoescape=True) for word in words]
        rows = sa.select(ItemVersion.id).where(ItemVersion.edition_id == edition_id, *having)
        query = query.where(DutyTerm.version_id.in_(rows))
    return query


def _holds(day: date) -> tuple[Any, ...]:
    """Of a past day only what was written down until its end counts, so that its answer stays what it was."""
    known = clock.end_of_day(day)
    return (
        DutyTerm.since <= day, DutyTerm.recorded_at < known,
        sa.or_(DutyTerm.until.is_(None), DutyTerm.until > day, DutyTerm.until_recorded_at >= known),
    )


def _conditions(filters: Mapping[str, Any], day: date, of: Any = DutyTerm) -> list[Any]:
    chosen: dict[str, Any] = {
        "agency": lambda name: _of(of, Agency.name == name) | (of.agency_id == name),
        "agencies": lambda ids: of.agency_id.in_(ids), "group": lambda group: _of(of, Agency.body_group == group),
        "category": lambda code: of.category == code, "period": DutyTerm.period.__eq__,
        "has_data": lambda wanted: _has_data() if wanted else ~_has_data(),
        "state": lambda code: DutyTerm.duty_id.in_(
            stood.on(day, "duty").with_only_columns(Standing.subject_id).where(Standing.code == code)
        ),
    }
    return [make(filters[name]) for name, make in chosen.items() if filters.get(name) not in (None, "")]


def _of(rows: Any, which: Any) -> Any:
    return rows.agency_id.in_(sa.select(Agency.id).where(which))


def _has_data() -> Any:
    return sa.exists(_with_public_data().where(Link.duty_id == DutyTerm.duty_id))


def _with_public_data() -> Any:
    """Ids of the duties that a public dataset answers, confirmed."""
    return sa.select(Link.duty_id).where(Link.state == "confirmed", Link.public)


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


def rows_of(session: Session, duty_ids: Iterable[str], day: date) -> list[Row]:
    """These duties as they stand on a day, else as they last stood before it; one statement."""
    rows = session.execute(
        _rows()
        .where(
            DutyTerm.duty_id.in_(set(duty_ids)), DutyTerm.since <= day,
            sa.or_(DutyTerm.until.is_(None), DutyTerm.until > DutyTerm.since),
        )
        .distinct(DutyTerm.duty_id).order_by(DutyTerm.duty_id, DutyTerm.since.desc())
    )
    return [Row(*parts) for parts in rows]


def named(session: Session, duty_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Duties as other answers name them, by the row that stands today, else the last one; one statement."""
    stands = sa.case((DutyTerm.since <= clock.today(), 1), else_=0)
    rows = session.execute(
        sa.select(DutyTerm.duty_id, Item.code, ItemVersion.title, Agency)
        .join(ItemVersion, ItemVersion.id == DutyTerm.version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .join(Agency, Agency.id == DutyTerm.agency_id)
        .where(DutyTerm.duty_id.in_(set(duty_ids)))
        .distinct(DutyTerm.duty_id).order_by(DutyTerm.duty_id, stands.desc(), DutyTerm.since.desc())
    )
    return {
        id_: {"id": id_, "code": code, "title": title, "agency": agencies.shown(agency)}
        for id_, code, title, agency in rows
    }


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


def answered(session: Session, dataset_id: str) -> list[Row]:
    """The duties that stand today and that a dataset answers, confirmed; one statement."""
    rows = session.execute(
        _rows()
        .join(Link, Link.duty_id == Duty.id)
        .where(Link.dataset_id == dataset_id, Link.state == "confirmed", *_holds(clock.today()))
        .order_by(DutyTerm.number, Agency.name)
    )
    return [Row(*parts) for parts in rows]


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
