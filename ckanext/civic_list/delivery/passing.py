"""What a duty that ends passes on: obligations that opened and are not due yet go to who owes the data from then on.

What is in grace or was missed stays where it is. Without a successor it is excused, as nobody is there to fulfil it.
"""
from __future__ import annotations

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

__all__ = ["pass_on"]

#: open obligations of duties that ended up to a day, with the day of their end
_ENDED = """
    ended as (
        select d.id, d.item_id, d.agency_id, max(t.until) as day
        from civic_list_duty d join civic_list_duty_term t on t.duty_id = d.id
        where d.id = any(:ids) group by d.id having bool_and(t.until is not null) and max(t.until) <= :day
    ),
    waiting as (
        select o.*, e.item_id, e.day from civic_list_obligation o join ended e on e.id = o.duty_id
        where o.state = 'open' and o.opens <= e.day and o.due >= e.day
    )
"""
#: the same item at the body that followed, or that the next edition names; or the items that it was split into
_PASS = f"""with {_ENDED},
    heirs as (
        select w.id as old, target.id as duty_id, target.agency_id, t.category
        from waiting w
        join civic_list_item item on item.id = w.item_id or item.split_from = w.item_id
        join civic_list_duty target on target.item_id = item.id and target.id <> w.duty_id
        join civic_list_duty_term t on t.duty_id = target.id and t.since = w.day
        join civic_list_item_version v on v.id = t.version_id
        where exists (
            select 1 from civic_list_succession s
            where s.from_id = w.agency_id and s.to_id = target.agency_id and s.day = w.day
        ) or v.agency_id = target.agency_id or (item.id <> w.item_id and target.agency_id = w.agency_id)
    )
    insert into civic_list_obligation (
        duty_id, agency_id, category, key, terms_since, kind, period, starts, ends, opens, warn, due, missed, state,
        ground, done, parts, inherited_from, remind_on, reminded
    )
    select h.duty_id, h.agency_id, h.category, w.key, w.terms_since, w.kind, w.period, w.starts, w.ends, w.opens,
           w.warn, w.due, w.missed, 'open', '', 0, 0, w.id, w.remind_on, w.reminded
    from heirs h join waiting w on w.id = h.old
    where not exists (
        select 1 from civic_list_obligation mine where mine.duty_id = h.duty_id and mine.key = w.key
    )
    on conflict on constraint civic_list_obligation_once do nothing
    returning duty_id
"""  # noqa: S608  no input in it
_EXCUSE = f"""with {_ENDED}
    update civic_list_obligation o set state = 'excused', ground = 'liquidated', settled_on = w.day, remind_on = null
    from waiting w
    where o.id = w.id and exists (
        select 1 from civic_list_succession s where s.from_id = w.agency_id and s.to_id is null and s.day <= w.day
    )
"""  # noqa: S608  no input in it


def pass_on(session: Session, duties: Collection[str], day: date) -> set[str]:
    """Pass on what these duties owed where they ended by a day; two statements, again without effect.

    :returns: ids of the duties that now owe it.
    """
    values = {"ids": list(duties), "day": day}
    if not duties:
        return set()
    heirs = set(session.scalars(sa.text(_PASS), values))
    session.execute(sa.text(_EXCUSE), values)
    return heirs
