"""Obligations as answers show them: how each stands on a day, and what fulfilled it. Nothing here writes."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import ckan.model as core
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from ckanext.civic_core import clock, config
from ckanext.civic_list import agencies, duties
from ckanext.civic_list.delivery import rules
from ckanext.civic_list.model import Agency, Duty, ItemVersion, Obligation, Release, Relief, Review

__all__ = ["dataset_of", "of_duty", "of_ids", "query", "schedule", "shown", "state_on", "suspension"]

#: how many of the past are shown with a duty
SHOWN = 24

_before, _former = aliased(Obligation), aliased(Agency)
#: what :func:`query` selects, in the order in which :func:`shown` takes it
_COLUMNS = (
    Obligation, Release, Review, _former, core.Package.id, core.Package.name, core.Package.title,
    core.Package.extras["title_translated"].astext, core.Package.private, core.Package.owner_org,
    core.Package.state,
)


def of_duty(session: Session, duty_id: str, day: date, reader: Any) -> list[dict[str, Any]]:
    """The last obligations that opened until a day, and the next one, the oldest first; one statement."""
    mine = sa.select(Obligation.id).where(Obligation.duty_id == duty_id)
    opened = mine.where(Obligation.opens <= day).order_by(Obligation.due.desc(), Obligation.id.desc()).limit(SHOWN)
    coming = mine.where(Obligation.opens > day).order_by(Obligation.due, Obligation.id).limit(1)
    ids = sa.union_all(opened, coming).subquery()
    rows = session.execute(
        query().where(Obligation.id.in_(sa.select(ids.c.id))).order_by(Obligation.due, Obligation.id)
    )
    return [shown(row, day, reader) for row in rows]


def of_ids(session: Session, ids: Sequence[int], day: date, reader: Any) -> list[dict[str, Any]]:
    """These obligations in this order, each with its duty; two statements."""
    rows = {row[0].id: row for row in session.execute(query().where(Obligation.id.in_(ids)))}
    duties_ = duties.named(session, {row[0].duty_id for row in rows.values()})
    return [
        {**shown(rows[id_], day, reader), "duty": duties_[rows[id_][0].duty_id]} for id_ in ids
        if rows[id_][0].duty_id in duties_
    ]


def query(*more: Any) -> Any:
    """Obligations with what fulfilled them; no statement more for a hundred."""
    return (
        sa.select(*_COLUMNS, *more)
        .select_from(Obligation)
        .outerjoin(Release, Release.id == Obligation.by_release)
        .outerjoin(core.Package, core.Package.id == Release.dataset_id)
        .outerjoin(Review, Review.id == Obligation.by_review)
        .outerjoin(_before, _before.id == Obligation.inherited_from)
        .outerjoin(_former, _former.id == _before.agency_id)
    )


def shown(row: Sequence[Any], day: date, reader: Any) -> dict[str, Any]:
    """An obligation at the end of a day; what fulfilled it later is not told."""
    owed, release, review, former, *package = row[: len(_COLUMNS)]
    settled = _is_settled(owed, day)
    return {
        "id": owed.id, "key": owed.key, "kind": owed.kind, "period": owed.period,
        **{name: getattr(owed, name).isoformat() for name in ("starts", "ends", "opens", "due", "missed")},
        "state": state_on(owed, day),
        "settled_on": owed.settled_on.isoformat() if settled and owed.settled_on else None,
        "done": owed.done, "parts": owed.parts, "ground": owed.ground if settled else "",
        "release": _release(release, package, reader) if settled else None,
        "review": {"day": review.day.isoformat()} if settled and review else None,
        "inherited_from": {"agency": agencies.shown(former)} if former else None,
    }


def state_on(owed: Obligation, day: date) -> str:
    """``open`` on a day means ahead, open, overdue or missed; what is settled later was still open on it."""
    if _is_settled(owed, day):
        return owed.state
    if owed.opens > day:
        return "ahead"
    if owed.missed < day:
        return "missed"
    return "overdue" if owed.due < day else "open"


def _is_settled(owed: Obligation, day: date) -> bool:
    return owed.state != "open" and (owed.settled_on is None or owed.settled_on <= day)


def _release(release: Release | None, package: Sequence[Any], reader: Any) -> dict[str, Any] | None:
    dataset = dataset_of(package, reader) if release else None
    if release is None or dataset is None:
        return None
    return {"dataset": dataset, "number": release.number, "day": release.day.isoformat()}


def dataset_of(package: Sequence[Any], reader: Any) -> dict[str, Any] | None:
    """Id, name and title of a dataset, where the reader may see it.

    :param package: its id, name, title, titles, whether it is private, its owner and its state.
    """
    id_, name, title, several, private, owner, state = package
    if id_ is None or state != "active" or not reader.sees(private, owner):
        return None
    return {"id": id_, "name": name, "title": agencies.texts(several) or {config.home_language(): title or name}}


def suspension(session: Session, duty_id: str, day: date) -> dict[str, Any] | None:
    """The rest that a duty has on a day, as it was decided by its end; one statement."""
    rest = session.scalars(
        sa.select(Relief).where(
            Relief.duty_id == duty_id, Relief.kind == "suspension", Relief.state.in_(("confirmed", "ended")),
            Relief.since <= day, Relief.until > day, Relief.decided_at < clock.end_of_day(day),
        ).order_by(Relief.since).limit(1)
    ).first()
    if rest is None or rest.until is None:
        return None
    return {"since": rest.since.isoformat(), "until": rest.until.isoformat(), "ground": rest.ground}


def schedule(duty: Duty, version: ItemVersion, period: str) -> dict[str, Any]:
    """When each release is due: as the agency says, else the row of the list, else as is usual for what it asks for."""
    own, listed = rules.schedule_of(duty), rules.schedule_of(version)
    found = own or listed or rules.usual_schedule(version.composition)
    after = found.kind == "after" and found.days is None and period in rules.periods()
    return {"kind": found.kind, "days": rules.periods()[period].after if after else found.days, "unit": found.unit}
