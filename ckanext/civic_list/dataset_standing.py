"""How a dataset stands today, for its datasheet."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_list.model import Release, Review, Standing, Use

__all__ = ["standing"]


def standing(session: Session, dataset_id: str, day: date) -> Mapping[str, Any] | None:
    """State, reason, last and next update of a dataset; one statement.

    :returns: ``{"state", "reason": {"code", "params"}, "since", "next_due", "release": {"number", "day"} or null,
        "confirmed"}``, the last being how often the agency has confirmed since the last release that the data are
        current; None of a dataset that the portal does not follow yet, such as a private one.
    """
    last = (
        sa.select(Release.number, Release.day).where(Release.dataset_id == dataset_id)
        .order_by(Release.number.desc()).limit(1).subquery()
    )
    confirmed = (
        sa.select(sa.func.count(sa.distinct(Review.id))).join(Use, Use.review_id == Review.id)
        .where(Use.dataset_id == dataset_id, Use.outcome.in_(("fulfils", "nothing")), Review.day >= last.c.day)
        .correlate(last).scalar_subquery()
    )
    row = session.execute(
        sa.select(
            Standing.code, Standing.reason, Standing.params, Standing.since, Standing.next_due, last.c.number,
            last.c.day, confirmed.label("confirmed"),
        )
        .select_from(Standing).outerjoin(last, sa.true())
        .where(
            Standing.kind == "dataset", Standing.subject_id == dataset_id, Standing.since <= day,
            sa.or_(Standing.until.is_(None), Standing.until > day),
        )
    ).first()
    if row is None:
        return None
    return {
        "state": row.code, "reason": {"code": row.reason, "params": row.params}, "since": row.since,
        "next_due": row.next_due, "release": {"number": row.number, "day": row.day} if row.number else None,
        "confirmed": row.confirmed,
    }
