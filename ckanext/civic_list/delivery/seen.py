"""What was owed, what was seen and what came, as lists that anybody reads. Nothing here writes.

Who reads learns of a dataset that not everybody may see only as a member of its agency, list keeper or sysadmin; of
who made a change nobody learns here.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import ckan.model as core
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context
from sqlalchemy.orm import Session

from ckanext.civic_core.roles import roles_of
from ckanext.civic_list import agencies, duties
from ckanext.civic_list.delivery import owing
from ckanext.civic_list.duties_shown import Reader
from ckanext.civic_list.model import Evidence, LinkSpell, Obligation, Release, Use

__all__ = ["evidence", "obligations", "reader_of", "releases"]

Found = dict[str, Any]
#: an obligation that waits, nearest first; what is over, latest first
_WAITING = ("ahead", "open", "overdue")
_PACKAGE = (
    core.Package.id, core.Package.name, core.Package.title, core.Package.extras["title_translated"].astext,
    core.Package.private, core.Package.owner_org, core.Package.state,
)


def reader_of(context: Context) -> Reader:
    """Whose private datasets the caller may know of: his agencies'; list keepers and sysadmins of all."""
    roles = roles_of(context)
    return Reader(roles.sysadmin or roles.keeps_list(), frozenset(id_ for id_, _ in roles.agencies))


def obligations(session: Session, filters: Mapping[str, Any], today: date, reader: Reader) -> Found:
    """Obligations as they stand today; four statements, one more for each of duty, agency and dataset."""
    query = sa.select(Obligation.id).where(*_owed(session, filters, today, reader))
    waiting = filters.get("state") in _WAITING or filters.get("due_from")
    order = (Obligation.due, Obligation.id) if waiting else (Obligation.due.desc(), Obligation.id.desc())
    count, ids = _page(session, query, order, filters)
    return {"count": count, "results": owing.of_ids(session, ids, today, reader)}


def _owed(session: Session, filters: Mapping[str, Any], today: date, reader: Reader) -> list[Any]:
    found: list[Any] = []
    if filters.get("duty"):
        found.append(Obligation.duty_id == duties.need(session, {"id": filters["duty"]}).id)
    if filters.get("agency"):
        found.append(Obligation.agency_id == agencies.need(session, filters["agency"]).id)
    if filters.get("dataset"):
        id_ = _dataset(session, filters["dataset"], reader)
        found.append(Obligation.duty_id.in_(sa.select(LinkSpell.duty_id).where(LinkSpell.dataset_id == id_)))
    if filters.get("state"):
        found.append(_in_state(filters["state"], today))
    if filters.get("due_from"):
        found.append(Obligation.due >= filters["due_from"])
    if filters.get("due_until"):
        found.append(Obligation.due <= filters["due_until"])
    return found


def _in_state(state: str, today: date) -> Any:
    waits = Obligation.state == "open"
    conditions: dict[str, Any] = {
        "ahead": sa.and_(waits, Obligation.opens > today),
        "open": sa.and_(waits, Obligation.opens <= today, Obligation.due >= today),
        "overdue": sa.and_(waits, Obligation.opens <= today, Obligation.due < today, Obligation.missed >= today),
        "missed": sa.or_(Obligation.state == "missed", sa.and_(waits, Obligation.missed < today)),
    }
    return conditions.get(state, Obligation.state == state)


def evidence(session: Session, filters: Mapping[str, Any], reader: Reader) -> Found:
    """Changes that were seen, the newest first; three statements, one more for each of duty, agency and dataset."""
    package = core.Package
    query = (
        sa.select(Evidence.id).join(package, package.id == Evidence.dataset_id)
        .where(*_visible(reader), sa.or_(Evidence.public, *_insider(reader)))
        .where(*_of(session, filters, reader, Evidence))
    )
    if filters.get("counts") is not None:
        query = query.where(Evidence.release.is_not(None) if filters["counts"] else Evidence.release.is_(None))
    count, ids = _page(session, query, (Evidence.at.desc(), Evidence.id.desc()), filters)
    rows = session.execute(
        sa.select(Evidence, core.Resource.name, *_PACKAGE)
        .join(package, package.id == Evidence.dataset_id)
        .outerjoin(core.Resource, core.Resource.id == Evidence.resource_id)
        .where(Evidence.id.in_(ids)).order_by(Evidence.at.desc(), Evidence.id.desc())
    )
    return {"count": count, "results": [_evidence(row, name, dataset, reader) for row, name, *dataset in rows]}


_AS_THEY_ARE = (
    "how", "method", "release", "reason", "params", "times", "rows_before", "rows_after", "share_changed", "changes",
    "content_before", "content",
)


def _evidence(row: Evidence, resource: str | None, package: list[Any], reader: Reader) -> Found:
    return {
        "id": row.id, "dataset": owing.dataset_of(package, reader),
        "resource": {"id": row.resource_id, "name": resource or ""} if row.resource_id else None,
        "day": row.day.isoformat(), "at": row.at.isoformat(), "counts": row.release is not None,
        **{name: getattr(row, name) for name in _AS_THEY_ARE},
    }


def releases(session: Session, filters: Mapping[str, Any], today: date, reader: Reader) -> Found:
    """Releases, the newest first, with what each did for which duty.

    Five statements, one more for each of duty, agency and dataset.
    """
    package = core.Package
    query = (
        sa.select(Release.id).join(package, package.id == Release.dataset_id)
        .where(*_visible(reader), *_of(session, filters, reader, Release))
    )
    count, ids = _page(session, query, (Release.at.desc(), Release.id.desc()), filters)
    uses = _uses(session, ids, today)
    rows = session.execute(
        sa.select(Release, *_PACKAGE).join(package, package.id == Release.dataset_id)
        .where(Release.id.in_(ids)).order_by(Release.at.desc(), Release.id.desc())
    )
    results = [{**_release(row, dataset, reader), "uses": uses.get(row.id, [])} for row, *dataset in rows]
    return {"count": count, "results": results}


def _release(row: Release, package: list[Any], reader: Reader) -> Found:
    return {
        "dataset": owing.dataset_of(package, reader), "number": row.number, "at": row.at.isoformat(),
        "day": row.day.isoformat(), "ways": list(row.ways), "correction": row.correction,
        "for_period": row.for_period,
    }


def _uses(session: Session, ids: Iterable[int], today: date) -> dict[int, list[Found]]:
    """The first release fulfils what is owed first beside the period that it is for."""
    chosen = sa.and_(Obligation.key == Use.key, Obligation.terms_since == Use.terms_since)
    first = sa.and_(Obligation.kind == "first", Obligation.by_release == Use.release_id)
    of_it = sa.and_(Obligation.duty_id == Use.duty_id, sa.or_(chosen, first))
    rows = session.execute(
        sa.select(Use, Obligation).outerjoin(Obligation, of_it).where(Use.release_id.in_(list(ids)))
        .order_by(Use.id, Obligation.due)
    ).all()
    named = duties.named(session, {use.duty_id for use, _ in rows})
    found: dict[int, list[Found]] = defaultdict(list)
    for use, owed in rows:
        if use.duty_id in named:
            found[use.release_id].append({
                "duty": named[use.duty_id], "outcome": "fulfils" if owed else use.outcome,
                "key": owed.key if owed else use.key,
                "state": owing.state_on(owed, today) if owed else None,
            })
    return found


# -- what is looked for ------------------------------------------------------------------------------------


def _of(session: Session, filters: Mapping[str, Any], reader: Reader, table: Any) -> list[Any]:
    """Of a dataset, of those that answer a duty or answered it once, of those of an agency, and of some days."""
    found: list[Any] = []
    if filters.get("dataset"):
        found.append(table.dataset_id == _dataset(session, filters["dataset"], reader))
    if filters.get("duty"):
        duty = duties.need(session, {"id": filters["duty"]})
        found.append(table.dataset_id.in_(sa.select(LinkSpell.dataset_id).where(LinkSpell.duty_id == duty.id)))
    if filters.get("agency"):
        found.append(core.Package.owner_org == agencies.need(session, filters["agency"]).id)
    if filters.get("from"):
        found.append(table.day >= filters["from"])
    if filters.get("until"):
        found.append(table.day <= filters["until"])
    return found


def _visible(reader: Reader) -> tuple[Any, ...]:
    return core.Package.state == "active", sa.or_(~core.Package.private, *_insider(reader))


def _insider(reader: Reader) -> tuple[Any, ...]:
    return sa.literal(reader.everything), core.Package.owner_org.in_(sorted(reader.agencies))


def _dataset(session: Session, name_or_id: str, reader: Reader) -> str:
    """:raises ckan.plugins.toolkit.ObjectNotFound: where there is none that the reader may see."""
    package = core.Package
    found = session.execute(
        sa.select(*_PACKAGE).where(sa.or_(package.id == name_or_id, package.name == name_or_id)).limit(1)
    ).first()
    shown = owing.dataset_of(found, reader) if found else None
    if shown is None:
        raise tk.ObjectNotFound(tk._("Dataset not found"))
    return shown["id"]


def _page(
    session: Session, query: Any, order: tuple[Any, ...], filters: Mapping[str, Any]
) -> tuple[int, list[int]]:
    """How many there are, and the ids that are shown; two statements in narrow rows."""
    count = session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    page = query.order_by(*order).limit(filters["limit"]).offset(filters["offset"])
    return count, list(session.scalars(page)) if filters["limit"] else []
