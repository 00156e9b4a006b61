"""Works out how duties and datasets stand and writes it down: obligations, states, events. Nothing here commits.

The one function that sets a state is :func:`settle`. It is called after each change, for what the change touches, and
by the tick when the stretch that was written ahead comes to its end.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import calendar, clock
from ckanext.civic_core.record import SYSTEM
from ckanext.civic_list.delivery import announcing, computing, facts, owed, passing, rules, standing
from ckanext.civic_list.delivery.computing import Outcome
from ckanext.civic_list.delivery.facts import DutyFacts
from ckanext.civic_list.model import Duty, LinkSpell, WatchedDataset
from ckanext.civic_list.model.columns import AT_ONCE

__all__ = ["hold", "mark", "settle"]


def settle(session: Session, duties: Collection[str] = (), datasets: Collection[str] = (), *, actor: str = SYSTEM
           ) -> set[str]:
    """Make what is written of these duties and datasets, and of the datasets that answer the duties, true again.

    As many statements for hundreds as for one. Records ``obligation.fulfilled``, ``obligation.missed`` …,
    ``duty.state_changed``, ``dataset.state_changed``.

    :returns: ids of the datasets whose state, now or to come, is another than was written.
    """
    day = clock.today()
    session.flush()
    heirs = passing.pass_on(session, duties, day)
    touched = hold(session, {*duties, *heirs}, datasets)
    known = facts.load(session, touched.duties | touched.beside, day)
    _begin_runs(known, touched.duties, day)
    outcomes = {id_: computing.of_duty(one, day, calendar.current()) for id_, one in known.items() if _stands(one, day)}
    written = {id_: (known[id_], outcomes[id_]) for id_ in touched.duties if id_ in outcomes}
    announcing.announce_subjects(session, touched.duties | touched.datasets.keys(), day)
    happened = owed.write(session, written, day, calendar.current())
    _settle_again(session, touched.duties, known, outcomes, day)
    changed = standing.write(session, _courses(session, touched, known, outcomes, day), day)
    _forget(session, touched, day)
    announcing.record_dated(session, happened, actor)
    announcing.announce_subjects(session, changed, day, at=clock.now())
    return _to_index(touched, changed)


def _to_index(touched: _Touched, changed: Collection[str]) -> set[str]:
    """Remember which datasets the search index must learn of, whatever becomes of this process."""
    found = {id_ for id_, row in touched.datasets.items() if id_ in changed or not row.public}
    for id_ in found:
        touched.datasets[id_].to_index = clock.now()
    return found


class _Touched:
    """The duties and datasets that are written, and the duties beside them that only have to be known."""

    def __init__(self, duties: set[str], datasets: dict[str, WatchedDataset], of_dataset: Mapping[str, set[str]]):
        self.duties = duties
        self.datasets = datasets
        self.of_dataset = of_dataset
        self.beside = {duty for several in of_dataset.values() for duty in several} - duties


def hold(session: Session, duties: Collection[str], datasets: Collection[str]) -> _Touched:
    """Hold the rows until the commit, duties before datasets, each in the order of their ids."""
    held = set(session.scalars(
        sa.select(Duty.id).where(Duty.id.in_(list(duties))).order_by(Duty.id).with_for_update()
    ))
    spell = LinkSpell
    open_ = spell.until.is_(None)
    answering = set(session.scalars(sa.select(spell.dataset_id).where(spell.duty_id.in_(held), open_)))
    ids = answering | set(datasets)
    watched = session.scalars(
        sa.select(WatchedDataset).where(WatchedDataset.dataset_id.in_(ids)).order_by(WatchedDataset.dataset_id)
        .with_for_update().execution_options(populate_existing=True)
    )
    rows = {row.dataset_id: row for row in watched}
    of_dataset: dict[str, set[str]] = defaultdict(set)
    for dataset, duty in session.execute(
        sa.select(spell.dataset_id, spell.duty_id).where(spell.dataset_id.in_(list(rows)), open_)
    ):
        of_dataset[dataset].add(duty)
    return _Touched(held, rows, of_dataset)


def _stands(one: DutyFacts, day: date) -> bool:
    return one.duty.begins <= day


def _begin_runs(known: Mapping[str, DutyFacts], ids: Iterable[str], day: date) -> None:
    """Remember whether there were public data when a duty began, and the day on which the last of them went."""
    for id_ in ids:
        one = known.get(id_)
        if one is None or not _stands(one, day):
            continue
        if one.row.run_since != one.duty.begins:
            before = any(link.since <= one.duty.begins for link in one.links)
            one.row.run_since, one.row.run_published = one.duty.begins, one.published and before
            one.duty = replace(one.duty, published=one.row.run_published)
        if one.published:
            one.row.withdrawn_on = None
        elif one.row.withdrawn_on is None and one.releases:
            one.row.withdrawn_on = day


def _settle_again(
    session: Session, ids: Iterable[str], known: Mapping[str, DutyFacts], outcomes: Mapping[str, Outcome], day: date
) -> None:
    for id_ in ids:
        one = known.get(id_)
        if one is None:
            continue
        over = one.duty.until is not None and one.duty.until < day
        one.row.settle_on = date.max if over else outcomes[id_].again if id_ in outcomes else one.duty.begins
    lost = set(ids) - known.keys()
    if lost:
        session.execute(sa.update(Duty).where(Duty.id.in_(lost)).values(settle_on=date.max))
    session.flush()


def _courses(
    session: Session, touched: _Touched, known: Mapping[str, DutyFacts], outcomes: Mapping[str, Outcome], day: date
) -> dict[standing.Subject, Any]:
    found: dict[standing.Subject, Any] = {}
    for id_ in touched.duties & outcomes.keys():
        one = known[id_]
        subject = standing.Subject(
            "duty", id_, one.stretch.agency_id, one.stretch.category, one.has_data, one.covered
        )
        found[subject] = outcomes[id_].course
    alone = [id_ for id_ in touched.datasets if not touched.of_dataset.get(id_)]
    released = facts.releases_of(session, alone) if alone else {}
    for id_, row in touched.datasets.items():
        if row.public:
            alone_here = not touched.of_dataset.get(id_)
            subject = standing.Subject("dataset", id_, row.agency_id, row.category, row.opened, tells=alone_here)
            found[subject] = _course_of(row, touched, known, outcomes, released, day)
            row.settle_on = _dataset_again(touched.of_dataset.get(id_, ()), outcomes)
    return found


def _course_of(
    row: WatchedDataset, touched: _Touched, known: Mapping[str, DutyFacts], outcomes: Mapping[str, Outcome],
    released: facts.Releases, day: date,
) -> Any:
    duties = [known[one] for one in sorted(touched.of_dataset.get(row.dataset_id, ())) if one in outcomes]
    if duties:
        return computing.of_dataset(row.dataset_id, duties, outcomes, day, calendar.current())
    period = rules.periods().by_code.get(row.period)
    releases = [one for _, one in released.get(row.dataset_id, ())]
    return computing.of_voluntary(period, releases, day, calendar.current())


#: a dataset is settled with its duties; by itself only where that did not happen
_DATASETS_WAIT = timedelta(days=30)


def _dataset_again(duties: Iterable[str], outcomes: Mapping[str, Outcome]) -> date:
    """Without duties its course is known to the end."""
    days = [outcomes[one].again for one in duties if one in outcomes]
    return min(days) + _DATASETS_WAIT if days else date.max


def _forget(session: Session, touched: _Touched, day: date) -> None:
    """Nothing is said of a dataset that not everybody may see."""
    hidden = [id_ for id_, row in touched.datasets.items() if not row.public]
    if hidden:
        standing.end(session, "dataset", hidden, day)
        for id_ in hidden:
            touched.datasets[id_].settle_on = date.max


def mark(session: Session, duties: Any) -> None:
    """Let the next tick settle these duties: for changes that touch too many to settle at once.

    :param duties: ids, or a query that selects them.
    """
    session.execute(
        sa.update(Duty).where(Duty.id.in_(duties), Duty.settle_on != AT_ONCE).values(settle_on=AT_ONCE)
        .execution_options(synchronize_session=False)
    )
