"""Which duties stand on which days: written as sets, never row by row.

See docs/adr/003-terms-of-duties.md. Nothing here commits.
"""
from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_list.model import Edition

__all__ = ["end_agency", "enact", "follow_group", "in_force", "pass_on", "repeal"]

#: who owes each row of an edition from which day to which: its agency, or the members of its owner group
_OWED = """
    select v.id as version_id, v.item_id, a.id as agency_id,
           greatest(cast(:start as date), coalesce(m.since, cast(:start as date))) as since, m.until
    from civic_list_item_version v
    left join civic_list_owner_group_member m on m.group_id = v.owner_group_id
    join civic_list_agency a on a.id = coalesce(v.agency_id, m.agency_id)
    where v.edition_id = :edition
      and (m.until is null or m.until > :start)
      and (a.until is null or a.until > :start)
      and (cast(:group_id as text) is null or v.owner_group_id = :group_id)
"""
_MAKE_DUTIES = f"""
    insert into civic_list_duty (id, item_id, agency_id, responsible_unit, note)
    select distinct gen_random_uuid()::text, owed.item_id, owed.agency_id, '{{}}'::jsonb, ''
    from (select distinct item_id, agency_id from ({_OWED}) each) owed
    on conflict on constraint civic_list_duty_once do nothing
"""
_OPEN_TERMS = f"""
    insert into civic_list_duty_term
        (id, duty_id, edition_id, version_id, agency_id, since, recorded_at, until, until_recorded_at)
    select gen_random_uuid()::text, d.id, :edition, owed.version_id, owed.agency_id, owed.since, :at,
           least(owed.until, cast(:stop as date)),
           case when owed.until is not null or cast(:stop as date) is not null then cast(:at as timestamptz) end
    from ({_OWED}) owed
    join civic_list_duty d on d.item_id = owed.item_id and d.agency_id = owed.agency_id
    where not exists (
        select 1 from civic_list_duty_term t
        where t.duty_id = d.id and t.edition_id = :edition
          and (t.until is null or t.until > owed.since)
    )
    on conflict on constraint civic_list_duty_term_once do nothing
"""
#: a stretch that had not begun yet is closed on its first day: it never held
_CLOSE_TERMS = """
    update civic_list_duty_term
    set until = greatest(since, cast(:day as date)), until_recorded_at = :at
    where {which} and (until is null or until > :day)
"""


def in_force(session: Session, day: date) -> Edition | None:
    """The edition in force on a day."""
    return session.scalars(
        sa.select(Edition)
        .where(
            Edition.approved_at.is_not(None), Edition.effective_from <= day,
            sa.or_(Edition.revoked_on.is_(None), Edition.revoked_on > day),
        )
        .order_by(Edition.effective_from.desc())
        .limit(1)
    ).first()


def enact(session: Session, edition: Edition, at: datetime) -> None:
    """Write the duties of an approved edition whose day is known, and end those of the edition before it.

    An edition that is dated back owes from the day of its approval: nothing becomes late by surprise.
    """
    start = max(_day(edition.effective_from), clock.day_of(edition.approved_at or at))
    close = _CLOSE_TERMS.format(which="edition_id <> :edition")
    session.execute(sa.text(close), {"edition": edition.id, "day": start, "at": at})
    _open(session, edition.id, start, at)


def repeal(session: Session, edition: Edition, day: date, at: datetime) -> None:
    """End a revoked edition's duties on a day; those of the edition that is then in force stand again."""
    close = _CLOSE_TERMS.format(which="edition_id = :edition")
    session.execute(sa.text(close), {"edition": edition.id, "day": day, "at": at})
    former = in_force(session, day)
    if former is not None:
        _open(session, former.id, max(day, _day(former.effective_from)), at, stop=_next_begins(session, former))


def _next_begins(session: Session, edition: Edition) -> date | None:
    return session.scalar(
        sa.select(sa.func.min(Edition.effective_from)).where(
            Edition.approved_at.is_not(None), Edition.revoked_on.is_(None),
            Edition.effective_from > edition.effective_from,
        )
    )


def follow_group(session: Session, group_id: str, at: datetime) -> None:
    """Agencies that join an owner group owe its rows from that day, those that leave do not any more."""
    today = clock.day_of(at)
    current = in_force(session, today)
    since = _day(current.effective_from) if current else date.min
    editions = session.scalars(
        sa.select(Edition)
        .where(Edition.approved_at.is_not(None), Edition.revoked_on.is_(None), Edition.effective_from >= since)
        .order_by(Edition.effective_from)
    ).all()
    for edition in editions:
        start = max(_day(edition.effective_from), today if edition is current else date.min)
        _leave_group(session, edition.id, group_id, start, at)
        _open(session, edition.id, start, at, group_id=group_id, stop=_next_begins(session, edition))


def _leave_group(session: Session, edition_id: str, group_id: str, start: date, at: datetime) -> None:
    """A member's last stretch says until when it owes; no stretch at all: not from now on."""
    session.execute(sa.text("""
        update civic_list_duty_term t
        set until = greatest(t.since, coalesce(m.until, cast(:start as date))), until_recorded_at = :at
        from civic_list_item_version v, civic_list_agency a
        left join lateral (
            select since, until from civic_list_owner_group_member
            where group_id = :group_id and agency_id = a.id order by since desc limit 1
        ) m on true
        where t.version_id = v.id and t.edition_id = :edition and v.owner_group_id = :group_id and a.id = t.agency_id
          and (m.since is null or m.until is not null)
          and (t.until is null or t.until > greatest(t.since, coalesce(m.until, cast(:start as date))))
    """), {"edition": edition_id, "group_id": group_id, "start": start, "at": at})


def end_agency(session: Session, agency_id: str, day: date, at: datetime) -> None:
    """A body owes nothing from a day on."""
    close = _CLOSE_TERMS.format(which="agency_id = :agency")
    session.execute(sa.text(close), {"agency": agency_id, "day": day, "at": at})


def pass_on(
    session: Session, from_id: str, to_id: str, day: date, at: datetime, codes: list[str] | None = None
) -> None:
    """What one body owes passes to another on a day: all of it, or the items with these codes."""
    values: dict[str, Any] = {"from": from_id, "to": to_id, "day": day, "at": at, "codes": codes}
    session.execute(sa.text(_PASS_DUTIES), values)
    session.execute(sa.text(_PASS_TERMS), values)
    session.execute(sa.text(_CLOSE_PASSED), values)


_PASSING = """
    civic_list_duty_term t join civic_list_duty d on d.id = t.duty_id join civic_list_item i on i.id = d.item_id
    where t.agency_id = :from and (t.until is null or t.until > :day)
      and (cast(:codes as text[]) is null or i.code = any(cast(:codes as text[])))
"""
_PASS_DUTIES = f"""
    insert into civic_list_duty (id, item_id, agency_id, responsible_unit, note, period,
                                 schedule_kind, schedule_days, schedule_unit)
    select gen_random_uuid()::text, passed.item_id, :to, passed.responsible_unit, passed.note, passed.period,
           passed.schedule_kind, passed.schedule_days, passed.schedule_unit
    from (select distinct on (d.item_id) d.* from {_PASSING} order by d.item_id) passed
    on conflict on constraint civic_list_duty_once do nothing
"""
_PASS_TERMS = f"""
    insert into civic_list_duty_term
        (id, duty_id, edition_id, version_id, agency_id, since, recorded_at, until, until_recorded_at)
    select gen_random_uuid()::text, mine.id, passed.edition_id, passed.version_id, :to,
           greatest(passed.since, cast(:day as date)), :at, passed.until, passed.until_recorded_at
    from (select t.*, d.item_id from {_PASSING}) passed
    join civic_list_duty mine on mine.item_id = passed.item_id and mine.agency_id = :to
    where not exists (
        select 1 from civic_list_duty_term t
        where t.duty_id = mine.id and t.edition_id = passed.edition_id and (t.until is null or t.until > :day)
    )
    on conflict on constraint civic_list_duty_term_once do nothing
"""
_CLOSE_PASSED = f"""
    update civic_list_duty_term set until = greatest(since, cast(:day as date)), until_recorded_at = :at
    where id in (select t.id from {_PASSING})
"""


def _open(
    session: Session, edition_id: str, start: date, at: datetime, *, group_id: str | None = None, stop: date | None = None
) -> None:
    values = {"edition": edition_id, "start": start, "at": at, "group_id": group_id, "stop": stop}
    session.flush()
    session.execute(sa.text(_MAKE_DUTIES), values)
    session.execute(sa.text(_OPEN_TERMS), values)


def _day(day: date | None) -> date:
    assert day is not None, "an edition in law has its day"  # noqa: S101
    return day
