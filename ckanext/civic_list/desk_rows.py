"""What an agency owes, in the order of what is to be done first; as many statements for one duty as for hundreds.

Nothing here writes.
"""
from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ckan.model as core
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.roles import Roles
from ckanext.civic_list import agencies, duties_shown, terms
from ckanext.civic_list.delivery import facts, reviewing, rules, stood
from ckanext.civic_list.domain.fulfilment import Review
from ckanext.civic_list.duties_shown import Reader
from ckanext.civic_list.model import Agency, Duty, DutyTerm, Item, ItemVersion, Link, Obligation

__all__ = ["SECTIONS", "Desk", "desk"]

#: parts of the desk, in their order
SECTIONS = ("over", "week", "month", "missing", "later", "resting")
_WEEK, _MONTH = timedelta(days=7), timedelta(days=31)


@dataclass(frozen=True)
class Narrow:
    """A duty in few words: what it is sorted, counted and narrowed by."""

    term_id: str
    duty_id: str
    number: int
    period: str
    matches: bool
    has_data: bool
    state: str | None
    next_due: date | None

    def section(self, day: date) -> str:
        """The part of the desk in which it stands."""
        if self.state in ("suspended", "not_applicable"):
            return "resting"
        if self.state in ("overdue", "delinquent"):
            return "over"
        if self.state == "missing" or self.next_due is None or self.next_due < day:
            return "later" if self.has_data else "missing"
        if self.next_due <= day + _WEEK:
            return "week"
        if self.next_due <= day + _MONTH:
            return "month"
        return "later" if self.has_data else "missing"


@dataclass(frozen=True)
class Desk:
    """One page of the desk: ``parts`` are (section, rows); ``counts`` are of everything that is owed, by section."""

    parts: Sequence[tuple[str, Sequence[dict[str, Any]]]]
    found: int
    owed: int
    published: int
    counts: Mapping[str, int]


def desk(
    session: Session, agency_id: str, day: date, roles: Roles, filters: Mapping[str, str], limit: int, offset: int
) -> Desk:
    """What an agency owes on a day, for who works for it; seventeen statements at most.

    :param filters: ``q``, ``period``, ``state``, ``section``, ``has_data`` (``true`` or ``false``), as a page has them.
    """
    everything = _narrow(session, agency_id, day, filters.get("q") or "")
    everything.sort(key=lambda one: (SECTIONS.index(one.section(day)), one.next_due or date.max, one.number))
    found = [one for one in everything if _matches(one, filters, day)]
    chosen = found[offset:offset + limit]
    rows = _shown(session, chosen, day, roles)
    parts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in chosen:
        parts[one.section(day)].append(rows[one.duty_id])
    return Desk(
        list(parts.items()), len(found), len(everything), sum(one.has_data for one in everything),
        Counter(one.section(day) for one in everything),
    )


def _narrow(session: Session, agency_id: str, day: date, words: str) -> list[Narrow]:
    edition = terms.in_force(session, day)
    standing = stood.on(day, "duty").subquery()
    has_data = sa.exists().where(Link.duty_id == DutyTerm.duty_id, Link.state == "confirmed", Link.public)
    having = [ItemVersion.search.contains(word, autoescape=True) for word in words.casefold().split()]
    rows = session.execute(
        sa.select(
            DutyTerm.id, DutyTerm.duty_id, DutyTerm.number, DutyTerm.period, sa.and_(sa.true(), *having), has_data,
            standing.c.code, standing.c.next_due,
        )
        .join(ItemVersion, ItemVersion.id == DutyTerm.version_id)
        .outerjoin(standing, standing.c.subject_id == DutyTerm.duty_id)
        .where(
            DutyTerm.edition_id == edition.id, DutyTerm.agency_id == agency_id, DutyTerm.since <= day,
            sa.or_(DutyTerm.until.is_(None), DutyTerm.until > day),
        )
    ) if edition else ()
    return [Narrow(*row) for row in rows]


def _matches(one: Narrow, filters: Mapping[str, str], day: date) -> bool:
    said = {
        "period": one.period, "state": one.state or "", "section": one.section(day),
        "has_data": "true" if one.has_data else "false",
    }
    return one.matches and all(not filters.get(name) or filters[name] == value for name, value in said.items())


# --- the rows of a page ---------------------------------------------------------------------------------------


def _shown(session: Session, chosen: Sequence[Narrow], day: date, roles: Roles) -> dict[str, dict[str, Any]]:
    ids = [one.duty_id for one in chosen]
    if not ids:
        return {}
    linked = duties_shown.links(session, ids, Reader(roles.sysadmin, frozenset(id_ for id_, _ in roles.agencies)))
    states, waiting = stood.of(session, "duty", ids, day), _waiting(session, ids, day)
    open_now = [one.duty_id for one in chosen if one.has_data and any(w["open"] for w in waiting[one.duty_id])]
    reviewable = _reviewable(session, open_now, roles, day)
    datasets = {id_: [link["dataset"] for link in linked.get(id_, ()) if link["state"] == "confirmed"] for id_ in ids}
    files = _files(session, {dataset["id"] for several in datasets.values() for dataset in several}, roles)
    periods = {one.duty_id: one.period for one in chosen}
    return {
        row["id"]: {
            **row, **states.get(row["id"], stood.UNKNOWN), "period": periods[row["id"]],
            "datasets": [{**one, "files": files.get(one["id"])} for one in datasets[row["id"]]],
            "waiting": waiting[row["id"]], "may_review": row["id"] in reviewable,
        }
        for row in _read(session, [one.term_id for one in chosen])
    }


def _read(session: Session, term_ids: Sequence[str]) -> list[dict[str, Any]]:
    rows = session.execute(
        sa.select(Duty, ItemVersion, Agency, Item.code)
        .select_from(DutyTerm)
        .join(Duty, Duty.id == DutyTerm.duty_id).join(ItemVersion, ItemVersion.id == DutyTerm.version_id)
        .join(Item, Item.id == ItemVersion.item_id).join(Agency, Agency.id == DutyTerm.agency_id)
        .where(DutyTerm.id.in_(term_ids))
    )
    return [
        {
            "id": duty.id, "code": code, "number": version.number, "title": version.title,
            "agency": agencies.shown(agency), "category": version.category,
            "responsible_unit": duty.responsible_unit,
        }
        for duty, version, agency, code in rows
    ]


def _files(session: Session, datasets: Collection[str], roles: Roles) -> dict[str, list[str]]:
    """Ids of the resources of those datasets that the reader may change; one statement."""
    package, resource = core.Package, core.Resource
    rows = session.execute(
        sa.select(package.id, package.owner_org, sa.func.array_remove(sa.func.array_agg(resource.id), None))
        .outerjoin(resource, sa.and_(resource.package_id == package.id, resource.state == "active"))
        .where(package.id.in_(datasets)).group_by(package.id, package.owner_org)
    )
    return {id_: files for id_, owner, files in rows if roles.publishes_for(owner)}


def _reviewable(session: Session, duty_ids: Sequence[str], roles: Roles, day: date) -> set[str]:
    """Those of the duties whose data the reader may confirm as current; nine statements, none without duties."""
    if not duty_ids:
        return set()
    known = facts.load(session, duty_ids, day)
    return {
        id_ for id_, one in known.items()
        if _reviews(one.duty.terms[-1].period.code)
        and reviewing.foresee(one, Review(clock.now(), day, roles.directs(one.row.agency_id))).key
    }


def _reviews(period: str) -> bool:
    known = rules.periods()
    return period in known and known[period].reviews.most != 0


def _waiting(session: Session, duty_ids: Sequence[str], day: date) -> Mapping[str, list[dict[str, Any]]]:
    """By duty, what is open, the oldest first, else the next that is owed; one statement."""
    owed = Obligation
    rows = session.execute(
        sa.select(owed.duty_id, owed.id, owed.key, owed.kind, owed.opens, owed.due, owed.missed, owed.done, owed.parts)
        .where(owed.duty_id.in_(duty_ids), owed.state == "open", owed.missed >= day)
        .order_by(owed.due, owed.opens)
    ).mappings()
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["opens"] <= day or not found[row["duty_id"]]:
            found[row["duty_id"]].append({**row, "open": row["opens"] <= day, "overdue": row["due"] < day})
    return found
