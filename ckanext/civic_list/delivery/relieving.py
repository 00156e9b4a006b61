"""Excuses and suspensions: proposed, agreed to by a second person, ended. Nothing here commits."""
from __future__ import annotations

from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model.types import make_uuid
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, config
from ckanext.civic_core.record import record
from ckanext.civic_list.domain import events_delivery as events
from ckanext.civic_list.domain import reliefs, reminders
from ckanext.civic_list.domain.errors import check
from ckanext.civic_list.domain.obligations import Suspension
from ckanext.civic_list.duties import Row
from ckanext.civic_list.model import Obligation, Relief

__all__ = ["confirm", "decline", "duty_of", "end", "locked", "propose_excuse", "propose_suspension", "second_person"]

#: what an agency or a keeper has asked for, or was given
_TAKEN = ("proposed", "confirmed", "ended")


def propose_suspension(
    session: Session, row: Row, *, since: date, until: date, ground: str, reason: str, actor: str
) -> Relief:
    """Ask that a duty that is held rests. Records ``relief.proposed``.

    :raises Refused: where the days do not stand.
    """
    reliefs.check_days(since, until, clock.today(), tk.config["ckanext.civic_list.suspension.max_months"])
    reliefs.check_free(since, until, _suspensions(session, row.duty.id, _TAKEN))
    return _propose(session, row, Relief(kind="suspension", since=since, until=until, ground=ground, reason=reason),
                    actor)


def propose_excuse(
    session: Session, row: Row, obligation: Obligation, *, ground: str, reason: str, actor: str
) -> Relief:
    """Ask that an obligation of a duty that is held is excused. Records ``relief.proposed``.

    :raises Refused: where it is neither open nor missed, or was asked for already.
    """
    reliefs.check_excusable(obligation.state, obligation.opens, clock.today())
    same = sa.select(Relief.id).where(
        Relief.duty_id == row.duty.id, Relief.obligation_key == obligation.key,
        Relief.obligation_since == obligation.terms_since, Relief.state.in_(("proposed", "confirmed")),
    )
    check(session.scalar(same) is None, "relief_exists", "id")
    return _propose(session, row, Relief(
        kind="excuse", since=clock.today(), until=None, ground=ground, reason=reason, obligation_key=obligation.key,
        obligation_since=obligation.terms_since,
    ), actor)


def _propose(session: Session, row: Row, relief: Relief, actor: str) -> Relief:
    relief.id, relief.duty_id, relief.state = make_uuid(), row.duty.id, "proposed"
    relief.made_by, relief.made_at = actor, clock.now()
    session.add(relief)
    session.flush()
    _record(session, events.ReliefProposed, row, relief, actor)
    return relief


def _record(session: Session, kind: type[Any], row: Row, relief: Relief, actor: str) -> None:
    record(session, kind(
        row.duty.id, row.code, row.agency.name, relief=relief.id, kind=relief.kind, ground=relief.ground,
        since=relief.since, until=relief.until,
    ), actor=actor)


def _suspensions(session: Session, duty_id: str, states: tuple[str, ...]) -> list[Suspension]:
    rows = session.scalars(sa.select(Relief).where(
        Relief.duty_id == duty_id, Relief.kind == "suspension", Relief.state.in_(states), Relief.until > Relief.since
    ))
    return [Suspension(row.since, row.until, row.ground) for row in rows if row.until]


# --- the second person ------------------------------------------------------------------------------------


def duty_of(session: Session, relief_id: str) -> str:
    """Id of the duty that relief is about.

    :raises ckan.plugins.toolkit.ObjectNotFound: where there is no such relief.
    """
    found = session.scalar(sa.select(Relief.duty_id).where(Relief.id == relief_id))
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such excuse or suspension"))
    return found


def locked(session: Session, relief_id: str) -> Relief:
    """Relief of a duty that is held, as it is now."""
    return session.scalars(
        sa.select(Relief).where(Relief.id == relief_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def second_person(agency: str) -> dict[str, bool]:
    """What the portal asks of who agrees to relief of an agency of this name."""
    rule = tk.config["ckanext.civic_list.relief.two_person_rule"]
    return {"rule": rule, "own": agency == config.authorised_body()}


def confirm(session: Session, row: Row, relief: Relief, obligation: Obligation | None, reason: str, actor: str) -> None:
    """Agree to what was proposed. Records ``duty.suspended``; an excuse is recorded when the duty is settled.

    A suspension that was proposed for an earlier day begins today, and the duty's obligation is excused from today on.

    :raises Refused: where it is decided, was proposed by the same person, or no longer stands.
    """
    check(relief.state == "proposed", "relief_decided", "id")
    reliefs.check_second_person(relief.made_by, actor, **second_person(row.agency.name))
    today = clock.today()
    if relief.until is not None:
        relief.since = reliefs.begin(relief.since, relief.until, today)
        reliefs.check_free(relief.since, relief.until, _suspensions(session, row.duty.id, ("confirmed", "ended")))
    else:
        check(obligation, "obligation_settled", "id")
        assert obligation is not None  # noqa: S101  said by the check above
        reliefs.check_excusable(obligation.state, obligation.opens, today)
        relief.since = today
    _decide(relief, "confirmed", reason, actor)
    session.flush()
    if relief.kind == "suspension":
        _record(session, events.DutySuspended, row, relief, actor)


def decline(session: Session, row: Row, relief: Relief, reason: str, actor: str) -> None:
    """Refuse what was proposed, with the reason. Records ``relief.declined``.

    :raises Refused: where it is decided, or no reason is given.
    """
    check(relief.state == "proposed", "relief_decided", "id")
    check(reason, "reason_missing", "reason")
    _decide(relief, "declined", reason, actor)
    session.flush()
    _record(session, events.ReliefDeclined, row, relief, actor)


def _decide(relief: Relief, state: str, reason: str, actor: str) -> None:
    relief.state, relief.decision_reason = state, reason
    relief.decided_by, relief.decided_at = actor, clock.now()


# --- its end ----------------------------------------------------------------------------------------------


def end(session: Session, row: Row, relief: Relief, actor: str) -> None:
    """End a suspension today: what is due from today on is owed again. Records ``duty.resumed``.

    :raises Refused: where it does not run and will not.
    """
    check(relief.kind == "suspension" and relief.state == "confirmed", "suspension_not_running", "id")
    assert relief.until is not None  # noqa: S101  the table has days for every suspension
    former = relief.until
    relief.until = reliefs.resume_on(relief.since, former, clock.today())
    relief.state = "ended"
    session.flush()
    _owe_again(session, row.duty.id, relief.until, former)
    _record(session, events.DutyResumed, row, relief, actor)


def _owe_again(session: Session, duty_id: str, since: date, until: date) -> None:
    """Obligations that only the suspension excused, due on the days that are given back, wait again."""
    alone = sa.select(Relief.id).where(
        Relief.duty_id == Obligation.duty_id, Relief.kind == "excuse", Relief.state == "confirmed",
        Relief.obligation_key == Obligation.key, Relief.obligation_since == Obligation.terms_since,
    )
    rows = session.scalars(sa.select(Obligation).where(
        Obligation.duty_id == duty_id, Obligation.state == "excused", Obligation.due >= since, Obligation.due < until,
        ~alone.exists(),
    ).execution_options(populate_existing=True))
    for one in rows:
        all_steps = reminders.steps(one.warn, one.due, one.missed)
        one.reminded = max((step.number for step in all_steps if step.day < since), default=0)
        one.remind_on = next((step.day for step in reminders.waiting(all_steps, one.reminded)), None)
        one.state, one.settled_on, one.ground = "open", None, ""
    session.flush()
