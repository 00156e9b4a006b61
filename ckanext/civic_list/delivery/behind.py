"""The rows behind a number: duties, datasets or obligations that a counter counts on a day. Nothing here writes."""
from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ckan.model as core
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import config
from ckanext.civic_list import agencies, duties, duties_shown
from ckanext.civic_list.delivery import owing, stood
from ckanext.civic_list.delivery.figures_kept import values_of
from ckanext.civic_list.domain.figures import BESIDE, UP_TO_DATE
from ckanext.civic_list.duties_shown import Reader
from ckanext.civic_list.model import Agency, DutyTerm, Obligation, Standing

__all__ = ["ROWS", "Scope", "every", "rows"]

#: rows that a table reads at a time
BATCH = 500

_STANDS = Standing.code.not_in(BESIDE)
#: by the counter: the states of duties that it counts
_DUTIES: Mapping[str, Any] = {
    "listed": _STANDS, "published": sa.and_(_STANDS, Standing.published),
    "actual": sa.and_(Standing.published, Standing.code.in_(UP_TO_DATE)),
    "covered": sa.and_(_STANDS, Standing.published, Standing.covered),
    "suspended": Standing.code == "suspended", "not_applicable": Standing.code == "not_applicable",
}
_DATASETS: Mapping[str, Any] = {"all": sa.true(), "all_actual": Standing.code.in_(UP_TO_DATE)}
#: by the counter: how obligations ended that it counts, as the database's ``civic_list_outcome`` has it
_OBLIGATIONS: Mapping[str, Any] = {
    "on_time": sa.and_(Obligation.state == "fulfilled", Obligation.by_review.is_(None)),
    "late": sa.and_(Obligation.state == "fulfilled_late", Obligation.by_review.is_(None)),
    "missed": Obligation.state.in_(("open", "missed")),
    "reviewed": sa.and_(Obligation.state.in_(("fulfilled", "fulfilled_late")), Obligation.by_review.is_not(None)),
}
ROWS = (*_DUTIES, *_DATASETS, *_OBLIGATIONS)


@dataclass(frozen=True)
class Scope:
    """What is looked at: a day, and of whom; all bodies where ``agencies`` is None."""

    day: date
    agencies: Collection[str] | None = None
    category: str | None = None

    def narrow(self, query: Any, table: Any) -> Any:
        """The query with only what is looked at."""
        if self.agencies is not None:
            query = query.where(table.agency_id.in_(list(self.agencies)))
        return query.where(table.category == self.category) if self.category else query


def rows(
    session: Session, counter: str, scope: Scope, reader: Reader, limit: int, offset: int
) -> list[dict[str, Any]]:
    """A page of what a counter counts; the same few statements for a hundred as for one."""
    ids = session.scalars(_ids(counter, scope).limit(limit).offset(offset)).all()
    return _shown(session, counter, ids, scope.day, reader)


def every(session: Session, counter: str, scope: Scope, reader: Reader) -> Iterator[dict[str, Any]]:
    """All that a counter counts, for a table that is written as it is read: one statement, and a few for each 500."""
    ids = session.scalars(_ids(counter, scope)).all()
    for start in range(0, len(ids), BATCH):
        yield from _shown(session, counter, ids[start:start + BATCH], scope.day, reader)


def _ids(counter: str, scope: Scope) -> Any:
    """What is counted, in the order in which it is shown."""
    if counter in _DUTIES:
        return _duties(counter, scope)
    return _datasets(counter, scope) if counter in _DATASETS else _obligations(counter, scope)


def _shown(
    session: Session, counter: str, ids: Sequence[Any], day: date, reader: Reader
) -> list[dict[str, Any]]:
    if counter in _DUTIES:
        found = {row.duty.id: row for row in duties.rows_of(session, ids, day)}
        return duties_shown.shown(session, [found[id_] for id_ in ids if id_ in found], reader, day)
    if counter in _DATASETS:
        return _shown_datasets(session, ids, day)
    return owing.of_ids(session, ids, day, reader)


def _duties(counter: str, scope: Scope) -> Any:
    """By body, then as the list has them; what is over stands last."""
    holds = (
        DutyTerm.duty_id == Standing.subject_id, DutyTerm.since <= scope.day,
        sa.or_(DutyTerm.until.is_(None), DutyTerm.until > scope.day),
    )
    query = scope.narrow(sa.select(Standing.subject_id), Standing).where(
        Standing.kind == "duty", *stood.holds(scope.day), _DUTIES[counter]
    )
    return (
        query.join(Agency, Agency.id == Standing.agency_id).outerjoin(DutyTerm, sa.and_(*holds))
        .order_by(Agency.name, DutyTerm.number, Standing.subject_id)
    )


def _datasets(counter: str, scope: Scope) -> Any:
    """By body. Those that everybody may still see; what was public then and is not now is only counted."""
    package = core.Package
    query = sa.select(package.id).join(Standing, Standing.subject_id == package.id).where(
        Standing.kind == "dataset", *stood.holds(scope.day), _DATASETS[counter], package.state == "active",
        ~package.private,
    )
    return (
        scope.narrow(query, Standing).join(Agency, Agency.id == Standing.agency_id)
        .order_by(Agency.name, package.name)
    )


def _shown_datasets(session: Session, ids: Sequence[str], day: date) -> list[dict[str, Any]]:
    package = core.Package
    several = package.extras["title_translated"].astext
    found = session.execute(
        sa.select(Standing, package.id, package.name, package.title, several, Agency)
        .join(package, package.id == Standing.subject_id).join(Agency, Agency.id == Standing.agency_id)
        .where(package.id.in_(ids), Standing.kind == "dataset", *stood.holds(day))
        .order_by(Agency.name, package.name)
    )
    return [
        {
            "id": id_, "name": name, "title": agencies.texts(texts) or {config.home_language(): title or name},
            "agency": agencies.shown(agency), **stood.shown(row, None),
        }
        for row, id_, name, title, texts, agency in found
    ]


def _obligations(counter: str, scope: Scope) -> Any:
    """The latest first."""
    days = values_of(scope.day)
    return (
        scope.narrow(sa.select(Obligation.id), Obligation)
        .where(Obligation.missed > days["year_ago"], Obligation.missed <= days["upto"], _OBLIGATIONS[counter])
        .order_by(Obligation.due.desc(), Obligation.id)
    )
