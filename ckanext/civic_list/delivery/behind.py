"""The rows behind a number: duties, datasets or obligations that a counter counts on a day. Nothing here writes."""
from __future__ import annotations

from collections.abc import Collection, Mapping
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

__all__ = ["ROWS", "Scope", "rows"]

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
    if counter in _DUTIES:
        return _duties(session, counter, scope, reader, limit, offset)
    if counter in _DATASETS:
        return _datasets(session, counter, scope, limit, offset)
    return _obligations(session, counter, scope, reader, limit, offset)


def _duties(
    session: Session, counter: str, scope: Scope, reader: Reader, limit: int, offset: int
) -> list[dict[str, Any]]:
    """By body, then as the list has them; what is over by its last number."""
    query = scope.narrow(sa.select(Standing.subject_id), Standing).where(
        Standing.kind == "duty", *stood.holds(scope.day), _DUTIES[counter]
    )
    number = (
        sa.select(DutyTerm.number).where(DutyTerm.duty_id == Standing.subject_id, DutyTerm.since <= scope.day)
        .order_by(DutyTerm.since.desc()).limit(1).correlate(Standing).scalar_subquery()
    )
    ids = session.scalars(
        query.join(Agency, Agency.id == Standing.agency_id)
        .order_by(Agency.name, number, Standing.subject_id).limit(limit).offset(offset)
    ).all()
    found = {row.duty.id: row for row in duties.rows_of(session, ids, scope.day)}
    return duties_shown.shown(session, [found[id_] for id_ in ids if id_ in found], reader, scope.day)


def _datasets(session: Session, counter: str, scope: Scope, limit: int, offset: int) -> list[dict[str, Any]]:
    """Those that everybody may still see; what was public then and is not now is only counted."""
    package = core.Package
    query = (
        sa.select(
            Standing, package.id, package.name, package.title, package.extras["title_translated"].astext, Agency
        )
        .join(package, package.id == Standing.subject_id).join(Agency, Agency.id == Standing.agency_id)
        .where(Standing.kind == "dataset", *stood.holds(scope.day), _DATASETS[counter],
               package.state == "active", ~package.private)
    )
    page = scope.narrow(query, Standing).order_by(Agency.name, package.name).limit(limit).offset(offset)
    return [
        {
            "id": id_, "name": name, "title": agencies.texts(several) or {config.home_language(): title or name},
            "agency": agencies.shown(agency), **stood.shown(row, None),
        }
        for row, id_, name, title, several, agency in session.execute(page)
    ]


def _obligations(
    session: Session, counter: str, scope: Scope, reader: Reader, limit: int, offset: int
) -> list[dict[str, Any]]:
    """The latest first."""
    days = values_of(scope.day)
    ids = session.scalars(
        scope.narrow(sa.select(Obligation.id), Obligation)
        .where(Obligation.missed > days["year_ago"], Obligation.missed <= days["upto"], _OBLIGATIONS[counter])
        .order_by(Obligation.due.desc(), Obligation.id).limit(limit).offset(offset)
    ).all()
    return owing.of_ids(session, ids, scope.day, reader)
