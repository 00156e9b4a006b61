"""What passes from one body to the next on its day. Nothing here commits."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import ckan.model as core
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context
from sqlalchemy.orm import Session, aliased

from ckanext.civic_core import clock
from ckanext.civic_core.record import SYSTEM, record
from ckanext.civic_list import agencies, linking, spells, terms
from ckanext.civic_list.delivery import settling
from ckanext.civic_list.domain.events_duties import AgencySucceeded
from ckanext.civic_list.model import Duty, DutyTerm, Item, Link, Succession
from ckanext.civic_list.model.duty import LINK_OPEN

__all__ = ["apply", "apply_due_successions", "moves"]

_OPEN = Link.state.in_(LINK_OPEN)


def moves(session: Session, from_id: str, day: date, codes: Sequence[str] | None) -> dict[str, int]:
    """How many duties, links and datasets would pass; three statements."""
    duties = _duties(from_id, day, codes)
    count = sa.select(sa.func.count())
    return {
        "duties": session.scalar(count.select_from(duties.subquery())) or 0,
        "links": session.scalar(count.select_from(Link).where(Link.duty_id.in_(duties), _OPEN)) or 0,
        "datasets": session.scalar(count.select_from(_datasets(from_id, day, codes).subquery())) or 0,
    }


def _duties(from_id: str, day: date, codes: Sequence[str] | None) -> Any:
    query = (
        sa.select(Duty.id)
        .join(DutyTerm, DutyTerm.duty_id == Duty.id)
        .where(
            Duty.agency_id == from_id,
            sa.or_(DutyTerm.until.is_(None), DutyTerm.until > sa.func.greatest(DutyTerm.since, day)),
        )
        .distinct()
    )
    return query.join(Item, Item.id == Duty.item_id).where(Item.code.in_(codes)) if codes else query


def _datasets(from_id: str, day: date, codes: Sequence[str] | None) -> Any:
    """All datasets of the body; of a body that is split, those linked to the duties that go."""
    query = sa.select(core.Package.id).where(core.Package.owner_org == from_id, core.Package.state != "deleted")
    if not codes:
        return query
    linked = sa.select(Link.dataset_id).where(Link.duty_id.in_(_duties(from_id, day, codes)), _OPEN)
    return query.where(core.Package.id.in_(linked))


def apply_due_successions(session: Session, today: date) -> list[str]:
    """Do every succession whose day has come; ids of the datasets whose record changed."""
    due = session.scalars(
        sa.select(Succession).where(Succession.applied_at.is_(None), Succession.day <= today)
        .order_by(Succession.day, Succession.recorded_at).with_for_update(skip_locked=True)
    ).all()
    return sorted({dataset for row in due for dataset in apply(session, row)})


def apply(session: Session, row: Succession) -> list[str]:
    """Do one succession; ids of the datasets whose record changed. Records ``agency.succeeded``."""
    codes = row.items or None
    passing = list(session.scalars(_duties(row.from_id, row.day, codes)))
    moving = list(session.scalars(_datasets(row.from_id, row.day, codes)))
    row.applied_at = clock.now()
    if row.kind != "split":
        agencies.end(session, row.from_id, row.day)
    changed: set[str] = set()
    if row.to_id is None:
        _leave_groups(session, row)
    else:
        changed = _pass_on(session, row, passing, moving)
    terms.realign(session, row.day, clock.now())
    linking.write_back(session, changed)
    record(session, AgencySucceeded(row.from_id, row.id, row.to_id, row.kind, row.day), actor=SYSTEM)
    return sorted(changed)


def _pass_on(session: Session, row: Succession, passing: list[str], moving: list[str]) -> set[str]:
    values = {"from": row.from_id, "to": row.to_id, "day": row.day, "duties": passing}
    agencies.revive(session, row.to_id or "")
    if row.kind != "split":
        session.flush()
        session.execute(sa.text(_JOIN_GROUPS), values)
        _leave_groups(session, row)
    session.execute(sa.text(_COPY_DUTIES), values)
    session.execute(sa.text(_COPY_OWN_TERMS), values)
    linked = _move_links(session, passing, row.to_id or "")
    _move_datasets(moving, row.to_id or "")
    return {*moving, *linked}


#: the successor is a member of the groups that the body was in, from that day
_JOIN_GROUPS = """
    insert into civic_list_owner_group_member (id, group_id, agency_id, since, until)
    select gen_random_uuid()::text, m.group_id, :to, greatest(m.since, cast(:day as date)), m.until
    from civic_list_owner_group_member m
    where m.agency_id = :from and (m.until is null or m.until > :day) and not exists (
        select 1 from civic_list_owner_group_member mine where mine.group_id = m.group_id and mine.agency_id = :to
          and (mine.until is null or mine.until > :day)
    )
    on conflict do nothing
"""
_FORGET_MEMBERSHIPS = "delete from civic_list_owner_group_member where agency_id = :from and since >= :day"
_END_MEMBERSHIPS = """
    update civic_list_owner_group_member set until = :day
    where agency_id = :from and (until is null or until > :day)
"""


def _leave_groups(session: Session, row: Succession) -> None:
    session.flush()
    for statement in (_FORGET_MEMBERSHIPS, _END_MEMBERSHIPS):
        session.execute(sa.text(statement), {"from": row.from_id, "day": row.day})


#: responsible unit, note and own terms of a duty pass with it
_COPY_DUTIES = """
    insert into civic_list_duty (id, item_id, agency_id, responsible_unit, note, period,
                                 schedule_kind, schedule_days, schedule_unit)
    select gen_random_uuid()::text, item_id, :to, responsible_unit, note, period,
           schedule_kind, schedule_days, schedule_unit
    from civic_list_duty where id = any(:duties)
    on conflict on constraint civic_list_duty_once do nothing
"""
_COPY_OWN_TERMS = """
    insert into civic_list_own_terms (id, duty_id, since, period, schedule_kind, schedule_days, schedule_unit,
                                      recorded_at, applied_at)
    select gen_random_uuid()::text, mine.id, :day, old.period, old.schedule_kind, old.schedule_days,
           old.schedule_unit, now(), now()
    from civic_list_duty old join civic_list_duty mine on mine.item_id = old.item_id and mine.agency_id = :to
    where old.id = any(:duties) and (old.period is not null or old.schedule_kind is not null)
    on conflict do nothing
"""


def _move_links(session: Session, passing: Sequence[str], to_id: str) -> set[str]:
    """Open links go to the successor's duty of the same item; where that has the dataset already, the old one ends."""
    mine = aliased(Duty)
    targets = dict(session.execute(
        sa.select(Duty.id, mine.id).join(mine, mine.item_id == Duty.item_id)
        .where(Duty.id.in_(passing), mine.agency_id == to_id)
    ).tuples().all())
    there = set(session.execute(
        sa.select(Link.duty_id, Link.dataset_id).where(Link.duty_id.in_(targets.values()), _OPEN)
    ).tuples().all())
    links = session.scalars(sa.select(Link).where(Link.duty_id.in_(passing), _OPEN)).all()
    for link in links:
        if (targets[link.duty_id], link.dataset_id) in there:
            link.state, link.until, link.ended_at = "ended", clock.today(), clock.now()
        else:
            link.duty_id = targets[link.duty_id]
    spells.follow(session, [link.id for link in links])
    settling.mark(session, [*passing, *targets.values()])
    return {link.dataset_id for link in links}


def _move_datasets(datasets: Iterable[str], to_id: str) -> None:
    """By CKAN's own action, which leaves a private dataset private."""
    for dataset in datasets:
        context = Context(ignore_auth=True, defer_commit=True, user="")
        tk.get_action("package_owner_org_update")(context, {"id": dataset, "organization_id": to_id})
