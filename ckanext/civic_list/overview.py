"""How agencies stand with what they owe, for the keepers; two statements. Nothing here writes."""
from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_list import agencies, terms
from ckanext.civic_list.delivery import stood
from ckanext.civic_list.model import DutyTerm

__all__ = ["LATE", "by_agency"]

#: what the agencies are sorted by
LATE = ("overdue", "delinquent", "missing")


def by_agency(session: Session, day: date) -> list[dict[str, Any]]:
    """Each agency with duties that stand on the day, and how many have which state; who is late with most comes first.

    :returns: ``[{"agency", "owed", "late", "states": {code: count}}]``; a duty not worked out yet has the code ``""``.
    """
    edition = terms.in_force(session, day)
    if edition is None:
        return []
    standing = stood.on(day, "duty").subquery()
    rows = session.execute(
        sa.select(DutyTerm.agency_id, standing.c.code, sa.func.count())
        .outerjoin(standing, standing.c.subject_id == DutyTerm.duty_id)
        .where(
            DutyTerm.edition_id == edition.id, DutyTerm.since <= day,
            sa.or_(DutyTerm.until.is_(None), DutyTerm.until > day),
        )
        .group_by(DutyTerm.agency_id, standing.c.code)
    )
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for agency, code, count in rows:
        counted[agency][code or ""] += count
    names = agencies.titles(session, counted)
    found = [
        {"agency": names[id_], "owed": sum(one.values()), "late": sum(one[code] for code in LATE), "states": one}
        for id_, one in counted.items()
    ]
    return sorted(found, key=lambda one: (-one["late"], -one["owed"], one["agency"]["name"]))
