"""The terms that an agency has for a duty of its own, beside those of the list."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, vocabulary
from ckanext.civic_list.delivery import rules, settling
from ckanext.civic_list.domain.items import Schedule
from ckanext.civic_list.domain.strictness import Periods, Terms, looser
from ckanext.civic_list.domain.windows import bounds, index_of
from ckanext.civic_list.model import Duty, ItemVersion, OwnTerms

__all__ = ["apply", "apply_due", "is_looser", "periods", "shown"]


def periods() -> Periods:
    """The vocabulary as the rules need it."""
    terms = tuple(vocabulary.load("periods"))
    after = {term.code: term["after"] for term in terms if term.get("after") is not None}
    return Periods(tuple(term.code for term in terms), after)


def is_looser(version: ItemVersion, wanted: Mapping[str, Any]) -> bool:
    """Whether what an agency wants (``period``, ``schedule``) asks less than the row of the list does."""
    listed = Terms(version.period, rules.schedule_of(version))
    schedule = wanted.get("schedule")
    own = Terms(wanted.get("period") or version.period, Schedule(**schedule) if schedule else None)
    return looser(listed, own, periods())


def apply(session: Session, duty: Duty, version: ItemVersion, wanted: Mapping[str, Any]) -> tuple[str, ...]:
    """Write an agency's own terms down; terms that are the list's are no longer its own.

    What is stricter than now holds at once; what is looser from the next period on. What is said last holds, also
    against what waits; the fields that it does not name stay as they are, or wait.

    :returns: the names of the fields that changed, or will.
    """
    values: dict[str, Any] = {}
    if wanted.get("period"):
        values["period"] = None if wanted["period"] == version.period else wanted["period"]
    if wanted.get("schedule"):
        given = Schedule(**wanted["schedule"])
        own = None if given == rules.schedule_of(version) else given
        values |= {f"schedule_{part}": getattr(own, part, None) for part in ("kind", "days", "unit")}
    waiting = _waiting(session, duty)
    changed = tuple(sorted(
        name for name, value in values.items() if any(getattr(one, name) != value for one in (duty, *waiting))
    ))
    if changed:
        _write_down(session, duty, version, values, waiting)
    return changed


_NAMES = ("period", "schedule_kind", "schedule_days", "schedule_unit")


def _waiting(session: Session, duty: Duty) -> Sequence[OwnTerms]:
    """What was agreed to and whose day has not come."""
    return session.scalars(
        sa.select(OwnTerms).where(OwnTerms.duty_id == duty.id, OwnTerms.applied_at.is_(None)).order_by(OwnTerms.since)
        .execution_options(populate_existing=True)
    ).all()


def _write_down(
    session: Session, duty: Duty, version: ItemVersion, values: Mapping[str, Any], waiting: Sequence[OwnTerms]
) -> None:
    today = clock.today()
    since = _begins(duty, version, values, today)
    before = next((one for one in reversed(waiting) if one.since <= since), duty)
    own = {**{name: getattr(before, name) for name in _NAMES}, **values}
    row = {"recorded_at": clock.now(), "applied_at": clock.now() if since == today else None, **own}
    session.execute(
        insert(OwnTerms).values(id=make_uuid(), duty_id=duty.id, since=since, **row)
        .on_conflict_do_update(constraint="civic_list_own_terms_one_a_day", set_=row)
    )
    session.execute(
        sa.update(OwnTerms)
        .where(OwnTerms.duty_id == duty.id, OwnTerms.applied_at.is_(None), OwnTerms.since > since).values(**values)
        .execution_options(synchronize_session=False)
    )
    if since == today:
        _take_over(session, duty, own)
    settling.mark(session, [duty.id])


def _begins(duty: Duty, version: ItemVersion, values: Mapping[str, Any], today: date) -> date:
    """The day from which on the duty's terms hold with these values in them."""
    then = {**{name: getattr(duty, name) for name in _NAMES}, **values}
    kind = then["schedule_kind"]
    own = Schedule(kind, then["schedule_days"], then["schedule_unit"] or "calendar_day") if kind else None
    now = Terms(duty.period or version.period, rules.schedule_of(duty) or rules.schedule_of(version))
    wanted = Terms(then["period"] or version.period, own or rules.schedule_of(version))
    return _next_period(now.period, today) if looser(now, wanted, periods()) else today


def _next_period(code: str, today: date) -> date:
    known = rules.periods()
    if code not in known or known[code].step == "none":
        return today
    return bounds(known[code], index_of(known[code], today))[1] + timedelta(days=1)


def _take_over(session: Session, duty: Duty, values: Mapping[str, Any]) -> None:
    for name in _NAMES:
        setattr(duty, name, values[name])
    _tell_terms(session, duty)


def apply_due(session: Session, today: date) -> list[str]:
    """Let the terms hold whose day has come; ids of their duties."""
    rows = session.execute(
        sa.select(OwnTerms, Duty).join(Duty, Duty.id == OwnTerms.duty_id)
        .where(OwnTerms.applied_at.is_(None), OwnTerms.since <= today)
        .order_by(OwnTerms.since).with_for_update(skip_locked=True)
    ).all()
    for terms, duty in rows:
        _take_over(session, duty, {name: getattr(terms, name) for name in _NAMES})
        terms.applied_at = clock.now()
    return [duty.id for _, duty in rows]


def _tell_terms(session: Session, duty: Duty) -> None:
    """Rows of the list say another period from today on: those that hold are cut, so that past days keep theirs."""
    session.flush()
    values = {"duty": duty.id, "today": clock.today(), "at": clock.now()}
    for statement in (_GO_ON, _CUT, _SAY):
        session.execute(sa.text(statement), values)
    session.expire_all()


_HOLDS = "duty_id = :duty and since < :today and (until is null or until > :today)"
_GO_ON = f"""
    insert into civic_list_duty_term
        (id, duty_id, edition_id, version_id, agency_id, number, category, period, since, recorded_at, until,
         until_recorded_at)
    select gen_random_uuid()::text, duty_id, edition_id, version_id, agency_id, number, category, period, :today, :at,
           until, until_recorded_at
    from civic_list_duty_term where {_HOLDS}
"""  # noqa: S608  no input in it
_CUT = f"""
    update civic_list_duty_term set until = :today, until_recorded_at = :at where {_HOLDS}
"""  # noqa: S608  no input in it
_SAY = """
    update civic_list_duty_term t set period = coalesce(d.period, v.period)
    from civic_list_duty d, civic_list_item_version v
    where d.id = t.duty_id and v.id = t.version_id and t.duty_id = :duty and t.since >= :today
"""


def shown(duty: Duty) -> dict[str, Any] | None:
    """The agency's own period and schedule, where they differ from the item's."""
    if not duty.period and not duty.schedule_kind:
        return None
    schedule = {"kind": duty.schedule_kind, "days": duty.schedule_days, "unit": duty.schedule_unit}
    return {"period": duty.period, "schedule": schedule if duty.schedule_kind else None}
