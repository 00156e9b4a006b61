"""What the newest edition changes for one agency: the duties that it brings and those that end with the former one."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_list.model import Duty, DutyTerm, Edition, Item, ItemVersion

__all__ = ["for_agencies", "for_agency"]

#: of each kind, so many are told; the desk lists all duties anyway
MOST = 20


def for_agency(session: Session, agency_id: str) -> dict[str, Any] | None:
    """What is new for an agency, as of the latest approved edition; three statements.

    :returns: ``{"edition", "effective_from", "in_force", "new": [{"code", "number", "title", "period"}], "ended"}``;
        nothing while there is only one edition.
    """
    editions = session.scalars(
        sa.select(Edition)
        .where(Edition.approved_at.is_not(None), Edition.revoked_on.is_(None), Edition.effective_from.is_not(None))
        .order_by(Edition.effective_from.desc()).limit(2)
    ).all()
    if len(editions) < 2:
        return None
    latest, former = editions
    day = latest.effective_from
    return {
        "edition": latest.number, "effective_from": day.isoformat(), "in_force": day <= clock.today(),
        "new": _only_in(session, agency_id, latest.id, former.id),
        "ended": _only_in(session, agency_id, former.id, latest.id),
    }


def _only_in(session: Session, agency_id: str, edition_id: str, other_id: str) -> list[dict[str, Any]]:
    other = sa.orm.aliased(DutyTerm)
    in_other = sa.exists().where(other.duty_id == DutyTerm.duty_id, other.edition_id == other_id, _lasts(other))
    rows = session.execute(
        sa.select(Item.code, DutyTerm.number, ItemVersion.title, DutyTerm.period)
        .join(Duty, Duty.id == DutyTerm.duty_id).join(Item, Item.id == Duty.item_id)
        .join(ItemVersion, ItemVersion.id == DutyTerm.version_id)
        .where(DutyTerm.edition_id == edition_id, DutyTerm.agency_id == agency_id, _lasts(DutyTerm), ~in_other)
        .distinct().order_by(DutyTerm.number).limit(MOST)
    )
    return [dict(row) for row in rows.mappings()]


def _lasts(term: Any) -> Any:
    return sa.or_(term.until.is_(None), term.until > term.since)


def for_agencies(
    session: Session, wanted: Collection[tuple[str, str]]
) -> dict[tuple[str, str], dict[str, list[dict[str, Any]]]]:
    """The same of many agencies: what an edition changes against the one that was in law before it; two statements.

    :param wanted: pairs of the ids of an edition and an agency.
    :returns: by pair ``{"new": [{"code", "number", "title", "period"}], "ended": [...]}``, complete, by number.
    """
    before = _predecessors(session)
    editions = {edition for edition, _ in wanted}
    rows = _terms(session, editions | {before[one] for one in editions if one in before}, {body for _, body in wanted})
    return {
        (edition, body): {
            "new": _without(rows[edition, body], rows[before.get(edition, ""), body]),
            "ended": _without(rows[before.get(edition, ""), body], rows[edition, body]),
        }
        for edition, body in wanted
    }


def _predecessors(session: Session) -> dict[str, str]:
    """Of each edition in law the one before it."""
    ids = session.scalars(
        sa.select(Edition.id)
        .where(Edition.approved_at.is_not(None), Edition.revoked_on.is_(None), Edition.effective_from.is_not(None))
        .order_by(Edition.effective_from)
    ).all()
    return dict(zip(ids[1:], ids, strict=False))


def _terms(session: Session, editions: Iterable[str], bodies: Iterable[str]) -> Any:
    """By edition and agency, the duties owed under it, by id."""
    found: dict[tuple[str, str], dict[str, dict[str, Any]]] = defaultdict(dict)
    rows = session.execute(
        sa.select(DutyTerm.edition_id, DutyTerm.agency_id, DutyTerm.duty_id, Item.code, DutyTerm.number,
                  ItemVersion.title, DutyTerm.period)
        .join(Duty, Duty.id == DutyTerm.duty_id).join(Item, Item.id == Duty.item_id)
        .join(ItemVersion, ItemVersion.id == DutyTerm.version_id)
        .where(DutyTerm.edition_id.in_(list(editions)), DutyTerm.agency_id.in_(list(bodies)), _lasts(DutyTerm))
        .order_by(DutyTerm.number)
    )
    for edition, body, duty, *shown in rows:
        found[edition, body][duty] = dict(zip(("code", "number", "title", "period"), shown, strict=True))
    return found


def _without(these: dict[str, dict[str, Any]], others: Collection[str]) -> list[dict[str, Any]]:
    return [shown for duty, shown in these.items() if duty not in others]
