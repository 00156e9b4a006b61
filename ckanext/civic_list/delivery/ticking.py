"""What time brings to delivery, in small transactions: safe to do twice, on two nodes, and to kill at any line."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.record import SYSTEM
from ckanext.civic_list import indexing, own_terms
from ckanext.civic_list.delivery import announcing, figures_kept, looking, owed, settling, sightings
from ckanext.civic_list.delivery.owed import Dated
from ckanext.civic_list.domain import reminders
from ckanext.civic_list.domain.events_delivery import ReminderDue
from ckanext.civic_list.domain.windows import ONE_DAY
from ckanext.civic_list.model import Agency, Duty, Item, Obligation, SeenResource, WatchedDataset

__all__ = ["recall", "tick"]

#: duties or datasets settled in one transaction
_SETTLED_AT_ONCE = 250
#: datasets whose states are written to the search index together
_INDEXED_AT_ONCE = 500
#: rows turned, missed or reminded in one transaction
_ROWS_AT_ONCE = 5000
#: datasets that one tick looks at itself, where no worker did
_LOOKED_AT = 20
#: files elsewhere that one tick has asked again
_CHECKED = 200


def tick(session: Session) -> list[tuple[int, str]]:
    """Do what is due, and say what was done."""
    today = clock.today()
    applied = len(own_terms.apply_due(session, today))
    session.commit()
    return [
        (applied, "own terms begun"),
        (_look(session), "changed resources looked at"),
        (_all(lambda: _settle(session, Duty, Duty.id, today)), "duties settled"),
        (_all(lambda: _settle(session, WatchedDataset, WatchedDataset.dataset_id, today)), "datasets settled"),
        (_all(lambda: _index(session)), "datasets brought to the search index"),
        (_all(lambda: _miss(session, today)), "obligations missed"),
        (_all(lambda: _announce(session, today)), "states turned"),
        (_all(lambda: _remind(session, today)), "reminders recorded"),
        (_all(lambda: _keep_figures(session, today)), "days of figures kept"),
        (_check_remote(session), "files elsewhere to be checked"),
    ]


def recall(session: Session) -> None:
    """Only tell what was missed, what turned, and of what somebody is to be reminded."""
    today = clock.today()
    for step in (_miss, _announce, _remind):
        _all(lambda step=step: step(session, today))


def _all(step: Callable[[], int]) -> int:
    """Repeat a step until it finds nothing more."""
    done = 0
    while count := step():
        done += count
    return done


def _look(session: Session) -> int:
    found = looking.waiting(session, _LOOKED_AT)
    session.rollback()
    return sum(looking.look_at(dataset) for dataset in found)


def _settle(session: Session, table: Any, key: Any, today: date) -> int:
    ids = session.scalars(
        sa.select(key).where(table.settle_on <= today).order_by(table.settle_on, key).limit(_SETTLED_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    if not ids:
        session.rollback()
        return 0
    settling.settle(session, *((ids, ()) if table is Duty else ((), ids)))
    session.commit()
    return len(ids)


def _index(session: Session) -> int:
    """Datasets that stand otherwise than the search index says, also where somebody died before he told it."""
    ids = session.scalars(
        sa.select(WatchedDataset.dataset_id).where(WatchedDataset.to_index.is_not(None))
        .order_by(WatchedDataset.to_index, WatchedDataset.dataset_id).limit(_INDEXED_AT_ONCE)
    ).all()
    session.rollback()
    indexing.restate(ids)
    return len(ids)


def _miss(session: Session, today: date) -> int:
    """Obligations whose grace is over are missed, from the midnight on at which it ended."""
    rows = _owing(session, sa.and_(Obligation.state == "open", Obligation.missed < today), Obligation.missed)
    happened = [
        Dated(event, clock.start_of_day(row.missed + ONE_DAY)) for row in rows
        if (event := owed.event_of("missed", row.duty_id, row.code, row.agency, row._mapping)) is not None
    ]
    announcing.record_dated(session, happened, SYSTEM)
    session.execute(
        sa.update(Obligation).where(Obligation.id.in_([row.id for row in rows]))
        .values(state="missed", settled_on=Obligation.missed + 1).execution_options(synchronize_session=False)
    )
    session.commit()
    return len(rows)


def _owing(session: Session, condition: Any, order: Any) -> Sequence[Any]:
    one = Obligation
    return session.execute(
        sa.select(
            one.id, one.duty_id, one.key, one.terms_since, one.warn, one.due, one.missed, one.state, one.ground,
            one.reminded, Item.code, Agency.name.label("agency"),
        )
        .join(Duty, Duty.id == one.duty_id)
        .join(Item, Item.id == Duty.item_id)
        .join(Agency, Agency.id == Duty.agency_id)
        .where(condition).order_by(order, one.id).limit(_ROWS_AT_ONCE)
        .with_for_update(of=one, skip_locked=True)
    ).all()


def _announce(session: Session, today: date) -> int:
    count = announcing.announce(session, today, most=_ROWS_AT_ONCE)
    session.commit()
    return count


def _remind(session: Session, today: date) -> int:
    """Each step of a reminder once, dated to its day, also those that a portal at rest did not take."""
    rows = _owing(session, Obligation.remind_on <= today, Obligation.remind_on)
    happened: list[Dated] = []
    steps: list[tuple[int, int, date | None]] = []
    for row in rows:
        left = reminders.waiting(reminders.steps(row.warn, row.due, row.missed), row.reminded)
        taken = [step for step in left if step.day <= today]
        if row.state in ("open", "missed"):
            happened += [Dated(_reminder(row, step), clock.start_of_day(step.day)) for step in taken]
        after = next((step.day for step in left if step not in taken), None)
        steps.append((row.id, max((step.number for step in taken), default=row.reminded), after))
    announcing.record_dated(session, sorted(happened, key=lambda one: one.at), SYSTEM)
    if steps:
        ids, reminded, on = map(list, zip(*steps, strict=True))
        session.execute(_REMINDED, {"ids": ids, "reminded": reminded, "on": on})
    session.commit()
    return len(rows)


_REMINDED = sa.text("""
    update civic_list_obligation o set reminded = step.reminded, remind_on = step.remind_on
    from unnest(cast(:ids as bigint[]), cast(:reminded as smallint[]), cast(:on as date[]))
         as step (id, reminded, remind_on)
    where o.id = step.id
""")


def _reminder(row: Any, step: reminders.Step) -> ReminderDue:
    return ReminderDue(
        row.duty_id, row.code, row.agency, key=row.key, terms_since=row.terms_since, due=row.due, step=step.code
    )


def _keep_figures(session: Session, today: date) -> int:
    kept = figures_kept.keep(session, today)
    session.commit()
    return kept


def _check_remote(session: Session) -> int:
    """Files elsewhere whose time has come are looked at by the workers, a few at a time."""
    rows = session.scalars(
        sa.select(SeenResource).where(SeenResource.check_on <= clock.now()).order_by(SeenResource.check_on)
        .limit(_CHECKED).with_for_update(skip_locked=True)
    ).all()
    datasets = sightings.check(session, rows)
    session.commit()
    for dataset in datasets:
        looking.hint(dataset)
    return len(rows)
