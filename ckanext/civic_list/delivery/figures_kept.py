"""The counters of each agency and category, counted for a day from the states, and kept for days that are over."""
from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core.domain.working_days import add_months
from ckanext.civic_list.domain.figures import MONTHS_OF_PUNCTUALITY
from ckanext.civic_list.model import Figure

__all__ = ["COUNTED", "keep", "values_of"]

#: of the advisory lock that lets one tick keep figures at a time
_LOCK = 72_010
#: The counters of a day: states that hold on it, and obligations whose grace ended in the twelve months up to it.
COUNTED = """
    select agency_id, category,
           sum(listed) as listed, sum(published) as published, sum(actual) as actual, sum(covered) as covered,
           sum("all") as "all", sum(all_actual) as all_actual, sum(suspended) as suspended,
           sum(not_applicable) as not_applicable, sum(on_time) as on_time, sum(late) as late, sum(missed) as missed,
           sum(reviewed) as reviewed
    from (
        select agency_id, category,
               count(*) filter (where kind = 'duty' and stands) as listed,
               count(*) filter (where kind = 'duty' and stands and published) as published,
               count(*) filter (where kind = 'duty' and published and code in ('fresh', 'due')) as actual,
               count(*) filter (where kind = 'duty' and stands and published and covered) as covered,
               count(*) filter (where kind = 'dataset') as "all",
               count(*) filter (where kind = 'dataset' and code in ('fresh', 'due')) as all_actual,
               count(*) filter (where kind = 'duty' and code = 'suspended') as suspended,
               count(*) filter (where kind = 'duty' and code = 'not_applicable') as not_applicable,
               0 as on_time, 0 as late, 0 as missed, 0 as reviewed
        from (
            select kind, agency_id, category, code, published, covered,
                   code not in ('suspended', 'not_applicable') as stands
            from civic_list_standing
            where kind in ('duty', 'dataset') and since <= :day and coalesce(until, 'infinity'::date) > :day
        ) standing
        group by agency_id, category
        union all
        select agency_id, category, 0, 0, 0, 0, 0, 0, 0, 0,
               sum(count) filter (where outcome = 'on_time'), sum(count) filter (where outcome = 'late'),
               sum(count) filter (where outcome = 'unmet'), sum(count) filter (where outcome = 'reviewed')
        from civic_list_tally where missed > :year_ago and missed <= :upto
        group by agency_id, category
    ) counted
    group by agency_id, category
"""
_KEEP = f"""
    insert into civic_list_figure
        (day, agency_id, category, listed, published, actual, covered, "all", all_actual, suspended, not_applicable,
         on_time, late, missed, reviewed)
    select cast(:day as date), agency_id, category, listed, published, actual, covered, "all", all_actual, suspended,
           not_applicable, coalesce(on_time, 0), coalesce(late, 0), coalesce(missed, 0), coalesce(reviewed, 0)
    from ({COUNTED}) counted
    on conflict (day, agency_id, category) do nothing
"""  # noqa: S608  no input in it


def values_of(day: date) -> dict[str, date]:
    """What the statement needs to know of a day: an obligation whose grace ends on it may still be met."""
    return {"day": day, "upto": day - timedelta(days=1), "year_ago": add_months(day, -MONTHS_OF_PUNCTUALITY)}


def keep(session: Session, today: date) -> int:
    """Keep the figures of the first day that is over and was not kept yet; at first those of yesterday.

    :returns: 1, or 0 where none was left.
    """
    session.execute(sa.text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    last = session.scalar(sa.select(sa.func.max(Figure.day)))
    day = last + timedelta(days=1) if last else today - timedelta(days=1)
    if day < today:
        session.execute(sa.text(_KEEP), values_of(day))
        if session.scalar(sa.select(sa.func.count()).select_from(Figure).where(Figure.day == day)) == 0:
            session.add(_nothing(day))
    return int(day < today)


def _nothing(day: date) -> Figure:
    """A day without any duty or dataset: kept too, so that it is not counted again."""
    names = [name for name in list(sa.inspect(Figure).columns.keys()) if name not in ("day", "agency_id", "category")]
    return Figure(day=day, agency_id="", category="", **dict.fromkeys(names, 0))
