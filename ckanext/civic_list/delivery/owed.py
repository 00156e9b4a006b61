"""Writes down what duties owe, what fulfilled it, and what each release and review did."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.domain.events import Event, plain
from ckanext.civic_core.domain.working_days import Calendar
from ckanext.civic_list.delivery.computing import Outcome
from ckanext.civic_list.delivery.facts import DutyFacts
from ckanext.civic_list.domain import events_delivery as events
from ckanext.civic_list.domain import reminders
from ckanext.civic_list.domain.fulfilment import Review, Settled
from ckanext.civic_list.domain.states import breakpoints
from ckanext.civic_list.domain.windows import ONE_DAY
from ckanext.civic_list.model import Obligation, Use

__all__ = ["Dated", "event_of", "write"]

Key = tuple[str, str, date]
#: what is settled stays, but for these: a release that was seen in time and read late, and an excuse
_MAY_BECOME = {"missed": ("fulfilled", "fulfilled_late", "excused"), "open": ("*",)}


@dataclass(frozen=True)
class Dated:
    """An event with the moment at which it became true."""

    event: Event
    at: datetime


def write(
    session: Session, outcomes: Mapping[str, tuple[DutyFacts, Outcome]], day: date, calendar: Calendar
) -> list[Dated]:
    """Make obligations what the settlements say; five statements however many duties.

    :returns: what is to be recorded.
    """
    stored = _stored(session, outcomes)
    added: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    gone: list[int] = []
    happened: list[Dated] = []
    for duty_id, (facts, outcome) in outcomes.items():
        mine = stored.get(duty_id, {})
        wanted = {one.obligation.id: one for one in outcome.settlement.obligations if _is_kept(one, day)}
        for id_, one in wanted.items():
            row, values = mine.get(id_), _values(facts, one, day, calendar)
            if row is None:
                added.append(values)
            elif _differs(row, values):
                changed.append({**values, "id": row.id, "reminded": row.reminded, **_reminding(values, row)})
            else:
                continue
            happened += _happened(facts, values, row.state if row else "open", one)
        gone += [row.id for id_, row in mine.items() if id_ not in wanted and row.state == "open"]
    _apply(session, added, changed, gone)
    _write_uses(session, outcomes)
    return sorted(happened, key=lambda one: one.at)


def _stored(session: Session, ids: Collection[str]) -> dict[str, dict[tuple[str, date], Obligation]]:
    rows = session.scalars(
        sa.select(Obligation).where(Obligation.duty_id.in_(list(ids))).execution_options(populate_existing=True)
    )
    found: dict[str, dict[tuple[str, date], Obligation]] = defaultdict(dict)
    for row in rows:
        found[row.duty_id][row.key, row.terms_since] = row
    return found


def _is_kept(one: Settled, day: date) -> bool:
    """What only later terms ask for is not owed yet; what lapsed is not owed any more, unless it was fulfilled."""
    if one.state.startswith("fulfilled"):
        return True
    owed = one.obligation
    lapsing = owed.closed == "lapsed" and (owed.is_closed(day) or owed.opens > day)
    return not lapsing and (owed.kind == "first" or owed.since <= day)


def _values(facts: DutyFacts, one: Settled, day: date, calendar: Calendar) -> dict[str, Any]:
    owed = one.obligation
    warn = min(breakpoints(owed.window, owed.period, calendar).due_from, owed.due)
    state = "open" if one.state in ("ahead", "open") else one.state
    by = one.by
    values = {
        "duty_id": facts.row.id, "agency_id": facts.stretch.agency_id, "category": facts.stretch.category,
        "key": owed.key, "terms_since": owed.since, "kind": owed.kind, "period": owed.period.code,
        "starts": owed.window.starts, "ends": owed.window.ends, "opens": owed.opens, "warn": warn, "due": owed.due,
        "missed": owed.missed, "state": state, "settled_on": _settled_on(one), "ground": owed.ground
        if state == "excused" else "", "done": one.done, "parts": one.parts,
        "by_review": _id_of(facts.reviews, by) if isinstance(by, Review) else None,
        "by_release": _id_of(facts.releases, by) if by is not None and not isinstance(by, Review) else None,
    }
    return {**values, **_first_reminder(values, day)}


def _settled_on(one: Settled) -> date | None:
    return one.obligation.missed + ONE_DAY if one.state == "missed" else one.day


def _id_of(several: Iterable[tuple[Any, Any]], act: Any) -> Any:
    """The id of the row that an act is stored in; of a release that began with others, the one of its number."""
    for id_, other in several:
        same = isinstance(act, Review) and other == act
        if same or (not isinstance(act, Review) and (other.dataset, other.number) == (act.dataset, act.number)):
            return id_
    return None


def _first_reminder(values: Mapping[str, Any], day: date) -> dict[str, Any]:
    """Of a new obligation: what should have been said before it was known is not said any more."""
    if values["state"] != "open":
        return {"reminded": len(reminders.STEPS), "remind_on": None}
    all_steps = reminders.steps(values["warn"], values["due"], values["missed"])
    passed = max((step.number for step in all_steps if step.day < day), default=0)
    left = reminders.waiting(all_steps, passed)
    return {"reminded": passed, "remind_on": left[0].day if left else None}


def _reminding(values: Mapping[str, Any], row: Obligation) -> dict[str, Any]:
    if values["state"] not in ("open", "missed"):
        return {"remind_on": None}
    left = reminders.waiting(reminders.steps(values["warn"], values["due"], values["missed"]), row.reminded)
    return {"remind_on": left[0].day if left else None}


_COMPARED = (
    "agency_id", "category", "opens", "warn", "due", "missed", "state", "settled_on", "by_release", "by_review",
    "ground", "done", "parts",
)


def _differs(row: Obligation, values: Mapping[str, Any]) -> bool:
    """Whether a stored obligation is to be changed; what is settled stays as it was announced."""
    allowed = _MAY_BECOME.get(row.state, ())
    if values["state"] not in allowed and "*" not in allowed:
        return False
    return any(getattr(row, name) != values[name] for name in _COMPARED)


def _happened(facts: DutyFacts, values: Mapping[str, Any], before: str, one: Settled) -> Iterator[Dated]:
    if values["state"] == before:
        return
    event = event_of(values["state"], facts.row.id, facts.code, facts.agency, values)
    if event is not None:
        at = one.by.at if one.by is not None else clock.start_of_day(values["settled_on"] or clock.today())
        yield Dated(event, at)


_EVENTS: Mapping[str, type[Any]] = {
    "fulfilled": events.ObligationFulfilled, "fulfilled_late": events.ObligationFulfilledLate,
    "missed": events.ObligationMissed, "replaced": events.ObligationReplaced, "excused": events.ObligationExcused,
}


def event_of(state: str, duty_id: str, code: str, agency: str, values: Mapping[str, Any]) -> Event | None:
    """What is told of an obligation that comes to a state."""
    kind = _EVENTS.get(state)
    if kind is None:
        return None
    more = {"ground": values["ground"]} if state == "excused" else {}
    return kind(
        duty_id, code, agency, key=values["key"], terms_since=values["terms_since"], due=values["due"], **more
    )


def _apply(session: Session, added: list[Any], changed: list[Any], gone: list[int]) -> None:
    if gone:
        session.execute(sa.delete(Obligation).where(Obligation.id.in_(gone)))
    if added:
        session.execute(sa.insert(Obligation), added)
    if changed:
        session.execute(sa.update(Obligation), changed)


def _write_uses(session: Session, outcomes: Mapping[str, tuple[DutyFacts, Outcome]]) -> None:
    """A choice that was made stays: only what is not written yet is added."""
    rows = [row for duty_id, both in outcomes.items() for row in _uses(duty_id, *both)]
    if rows:
        session.execute(insert(Use).on_conflict_do_nothing(), rows)


def _uses(duty_id: str, facts: DutyFacts, outcome: Outcome) -> Iterator[dict[str, Any]]:
    releases = {(one.dataset, one.number): id_ for id_, one in facts.releases}
    reviews = {one: id_ for id_, one in facts.reviews}
    for use in outcome.settlement.uses:
        is_review = isinstance(use.act, Review)
        key, since = use.obligation or (None, None)
        yield {
            "duty_id": duty_id, "dataset_id": use.dataset,
            "release_id": None if is_review else releases[use.act.dataset, use.act.number],  # type: ignore[union-attr]
            "review_id": reviews[use.act] if is_review else None,  # type: ignore[index]
            "outcome": use.outcome, "key": key, "terms_since": since, "params": plain(use.params),
        }
