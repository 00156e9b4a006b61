"""How duties and datasets stand on a day, read from what is written ahead. Nothing here writes."""
from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from ckanext.civic_list.model import Standing

__all__ = ["UNKNOWN", "of", "on", "shown"]

#: of what was not settled until that day
UNKNOWN: dict[str, Any] = {"state": None, "reason": None, "since": None, "next_due": None}


def on(day: date, kind: str) -> Any:
    """The query of the rows that hold on a day, of all duties or all datasets."""
    columns = (Standing.subject_id, Standing.code, Standing.next_due)
    return sa.select(*columns).where(Standing.kind == kind, *holds(day))


def holds(day: date) -> tuple[Any, ...]:
    """That a row says how its subject stands on a day."""
    return Standing.since <= day, sa.func.coalesce(Standing.until, sa.text("'infinity'::date")) > day


def of(session: Session, kind: str, ids: Iterable[str], day: date) -> dict[str, dict[str, Any]]:
    """State, reason, the day since which the state holds, and the next due day, by subject; one statement."""
    rows = session.execute(
        sa.select(Standing, _since(day)).where(Standing.subject_id.in_(set(ids)), Standing.kind == kind, *holds(day))
    )
    return {row.subject_id: shown(row, since) for row, since in rows}


def shown(row: Standing, since: date | None) -> dict[str, Any]:
    """A state as answers show it."""
    return {
        "state": row.code, "reason": {"code": row.reason, "params": row.params},
        "since": (since or row.since).isoformat(), "next_due": row.next_due.isoformat() if row.next_due else None,
    }


def _since(day: date) -> Any:
    """The first day of the run of rows with one code; a row begins too where only the reason is another."""
    other, same = aliased(Standing), aliased(Standing)
    last_other = (
        sa.select(other.since)
        .where(*_of_subject(other), other.since <= day, other.code != Standing.code)
        .order_by(other.since.desc()).limit(1).correlate(Standing).scalar_subquery()
    )
    return (
        sa.select(same.since)
        .where(*_of_subject(same), same.since > sa.func.coalesce(last_other, date.min))
        .order_by(same.since).limit(1).correlate(Standing).scalar_subquery()
    )


def _of_subject(rows: Any) -> tuple[Any, ...]:
    return rows.subject_id == Standing.subject_id, rows.kind == Standing.kind
