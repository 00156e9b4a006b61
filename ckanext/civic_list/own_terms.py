"""The terms that an agency has for a duty of its own, beside those of the list."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, vocabulary
from ckanext.civic_list.domain.items import Schedule
from ckanext.civic_list.domain.strictness import Periods, Terms, looser
from ckanext.civic_list.model import Duty, DutyTerm, ItemVersion

__all__ = ["apply", "is_looser", "periods", "shown"]


def periods() -> Periods:
    """The vocabulary as the rules need it."""
    terms = tuple(vocabulary.load("periods"))
    after = {term.code: term["after"] for term in terms if term.get("after") is not None}
    return Periods(tuple(term.code for term in terms), after)


def is_looser(version: ItemVersion, wanted: Mapping[str, Any]) -> bool:
    """Whether what an agency wants (``period``, ``schedule``) asks less than the row of the list does."""
    listed = Terms(version.period, _schedule(version))
    schedule = wanted.get("schedule")
    own = Terms(wanted.get("period") or version.period, Schedule(**schedule) if schedule else None)
    return looser(listed, own, periods())


def _schedule(source: Any) -> Schedule | None:
    if not source.schedule_kind:
        return None
    return Schedule(source.schedule_kind, source.schedule_days, source.schedule_unit or "calendar_day")


def apply(session: Session, duty: Duty, version: ItemVersion, wanted: Mapping[str, Any]) -> tuple[str, ...]:
    """Write an agency's own terms down; terms that are the list's are no longer its own.

    :returns: the names of the fields that changed.
    """
    values: dict[str, Any] = {}
    if wanted.get("period"):
        values["period"] = None if wanted["period"] == version.period else wanted["period"]
    if wanted.get("schedule"):
        given = Schedule(**wanted["schedule"])
        own = None if given == _schedule(version) else given
        values |= {f"schedule_{part}": getattr(own, part, None) for part in ("kind", "days", "unit")}
    changed = tuple(sorted(name for name, value in values.items() if getattr(duty, name) != value))
    for name in changed:
        setattr(duty, name, values[name])
    if "period" in changed:
        _tell_terms(session, duty)
    return changed


def _tell_terms(session: Session, duty: Duty) -> None:
    session.flush()
    session.execute(
        sa.update(DutyTerm)
        .where(
            DutyTerm.duty_id == duty.id, ItemVersion.id == DutyTerm.version_id,
            sa.or_(DutyTerm.until.is_(None), DutyTerm.until > clock.today()),
        )
        .values(period=sa.func.coalesce(sa.cast(duty.period, sa.Text), ItemVersion.period))
        .execution_options(synchronize_session=False)
    )


def shown(duty: Duty) -> dict[str, Any] | None:
    """The agency's own period and schedule, where they differ from the item's."""
    if not duty.period and not duty.schedule_kind:
        return None
    schedule = {"kind": duty.schedule_kind, "days": duty.schedule_days, "unit": duty.schedule_unit}
    return {"period": duty.period, "schedule": schedule if duty.schedule_kind else None}
