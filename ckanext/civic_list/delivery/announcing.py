"""Records what became true: turns of states, each once, dated to their moment. Nothing here commits."""
from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.record import SYSTEM
from ckanext.civic_core.record import record_dated as record_with_moments
from ckanext.civic_list.delivery.owed import Dated
from ckanext.civic_list.domain.events_delivery import DatasetStateChanged, DutyStateChanged
from ckanext.civic_list.model import Agency, Duty, Item, Standing

__all__ = ["announce", "announce_subjects", "record_dated"]


def record_dated(session: Session, happened: Iterable[Dated], actor: str) -> None:
    """Write events, each at its own moment."""
    record_with_moments(session, [(one.event, one.at) for one in happened], actor=actor)


def announce_subjects(
    session: Session, subjects: Collection[str], day: date, *, at: datetime | None = None
) -> None:
    """Announce what turned for these duties and datasets up to a day.

    :param at: the moment of what turned today because something happened; by default the midnight at which it did.
    """
    if subjects:
        announce(session, day, Standing.subject_id.in_(list(subjects)), at=at)


def announce(session: Session, day: date, *which: Any, most: int | None = None, at: datetime | None = None) -> int:
    """Announce turns up to a day that nobody announced yet; three statements and one more a thousand.

    :returns: how many.
    """
    rows = session.execute(_waiting(day, which, most)).all()
    if not rows:
        return 0
    happened = [Dated(_event(row), at if at and row.since == day else clock.start_of_day(row.since)) for row in rows]
    record_dated(session, sorted(happened, key=lambda one: one.at), SYSTEM)
    session.execute(
        sa.update(Standing).where(Standing.id.in_([row.id for row in rows])).values(announced_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return len(rows)


def _waiting(day: date, which: Sequence[Any], most: int | None) -> Any:
    return (
        sa.select(
            Standing.id, Standing.kind, Standing.subject_id, Standing.since, Standing.before, Standing.code,
            Standing.reason, Item.code.label("item"), Agency.name.label("agency"),
        )
        .outerjoin(Duty, sa.and_(Standing.kind == "duty", Duty.id == Standing.subject_id))
        .outerjoin(Item, Item.id == Duty.item_id)
        .outerjoin(Agency, Agency.id == Duty.agency_id)
        .where(Standing.turn, Standing.announced_at.is_(None), Standing.since <= day, *which)
        .order_by(Standing.since, Standing.id)
        .limit(most)
        .with_for_update(of=Standing, skip_locked=True)
    )


def _event(row: Any) -> Any:
    said = {"before": row.before, "after": row.code, "reason": row.reason}
    if row.kind == "dataset":
        return DatasetStateChanged(row.subject_id, **said)
    return DutyStateChanged(row.subject_id, row.item, row.agency, **said)
