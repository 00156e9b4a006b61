"""What passes from one body to the next on its day. Nothing here commits."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import ckan.model as core
import sqlalchemy as sa
from ckan.logic import index_update_package
from ckan.types import Context
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.record import SYSTEM, record
from ckanext.civic_list import agencies, linking, terms
from ckanext.civic_list.domain.events_duties import AgencySucceeded
from ckanext.civic_list.model import Duty, DutyTerm, Item, Link, Succession
from ckanext.civic_list.model.duty import LINK_OPEN

__all__ = ["apply", "apply_due", "moves", "reindex"]


def moves(session: Session, from_id: str, day: date, codes: Sequence[str] | None) -> dict[str, int]:
    """How many duties, links and datasets would pass."""
    duty_ids = _duties(from_id, day, codes)
    count = sa.select(sa.func.count())
    return {
        "duties": session.scalar(count.select_from(duty_ids.subquery())) or 0,
        "links": session.scalar(
            count.select_from(Link).where(Link.duty_id.in_(duty_ids), Link.state.in_(LINK_OPEN))
        ) or 0,
        "datasets": session.scalar(
            count.select_from(core.Package).where(core.Package.id.in_(_datasets(from_id, day, codes)))
        ) or 0,
    }


def _duties(from_id: str, day: date, codes: Sequence[str] | None) -> Any:
    query = (
        sa.select(Duty.id)
        .join(DutyTerm, DutyTerm.duty_id == Duty.id)
        .where(Duty.agency_id == from_id, sa.or_(DutyTerm.until.is_(None), DutyTerm.until > day))
        .distinct()
    )
    return query.join(Item, Item.id == Duty.item_id).where(Item.code.in_(codes)) if codes else query


def _datasets(from_id: str, day: date, codes: Sequence[str] | None) -> Any:
    """All datasets of the body; of a body that is split, those linked to the duties that go."""
    query = sa.select(core.Package.id).where(core.Package.owner_org == from_id, core.Package.state == "active")
    if not codes:
        return query
    linked = sa.select(Link.dataset_id).where(Link.duty_id.in_(_duties(from_id, day, codes)), Link.state.in_(LINK_OPEN))
    return query.where(core.Package.id.in_(linked))


def apply_due(session: Session, today: date) -> list[str]:
    """Do every succession whose day has come; ids of the datasets that moved."""
    due = session.scalars(
        sa.select(Succession).where(Succession.applied_at.is_(None), Succession.day <= today)
        .order_by(Succession.day, Succession.recorded_at).with_for_update(skip_locked=True)
    ).all()
    return [dataset for row in due for dataset in apply(session, row)]


def apply(session: Session, row: Succession) -> list[str]:
    """Do one succession; ids of the datasets that moved."""
    at = clock.now()
    datasets = list(session.scalars(_datasets(row.from_id, row.day, row.items)))
    passed = list(session.scalars(_duties(row.from_id, row.day, row.items)))
    row.applied_at = at
    if row.kind != "split":
        agencies.end(session, row.from_id, row.day)
    terms.realign(session, row.day, at)
    if row.to_id is not None:
        datasets = sorted({*datasets, *_move_links(session, passed, row.to_id)})
        session.execute(
            sa.update(core.Package)
            .where(core.Package.id.in_(_datasets(row.from_id, row.day, row.items) if row.items else datasets),
                   core.Package.owner_org == row.from_id)
            .values(owner_org=row.to_id)
        )
    session.flush()
    for dataset in datasets:
        linking.write_back(session, dataset)
    event = AgencySucceeded(row.from_id, row.id, row.to_id, row.kind, row.day)
    record(session, event, actor=SYSTEM)
    return datasets if row.to_id else []


def _move_links(session: Session, passed: Sequence[str], to_id: str) -> list[str]:
    """Open links go to the successor's duty of the same item; where that has the dataset already, the old one ends."""
    rows = session.scalars(sa.select(Link).where(Link.duty_id.in_(passed), Link.state.in_(LINK_OPEN))).all()
    mine = sa.orm.aliased(Duty)
    targets = dict(session.execute(
        sa.select(Duty.id, mine.id).join(mine, mine.item_id == Duty.item_id)
        .where(Duty.id.in_(passed), mine.agency_id == to_id)
    ).tuples().all())
    there = set(session.execute(
        sa.select(Link.duty_id, Link.dataset_id).where(Link.duty_id.in_(targets.values()), Link.state.in_(LINK_OPEN))
    ).tuples())
    for link in rows:
        target = targets.get(link.duty_id)
        if target is None:
            continue
        if (target, link.dataset_id) in there:
            link.state, link.until, link.ended_at = "ended", clock.today(), clock.now()
        else:
            link.duty_id = target
    return [link.dataset_id for link in rows]


def reindex(session: Session, datasets: Iterable[str]) -> None:
    """Tell the index, after the commit."""
    for dataset in datasets:
        index_update_package(Context(session=session, ignore_auth=True, user=""), dataset)
