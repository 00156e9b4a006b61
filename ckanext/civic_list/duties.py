"""Duties read: searched, counted, shown. A fixed number of statements; nothing here writes."""
from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ckan.model as core
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, config
from ckanext.civic_core.roles import Roles, roles_of
from ckanext.civic_list import agencies, terms
from ckanext.civic_list.model import Agency, Duty, DutyTerm, Edition, Item, ItemVersion, Link

__all__ = [
    "Found", "Row", "facets", "links", "need", "numbers", "own_terms", "row_on", "search", "seen_by", "shown",
]


@dataclass(frozen=True)
class Row:
    """A duty as it stands on a day."""

    duty: Duty
    version: ItemVersion
    agency: Agency
    edition: Edition
    code: str


@dataclass(frozen=True)
class Found:
    """What a search found, and what its facets are counted from."""

    count: int
    rows: list[Row]
    edition: str | None
    matched: Any = None


_PUBLIC_DATA = sa.exists(
    sa.select(1).where(
        Link.duty_id == DutyTerm.duty_id, Link.state == "confirmed", core.Package.id == Link.dataset_id,
        core.Package.state == "active", ~core.Package.private,
    )
)


def search(session: Session, day: date, data: Mapping[str, Any], *, count: bool = True) -> Found:
    """The duties that stand on a day and match: three statements."""
    edition = terms.in_force(session, day)
    if edition is None:
        return Found(0, [], None)
    matched = _matching(_standing(edition.id, day), data)
    total = session.scalar(sa.select(sa.func.count()).select_from(matched.subquery())) if count else 0
    order = _order(data.get("sort") or "number")
    page = (
        matched.with_only_columns(Duty, ItemVersion, Agency, Item.code)
        .join(Duty, Duty.id == DutyTerm.duty_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .order_by(*order).limit(data["limit"]).offset(data["offset"])
    )
    rows = [Row(duty, version, agency, edition, code) for duty, version, agency, code in session.execute(page)]
    return Found(total or 0, rows, edition.number, matched)


def _standing(edition_id: str, day: date) -> Any:
    """Terms of the edition that hold on the day, with row and agency."""
    return (
        sa.select(DutyTerm.duty_id, DutyTerm.agency_id)
        .join(ItemVersion, ItemVersion.id == DutyTerm.version_id)
        .join(Agency, Agency.id == DutyTerm.agency_id)
        .where(
            DutyTerm.edition_id == edition_id, DutyTerm.since <= day,
            sa.or_(DutyTerm.until.is_(None), DutyTerm.until > day),
        )
    )


def _matching(query: Any, data: Mapping[str, Any]) -> Any:
    for word in (data.get("q") or "").casefold().split():
        query = query.where(ItemVersion.search.contains(word, autoescape=True))
    if data.get("agency"):
        query = query.where(sa.or_(Agency.name == data["agency"], Agency.id == data["agency"]))
    if data.get("agencies") is not None:
        query = query.where(Agency.id.in_(data["agencies"]))
    if data.get("group"):
        query = query.where(Agency.body_group == data["group"])
    for name in ("category", "period"):
        if data.get(name):
            query = query.where(getattr(ItemVersion, name) == data[name])
    if data.get("has_data") is not None:
        query = query.where(_PUBLIC_DATA if data["has_data"] else ~_PUBLIC_DATA)
    return query


def _order(sort: str) -> tuple[Any, ...]:
    name = Agency.title[config.site_language()].astext
    return {
        "number": (ItemVersion.number, Agency.name),
        "title": (ItemVersion.title_key, Agency.name),
        "agency": (name, Agency.name, ItemVersion.number),
        "code": (ItemVersion.search, Agency.name),
    }[sort]


def facets(session: Session, found: Found) -> dict[str, list[dict[str, Any]]]:
    """How many of the found duties each facet value has: two statements."""
    if found.matched is None:
        return {name: [] for name in ("agency", "group", "category", "period", "has_data")}
    base = found.matched.with_only_columns(
        Agency.id.label("agency"), Agency.body_group.label("group"), ItemVersion.category.label("category"),
        ItemVersion.period.label("period"), _PUBLIC_DATA.label("has_data"),
    ).cte("matched")
    columns = [base.c.agency, base.c.group, base.c.category, base.c.period, base.c.has_data]
    grouped = sa.select(
        *columns, sa.func.count().label("count"), sa.func.grouping(*columns).label("which"),
    ).group_by(sa.func.grouping_sets(*[sa.tuple_(column) for column in columns]))
    counted: dict[str, list[tuple[Any, int]]] = defaultdict(list)
    for row in session.execute(grouped):
        place = 4 - ((~row.which) & 0b11111).bit_length() + 1
        counted[columns[place].name].append((row[place], row.count))
    names = agencies.titles(session, [value for value, _ in counted["agency"]])
    return {
        name: [
            {"value": names[value]["name"] if name == "agency" else value, "count": count,
             **({"title": names[value]["title"]} if name == "agency" else {})}
            for value, count in sorted(counted[name], key=lambda one: (-one[1], str(one[0]))) if value is not None
        ]
        for name in ("agency", "group", "category", "period", "has_data")
    }


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
    """The duty as it stands on a day, and whether it does; else as it last stood, or will first stand."""
    holds = sa.and_(DutyTerm.since <= day, sa.or_(DutyTerm.until.is_(None), DutyTerm.until > day))
    found = session.execute(
        sa.select(ItemVersion, Agency, Edition, Item.code, holds.label("holds"))
        .select_from(DutyTerm)
        .join(ItemVersion, ItemVersion.id == DutyTerm.version_id)
        .join(Agency, Agency.id == DutyTerm.agency_id)
        .join(Edition, Edition.id == DutyTerm.edition_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(DutyTerm.duty_id == duty.id, sa.or_(DutyTerm.until.is_(None), DutyTerm.until > DutyTerm.since))
        .order_by(holds.desc(), (DutyTerm.since <= day).desc(), DutyTerm.since.desc())
        .limit(1)
    ).first()
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such duty"))
    version, agency, edition, code, stands = found
    return Row(duty, version, agency, edition, code), bool(stands)


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


def own_terms(duty: Duty) -> dict[str, Any] | None:
    """The agency's own period and schedule, where they differ from the item's."""
    if not duty.period and not duty.schedule_kind:
        return None
    schedule = {"kind": duty.schedule_kind, "days": duty.schedule_days, "unit": duty.schedule_unit}
    return {"period": duty.period, "schedule": schedule if duty.schedule_kind else None}


# --- shown ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reader:
    """Whose private datasets may be seen."""

    everything: bool
    agencies: frozenset[str]


def seen_by(context: Context) -> Reader:
    """What the caller may see of private datasets: those of the agencies he is a member of."""
    roles: Roles = roles_of(context)
    return Reader(roles.sysadmin, frozenset(id_ for id_, _ in roles.agencies))


def shown(session: Session, rows: Sequence[Row], reader: Reader) -> list[dict[str, Any]]:
    """Duties as answers show them; one statement however many."""
    linked = links(session, [row.duty.id for row in rows], reader)
    return [_shown(row, linked.get(row.duty.id, [])) for row in rows]


def _shown(row: Row, linked: list[dict[str, Any]]) -> dict[str, Any]:
    duty, version = row.duty, row.version
    kind = duty.schedule_kind or version.schedule_kind
    source = duty if duty.schedule_kind else version
    confirmed = [link["dataset"] | {"role": link["role"], "state": link["state"]} for link in linked
                 if link["state"] == "confirmed"]
    return {
        "id": duty.id, "code": row.code, "number": version.number, "title": version.title,
        "agency": agencies.shown(row.agency), "category": version.category, "period": duty.period or version.period,
        "schedule": {"kind": kind, "days": source.schedule_days, "unit": source.schedule_unit} if kind else None,
        "way": version.way, "datasets": confirmed, "has_data": any(one["public"] for one in confirmed),
    }


def links(session: Session, duty_ids: Iterable[str], reader: Reader) -> dict[str, list[dict[str, Any]]]:
    """Open links of duties with their datasets, without private ones of others; one statement."""
    package = core.Package
    rows = session.execute(
        sa.select(Link, package.id, package.name, package.title, package.extras, package.private, package.owner_org)
        .join(package, package.id == Link.dataset_id)
        .where(
            Link.duty_id.in_(list(duty_ids)), Link.state.in_(("proposed", "confirmed", "disputed")),
            package.state == "active",
        )
        .order_by(Link.role, package.name)
    )
    answer: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for link, id_, name, title, extras, private, owner in rows:
        if private and not reader.everything and owner not in reader.agencies:
            continue
        dataset = {"id": id_, "name": name, "title": _title(extras, title or name), "public": not private}
        answer[link.duty_id].append({
            "id": link.id, "role": link.role, "state": link.state, "since": link.since.isoformat(), "dataset": dataset,
        })
    return answer


def _title(extras: Any, plain: str) -> dict[str, str]:
    stored = (extras or {}).get("title_translated")
    value = json.loads(stored) if isinstance(stored, str) and stored.startswith("{") else stored
    return dict(value) if isinstance(value, dict) and value else {config.site_language(): plain}


def in_force_keys(session: Session, keys: Iterable[str]) -> dict[str, Row]:
    """The duties named ``CODE@agency`` that stand today or will stand, by that name; two statements."""
    wanted = set(keys)
    today = clock.today()
    pairs = [tuple(key.rpartition("@")[::2]) for key in wanted]
    found = session.execute(
        sa.select(Duty, ItemVersion, Agency, Edition, Item.code)
        .select_from(DutyTerm)
        .join(Duty, Duty.id == DutyTerm.duty_id)
        .join(ItemVersion, ItemVersion.id == DutyTerm.version_id)
        .join(Agency, Agency.id == DutyTerm.agency_id)
        .join(Edition, Edition.id == DutyTerm.edition_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(
            sa.tuple_(Item.code, Agency.name).in_(pairs),
            sa.or_(DutyTerm.until.is_(None), DutyTerm.until > sa.func.greatest(DutyTerm.since, today)),
        )
        .order_by(DutyTerm.since.desc())
    )
    rows = {f"{code}@{agency.name}": Row(duty, version, agency, edition, code)
            for duty, version, agency, edition, code in found}
    return {key: row for key, row in rows.items() if key in wanted}
