"""Writes down, of each row that people may follow, what an edition that becomes law says otherwise of it."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core.record import record_all
from ckanext.civic_list import editions
from ckanext.civic_list.domain.difference import Difference, compare
from ckanext.civic_list.domain.events_editions import ItemRevised
from ckanext.civic_list.model import Edition, Item

__all__ = ["former", "record_revisions"]

#: what happened to a row, and the names of the fields that differ
_Revision = tuple[str, Collection[str]]


def record_revisions(session: Session, edition: Edition, actor: str) -> None:
    """Record ``item.revised`` for each row that the edition before has and this one changes, splits or lacks.

    Nothing is committed here. Five statements, and those of the events.
    """
    before = former(session, edition)
    if before is None:
        return
    found = compare(editions.rows(session, before.id), editions.rows(session, edition.id), editions.splits(session))
    revisions = dict(_revisions(found))
    ids = session.execute(sa.select(Item.code, Item.id).where(Item.code.in_(list(revisions)))).tuples().all()
    record_all(session, [
        ItemRevised(id_, code, edition.number, before=before.number, how=revisions[code][0],
                    fields=tuple(revisions[code][1]))
        for code, id_ in sorted(ids)
    ], actor=actor)


def former(session: Session, edition: Edition) -> Edition | None:
    """The edition in law that this one comes after; one statement."""
    return session.scalars(
        sa.select(Edition)
        .where(Edition.id != edition.id, Edition.approved_at.is_not(None), Edition.revoked_on.is_(None),
               Edition.effective_from < edition.effective_from)
        .order_by(Edition.effective_from.desc()).limit(1)
    ).first()


def _revisions(found: Difference) -> Iterator[tuple[str, _Revision]]:
    """By code, what happened to each row of the former edition that is not the same."""
    fields: dict[str, list[str]] = defaultdict(list)
    for pair in found.renamed:
        fields[pair.code].append("title")
    for pair in found.moved:
        fields[pair.code].append("owner")
    for change in found.changed:
        fields[change.code].append(change.field)
    yield from ((code, ("changed", names)) for code, names in fields.items())
    yield from ((str(item.code), ("removed", ())) for item in found.removed)
    yield from ((str(one.origin.code), ("split", ())) for one in found.split)
