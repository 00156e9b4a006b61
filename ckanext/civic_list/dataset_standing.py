"""How a dataset stands today, for its datasheet."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_list.model import Release, Standing

__all__ = ["standing"]


def standing(session: Session, dataset_id: str, day: date) -> Mapping[str, Any] | None:
    """State, reason, last and next update of a dataset; one statement.

    :returns: ``{"state", "reason": {"code", "params"}, "since", "next_due", "release": {"number", "day"} or null}``;
        None of a dataset that the portal does not follow yet, such as a private one.
    """
    last = (
        sa.select(Release.number, Release.day).where(Release.dataset_id == dataset_id)
        .order_by(Release.number.desc()).limit(1).subquery()
    )
    row = session.execute(
        sa.select(
            Standing.code, Standing.reason, Standing.params, Standing.since, Standing.next_due, last.c.number,
            last.c.day,
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
    }
