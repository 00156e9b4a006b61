"""Where a dataset's own record and its links say different things."""
from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_list import own_terms

__all__ = ["astray", "faults"]

_ASTRAY = sa.text("""
    with linked as (
        select l.dataset_id, bool_and(l.public) as all_public, bool_or(l.public) as any_public,
               jsonb_agg(jsonb_build_object('duty', i.code || '@' || a.name, 'role', l.role)
                         order by i.code, a.name) as duties,
               min(array_position(cast(:periods as text[]), term.period)) as strictest
        from civic_list_link l
        join civic_list_duty d on d.id = l.duty_id
        join civic_list_item i on i.id = d.item_id
        join civic_list_agency a on a.id = d.agency_id
        left join lateral (
            select t.period from civic_list_duty_term t
            where t.duty_id = d.id and (t.until is null or t.until > greatest(t.since, cast(:today as date)))
            order by t.since limit 1
        ) term on true
        where l.state in ('proposed', 'confirmed', 'disputed')
        group by l.dataset_id
    ),
    declared as (
        select p.id, (
            select jsonb_agg(jsonb_build_object('duty', one->>'duty', 'role', one->>'role')
                             order by split_part(one->>'duty', '@', 1), split_part(one->>'duty', '@', 2))
            from jsonb_array_elements(
                case when p.extras->>'duties' like '[{%' then cast(p.extras->>'duties' as jsonb) else '[]' end
            ) one
        ) as duties
        from package p where p.state = 'active' and p.extras ? 'duties'
    )
    select p.id
    from package p
    left join linked on linked.dataset_id = p.id
    left join declared on declared.id = p.id
    where p.state = 'active' and (linked.dataset_id is not null or declared.duties is not null)
      and (linked.duties is distinct from declared.duties
           or (p.private and linked.any_public) or (not p.private and not linked.all_public)
           or (cast(:periods as text[]))[linked.strictest] <> coalesce(p.extras->>'update_period', ''))
    order by p.id
    limit :most
""")


def astray(session: Session, most: int) -> Sequence[str]:
    """Ids of datasets whose field ``duties`` is not what their open links are, or whose period is not the strictest, or
    whose links do not know whether they are public.

    The period falls behind when an edition with another one comes into force. One statement.
    """
    values = {"periods": list(own_terms.periods().order), "today": clock.today(), "most": most}
    return session.scalars(_ASTRAY, values).all()


def faults(session: Session) -> list[str]:
    """What the operator should know of: each dataset that says something else than its links (at most 100)."""
    return [f"Dataset {dataset} does not say what its links say; “ckan civic sync” puts it right."
            for dataset in astray(session, 100)]
