"""What an editor is asked when data are uploaded, and told afterwards. Nothing here writes."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import ckan.model as core
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_list import delivery_words
from ckanext.civic_list.delivery import rules
from ckanext.civic_list.model import LinkSpell, Obligation, Release, Use

__all__ = ["news_of", "questions"]

#: so long what came of an upload stands above the dataset
_TOLD_FOR = timedelta(days=3)
_NEWS = """
    select (select count(*) from civic_list_sighting where dataset_id = :dataset and how <> 'checksum') as waiting,
           e.reason, e.params, e.release, e.last_at as at, (
               select jsonb_agg(jsonb_build_object(
                   'code', i.code, 'agency', a.name, 'outcome', u.outcome, 'params', u.params, 'key', u.key,
                   'state', o.state, 'done', o.done, 'parts', o.parts, 'first', f.state) order by i.code, a.name)
               from civic_list_release r
               join civic_list_use u on u.release_id = r.id and u.dataset_id = r.dataset_id
               join civic_list_duty d on d.id = u.duty_id
               join civic_list_item i on i.id = d.item_id
               join civic_list_agency a on a.id = d.agency_id
               left join civic_list_obligation o
                    on o.duty_id = u.duty_id and o.key = u.key and o.terms_since = u.terms_since
               left join civic_list_obligation f
                    on f.duty_id = u.duty_id and f.kind = 'first' and f.by_release = r.id
               where r.dataset_id = :dataset and r.number = e.release
           ) as uses
    from (values (1)) one
    left join lateral (
        select * from civic_list_evidence
        where dataset_id = :dataset and reason <> 'metadata_only' and last_at > :since
        order by last_at desc, id desc limit 1
    ) e on true
"""


def news_of(session: Session, dataset_id: str) -> dict[str, Any] | None:
    """What became of the last upload; one statement.

    :returns: ``{"waiting": bool, "reason", "params", "release": number or null, "at", "uses": [{"code", "agency",
        "outcome", "params", "key", "state", "done", "parts", "first"}]}``, ``first`` being the state of the first
        release owed, where this was it; None where nothing came lately.
    """
    values = {"dataset": dataset_id, "since": clock.now() - _TOLD_FOR}
    row = session.execute(sa.text(_NEWS), values).mappings().one()
    if not row["waiting"] and row["at"] is None:
        return None
    return {**row, "waiting": bool(row["waiting"]), "uses": row["uses"] or []}


def questions(session: Session, dataset: str) -> dict[str, Any]:
    """What is asked with a new file for a dataset, by its id or name; two statements.

    :returns: ``{"periods": [{"value", "label"}], "chosen", "released": bool}``: the open periods where one of its
        duties has several, the one that is taken where nobody chooses, and whether there is anything to correct.
    """
    today, package = clock.today(), core.Package
    found = _open(session, dataset, today)
    known = sa.exists().where(Release.dataset_id == package.id)
    released = session.scalar(
        sa.select(known).where(sa.or_(package.id == dataset, package.name == dataset), package.type == "dataset")
    )
    several = {one.key: one for rows in found.values() if len(rows) > 1 for one in rows}
    periods = sorted(several.values(), key=lambda one: (one.due, one.key))
    sent = _sent("for_period")
    return {
        "periods": _labelled(periods, today), "chosen": sent if sent in several else _usual(periods),
        "released": bool(released), "correction": _sent("correction") == "true",
    }


def _sent(name: str) -> str:
    """What stands in a form that came back."""
    return tk.request.form.get(name, "") if tk.request else ""


def _open(session: Session, dataset: str, today: date) -> Mapping[str, Sequence[Any]]:
    """By duty, the open periods for which the dataset has no release yet."""
    owed, package = Obligation, core.Package
    done = sa.exists().where(
        Use.duty_id == owed.duty_id, Use.dataset_id == LinkSpell.dataset_id, Use.key == owed.key,
        Use.terms_since == owed.terms_since, Use.outcome == "fulfils",
    )
    rows = session.execute(
        sa.select(owed.duty_id, owed.key, owed.period, owed.due)
        .join(LinkSpell, sa.and_(LinkSpell.duty_id == owed.duty_id, LinkSpell.until.is_(None)))
        .join(package, package.id == LinkSpell.dataset_id)
        .where(
            sa.or_(package.id == dataset, package.name == dataset), owed.state == "open", owed.kind != "first",
            owed.opens <= today, owed.missed >= today, ~done,
        )
        .order_by(owed.due)
    )
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.duty_id].append(row)
    return found


def _labelled(periods: Sequence[Any], today: date) -> list[dict[str, str]]:
    options: list[dict[str, str]] = []
    for place, one in enumerate(periods):
        label = delivery_words.for_period(one.key)
        if one.due < today:
            label = tk._("{period}, late").format(period=label)
        earlier = ", ".join(delivery_words.period_label(former.key) for former in periods[:place])
        if earlier:
            label = tk._("{period}; not done by this: {earlier}").format(period=label, earlier=earlier)
        options.append({"value": one.key, "label": label})
    return options


def _usual(periods: Sequence[Any]) -> str:
    """The newest of daily and weekly data, else the oldest."""
    if not periods:
        return ""
    newest_first = all(rules.periods()[one.period].newest_first for one in periods)
    return periods[-1 if newest_first else 0].key
