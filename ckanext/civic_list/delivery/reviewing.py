"""«Still current»: a named person of the agency confirms that the data need no new release. Nothing here commits."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model.types import make_uuid
from sqlalchemy.orm import Session

from ckanext.civic_core import calendar, clock
from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_core.record import record
from ckanext.civic_core.roles import Roles
from ckanext.civic_list import delivery_words, messages
from ckanext.civic_list.delivery import computing, facts
from ckanext.civic_list.delivery.facts import DutyFacts
from ckanext.civic_list.domain import fulfilment
from ckanext.civic_list.domain.errors import check
from ckanext.civic_list.domain.events_delivery import DutyReviewed
from ckanext.civic_list.duties import Row
from ckanext.civic_list.model import Duty, Obligation, Review, Use

__all__ = ["Foreseen", "foresee", "fulfilled_by", "may_review", "write"]


@dataclass(frozen=True)
class Foreseen:
    """What a review would do: fulfil the obligation ``key``, or why it would not stand, as a code of a sentence."""

    key: str = ""
    code: str = ""
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])


def foresee(known: DutyFacts, review: fulfilment.Review) -> Foreseen:
    """Ask the rules what a review would do if it were written."""
    with_it = replace(known, reviews=[*known.reviews, ("", review)])
    settlement = computing.of_duty(with_it, review.day, calendar.current()).settlement
    uses = [use for use in settlement.uses if use.act is review]
    refused = next((use for use in uses if not use.dataset), None)
    if refused is not None:
        return Foreseen(code=f"review_{refused.outcome}", params=refused.params)
    keys = [use.obligation[0] for use in uses if use.obligation is not None]
    if not keys:
        return Foreseen(code="review_nothing_open")
    if review.for_period and review.for_period not in keys:
        return Foreseen(code="review_period_not_open", params={"key": delivery_words.period_label(review.for_period)})
    return Foreseen(key=keys[0])


def may_review(session: Session, duty: Duty, roles: Roles, day: date) -> dict[str, Any]:
    """Whether who reads may confirm today that the data are still current, and if not a sentence that says why.

    Nothing is read for who does not publish for the agency; nine statements for who does.

    :returns: ``{"allowed": bool, "why": sentence or null}``.
    """
    if not roles.publishes_for(duty.agency_id):
        return {"allowed": False, "why": tk._("Only editors of the agency may confirm that its data are current.")}
    known = facts.load(session, [duty.id], day).get(duty.id)
    if known is None or known.duty.begins > day or (known.duty.until is not None and known.duty.until <= day):
        return {"allowed": False, "why": tk._("This is not owed now.")}
    found = foresee(known, fulfilment.Review(clock.now(), day, roles.directs(duty.agency_id)))
    why = messages.sentence(Refused(found.code, "duty", **found.params)) if found.code else None
    return {"allowed": why is None, "why": why}


def write(session: Session, row: Row, *, by: str, by_admin: bool, note: str, for_period: str) -> str:
    """Write a review of a duty that is held down. Records ``duty.reviewed``.

    :returns: its id.
    :raises Refused: where it would not stand.
    """
    duty, now, today = row.duty, clock.now(), clock.today()
    known = facts.load(session, [duty.id], today)[duty.id]
    found = foresee(known, fulfilment.Review(now, today, by_admin, for_period))
    check(not found.code, found.code, "for_period" if found.code == "review_period_not_open" else "duty",
          **found.params)
    review = Review(
        id=make_uuid(), duty_id=duty.id, at=now, day=today, by=by, by_admin=by_admin, for_period=for_period, note=note,
    )
    session.add(review)
    session.flush()
    record(session, DutyReviewed(duty.id, row.code, row.agency.name, review=review.id), actor=by)
    return review.id


def fulfilled_by(session: Session, review_id: str) -> Obligation | None:
    """The obligation that a review is for."""
    on = sa.and_(
        Use.duty_id == Obligation.duty_id, Use.key == Obligation.key, Use.terms_since == Obligation.terms_since
    )
    return session.scalars(
        sa.select(Obligation).join(Use, on).where(Use.review_id == review_id).order_by(Obligation.due).limit(1)
        .execution_options(populate_existing=True)
    ).first()
