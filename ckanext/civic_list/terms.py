"""Which duties stand on which days: written as sets, never row by row.

See docs/adr/003-terms-of-duties.md. Nothing here commits.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_list.domain.force import InLaw, Stretch, timeline
from ckanext.civic_list.model import DutyTerm, Edition

__all__ = ["enact", "in_force", "owed_on", "realign", "repeal"]

#: of the advisory lock that lets one transaction write terms at a time
_LOCK = 72_009

#: Who owes each row of an edition on which of its days (``days``, a multirange): its agency, or the members of its
#: owner group; from the day on which one body follows another, the successor. A split passes only rows of editions
#: that were approved before it was recorded: a later edition says itself who owes.
_OWED = """
    with recursive passing as (
        select * from civic_list_succession where applied_at is not null
    ),
    held as (
        select v.id as version_id, v.item_id, i.code, e.approved_at,
               coalesce(m.agency_id, v.agency_id) as agency_id,
               case when m.id is null then daterange(null, null) else daterange(m.since, m.until) end as days,
               cast('-infinity' as date) as since
        from civic_list_item_version v
        join civic_list_item i on i.id = v.item_id
        join civic_list_edition e on e.id = v.edition_id
        left join civic_list_owner_group_member m on m.group_id = v.owner_group_id
        where v.edition_id = :edition and coalesce(m.agency_id, v.agency_id) is not null
        union
        select h.version_id, h.item_id, h.code, h.approved_at, s.to_id, h.days * daterange(s.day, null), s.day
        from held h
        join passing s on s.from_id = h.agency_id and s.to_id is not null and s.day >= h.since
             and (s.items is null or s.items ? h.code) and (s.kind <> 'split' or s.applied_at > h.approved_at)
        where not isempty(h.days * daterange(s.day, null))
    ),
    kept as (
        select h.version_id, h.item_id, h.code, h.agency_id,
               h.days * daterange(null, least(a.until, (
                   select min(s.day) from passing s
                   where s.from_id = h.agency_id and s.day >= h.since and (s.items is null or s.items ? h.code)
                     and (s.kind <> 'split' or s.applied_at > h.approved_at)
               ))) as days
        from held h join civic_list_agency a on a.id = h.agency_id
    )
    select version_id, item_id, code, agency_id, range_agg(days) * cast(:window as datemultirange) as days
    from kept where not isempty(days) group by version_id, item_id, code, agency_id
"""
_MAKE_DUTIES = """
    insert into civic_list_duty (id, item_id, agency_id, responsible_unit, note)
    select gen_random_uuid()::text, item_id, agency_id, '{}'::jsonb, '' from civic_list_owed where not isempty(days)
    on conflict on constraint civic_list_duty_once do nothing
"""
#: a stretch ends where it is no longer owed, or goes on with another period; one that is not owed at all ends on the
#: day on which it began
_END_TERMS = """
    update civic_list_duty_term t set until = ends.day, until_recorded_at = :at
    from (
        select t.id, case when owing is null then greatest(t.since, cast(:day as date)) else least(upper(owing), (
                   select min(n.since) from civic_list_duty_term n
                   where n.duty_id = t.duty_id and n.edition_id = t.edition_id and n.since > t.since
                     and (n.until is null or n.until > n.since)
               )) end as day
        from civic_list_duty_term t
        join civic_list_duty d on d.id = t.duty_id
        left join civic_list_owed o on o.item_id = d.item_id and o.agency_id = d.agency_id
        left join lateral (
            select days as owing from unnest(o.days) days where days @> greatest(t.since, cast(:day as date))
        ) covering on true
        where t.edition_id = :edition and (t.until is null or t.until > :day)
    ) ends
    where t.id = ends.id and t.until is distinct from ends.day
"""
_FORGET_WHAT_NEVER_BEGAN = """
    with gone as (
        delete from civic_list_duty_term where edition_id = :edition and until = since and since > :today
        returning duty_id
    )
    update civic_list_duty set settle_on = '0001-01-01' where id in (select duty_id from gone)
"""
_BEGIN_TERMS = """
    insert into civic_list_duty_term
        (id, duty_id, edition_id, version_id, agency_id, number, category, period, since, recorded_at, until,
         until_recorded_at)
    select gen_random_uuid()::text, duty_id, :edition, version_id, agency_id, number, category, period, lower(days),
           :at, upper(days), case when upper(days) is not null then cast(:at as timestamptz) end
    from (
        select o.version_id, d.id as duty_id, o.agency_id, v.number, v.category,
               coalesce(d.period, v.period) as period,
               unnest(o.days - coalesce(there.days, '{}')) as days
        from civic_list_owed o
        join civic_list_duty d on d.item_id = o.item_id and d.agency_id = o.agency_id
        join civic_list_item_version v on v.id = o.version_id
        left join (
            select duty_id, range_agg(daterange(since, until)) as days from civic_list_duty_term
            where edition_id = :edition and (until is null or until > since) group by duty_id
        ) there on there.duty_id = d.id
    ) missing
    on conflict on constraint civic_list_duty_term_once
        do update set until = excluded.until, until_recorded_at = excluded.until_recorded_at
"""
#: duties whose days changed must be settled anew
_SETTLE = """
    update civic_list_duty set settle_on = '0001-01-01'
    where settle_on <> '0001-01-01' and id in (
        select duty_id from civic_list_duty_term
        where edition_id = :edition and (recorded_at = :at or until_recorded_at = :at)
    )
"""
#: Statistics come first and between: right after an import the database knows nothing of the new rows, and would look
#: for each duty in all of them.
_STATEMENTS = (
    "analyze civic_list_item, civic_list_item_version, civic_list_duty_term",
    "create temporary table civic_list_owed on commit drop as" + _OWED,
    "analyze civic_list_owed",
    _MAKE_DUTIES,
    "analyze civic_list_duty",
    _END_TERMS,
    _FORGET_WHAT_NEVER_BEGAN,
    _BEGIN_TERMS,
    _SETTLE,
    "drop table civic_list_owed",
)


def in_force(session: Session, day: date) -> Edition | None:
    """The edition in force on a day, by what was approved until its end."""
    return session.scalars(
        sa.select(Edition)
        .where(
            Edition.approved_at < clock.end_of_day(day), Edition.effective_from <= day,
            sa.or_(Edition.revoked_on.is_(None), Edition.revoked_on > day),
        )
        .order_by(Edition.effective_from.desc())
        .limit(1)
    ).first()


def enact(session: Session, edition: Edition, at: datetime) -> None:
    """Write the duties of an approved edition whose day is known, and end those of the edition before it.

    An edition that is dated back owes from the day of its approval: nothing becomes late by surprise.
    """
    realign(session, _in_law(edition).start, at)


def owed_on(session: Session, edition_id: str, day: date) -> set[tuple[str, str]]:
    """Code and agency of each duty that an edition, law or draft, makes where it is in force on a day."""
    owed = session.execute(sa.text(_OWED), {"edition": edition_id, "window": f"{{[{day},{day}]}}"})
    return {(row.code, row.agency_id) for row in owed if row.days}


def repeal(session: Session, edition: Edition, day: date, at: datetime) -> None:
    """End a revoked edition's duties on a day; those of the edition that is then in force stand again."""
    realign(session, day, at)


def realign(session: Session, day: date, at: datetime) -> None:
    """Make the terms from a day on what editions, owner groups and successions say; a few statements an edition.

    To be called after each of them changed, in the same transaction: agencies that joined an owner group then owe its
    rows, those that left do not any more. Duties that go on keep their row.
    """
    session.flush()
    session.execute(sa.text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    windows: dict[str, list[Stretch]] = defaultdict(list)
    for stretch in timeline(map(_in_law, session.scalars(sa.select(Edition).where(*_APPROVED))), day):
        windows[stretch.edition].append(stretch)
    for edition in sorted(_with_terms(session, day) | windows.keys()):
        _realign(session, edition, windows[edition], day, at)
    session.expire_all()


_APPROVED = (Edition.approved_at.is_not(None), Edition.effective_from.is_not(None))


def _in_law(edition: Edition) -> InLaw:
    assert edition.effective_from and edition.approved_at, "an edition in law has its days"  # noqa: S101
    return InLaw(edition.id, edition.effective_from, clock.day_of(edition.approved_at), edition.revoked_on)


def _with_terms(session: Session, day: date) -> set[str]:
    open_ = sa.or_(DutyTerm.until.is_(None), DutyTerm.until > day)
    return set(session.scalars(
        sa.select(Edition.id).where(sa.exists().where(DutyTerm.edition_id == Edition.id, open_))
    ))


def _realign(session: Session, edition: str, window: Iterable[Stretch], day: date, at: datetime) -> None:
    days = ",".join(f"[{one.since},{one.until or ''})" for one in window)
    values = {"edition": edition, "window": f"{{{days}}}", "day": day, "at": at, "today": clock.day_of(at)}
    for statement in _STATEMENTS:
        session.execute(sa.text(statement), values)
