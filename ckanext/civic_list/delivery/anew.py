"""A past day of one agency in the light of what was recorded later: worked out anew from the facts. Nothing writes.

A file that was seen in time and read late, or an excuse that was granted later, change what a day looks like now; what
was told on that day stays. Worked out anew are the states and the obligations of the duties that the agency had on the
day, by the datasets that counted on it. Whether these were public and could be opened is not kept in history, so that
each duty has its data as it was written down for the day; the counters of datasets are those that were written down.
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import calendar
from ckanext.civic_list.delivery import computing, facts, stood
from ckanext.civic_list.delivery.counting import Part
from ckanext.civic_list.delivery.facts import DutyFacts
from ckanext.civic_list.domain import figures
from ckanext.civic_list.domain.figures import DutyRow, Punctual
from ckanext.civic_list.model import Standing

__all__ = ["of_agency"]

#: duties that are worked out at a time
BATCH = 500


def of_agency(session: Session, agency_id: str, category: str | None, day: date, recorded: Part) -> Part:
    """The counters of an agency on a past day as they are known today.

    :param recorded: its counters as they were recorded.
    """
    query = sa.select(Standing).where(
        Standing.kind == "duty", *stood.holds(day), Standing.agency_id == agency_id,
        *([Standing.category == category] if category else []),
    )
    written = {row.subject_id: row for row in session.scalars(query)}
    rows: list[DutyRow] = []
    punctual = Punctual()
    for ids in _batches(sorted(written)):
        known = facts.load(session, ids, day)
        for id_ in ids:
            row, met = _anew(known.get(id_), written[id_], day)
            rows.append(row)
            punctual += met
    counted = figures.count(rows)
    datasets = {"all": recorded.counters.all, "all_actual": recorded.counters.all_actual}
    return replace(recorded, counters=replace(counted, **datasets), punctual=punctual)


def _batches(ids: list[str]) -> Iterable[list[str]]:
    return (ids[start:start + BATCH] for start in range(0, len(ids), BATCH))


def _anew(known: DutyFacts | None, written: Standing, day: date) -> tuple[DutyRow, Punctual]:
    if known is None or known.duty.begins > day:
        return DutyRow(written.code, written.published, written.covered), Punctual()  # type: ignore[arg-type]
    public = written.published or written.code not in ("missing", "not_started")
    then = replace(
        known, excuses=[replace(one, on=date.min) for one in known.excuses],
        now={link.dataset: (public, written.published) for link in known.links if link.holds(day)},
    )
    outcome = computing.of_duty(then, day, calendar.current())
    over = [one for one in outcome.settlement.obligations if one.obligation.missed < day]
    row = DutyRow(outcome.course[0].code, written.published, written.covered)
    return row, figures.punctual(over, day)
