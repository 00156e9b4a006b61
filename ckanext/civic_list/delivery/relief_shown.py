"""Excuses and suspensions as answers show them: ground and days to everybody, the rest to who is concerned."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core.roles import Roles
from ckanext.civic_list import agencies
from ckanext.civic_list.delivery import acting, relieving
from ckanext.civic_list.model import Agency, Duty, Edition, Item, ItemVersion, Obligation, Relief

__all__ = ["one", "page"]

_PUBLIC = ("confirmed", "ended")


@dataclass(frozen=True)
class _Row:
    relief: Relief
    code: str
    title: Mapping[str, str]
    agency: Agency
    obligation: Obligation | None


def page(session: Session, roles: Roles, filters: Mapping[str, Any]) -> dict[str, Any]:
    """Relief that the reader may see and that matches, the newest first; two statements."""
    chosen = (
        sa.select(Relief.id).join(Duty, Duty.id == Relief.duty_id).join(Agency, Agency.id == Duty.agency_id)
        .where(_seen_by(roles), *_conditions(filters))
    )
    count = session.scalar(sa.select(sa.func.count()).select_from(chosen.subquery()))
    ids = chosen.order_by(Relief.made_at.desc(), Relief.id).limit(filters["limit"]).offset(filters["offset"])
    return {"count": count, "results": _shown(session, roles, ids)}


def one(session: Session, roles: Roles, relief_id: str) -> dict[str, Any]:
    """One as its list shows it; one statement."""
    return _shown(session, roles, [relief_id])[0]


def _seen_by(roles: Roles) -> Any:
    if roles.keeps_list():
        return sa.true()
    public = sa.and_(Relief.state.in_(_PUBLIC), sa.or_(Relief.until.is_(None), Relief.until > Relief.since))
    return sa.or_(public, Duty.agency_id.in_([id_ for id_, _ in roles.agencies if roles.publishes_for(id_)]))


def _conditions(filters: Mapping[str, Any]) -> list[Any]:
    code, _, agency = str(filters.get("duty") or "").rpartition("@")
    of_key = sa.and_(
        Agency.name == agency, Duty.item_id.in_(sa.select(Item.id).where(Item.code == code).scalar_subquery())
    )
    known: Mapping[str, Any] = {
        "state": Relief.state.__eq__, "kind": Relief.kind.__eq__, "ground": Relief.ground.__eq__,
        "agency": lambda name: sa.or_(Agency.name == name, Agency.id == name),
        "duty": lambda key: sa.or_(Duty.id == key, of_key),
        "from": lambda day: sa.func.coalesce(Relief.until - 1, Relief.since) >= day,
        "until": lambda day: Relief.since <= day,
    }
    return [make(filters[name]) for name, make in known.items() if filters.get(name)]


def _shown(session: Session, roles: Roles, ids: Any) -> list[dict[str, Any]]:
    return [_as_dict(row, roles) for row in _rows(session, ids)]


def _rows(session: Session, ids: Any) -> Sequence[_Row]:
    named = sa.and_(
        Obligation.duty_id == Relief.duty_id, Obligation.key == Relief.obligation_key,
        Obligation.terms_since == Relief.obligation_since,
    )
    rows = session.execute(
        sa.select(Relief, Item.code, _latest_title(), Agency, Obligation)
        .join(Duty, Duty.id == Relief.duty_id)
        .join(Item, Item.id == Duty.item_id)
        .join(Agency, Agency.id == Duty.agency_id)
        .outerjoin(Obligation, named)
        .where(Relief.id.in_(ids))
        .order_by(Relief.made_at.desc(), Relief.id)
        .execution_options(populate_existing=True)
    )
    return [_Row(*row) for row in rows]


def _latest_title() -> Any:
    """The item's title in the last edition that was approved."""
    return (
        sa.select(ItemVersion.title).join(Edition, Edition.id == ItemVersion.edition_id)
        .where(ItemVersion.item_id == Duty.item_id, Edition.approved_at.is_not(None))
        .order_by(Edition.effective_from.desc().nulls_last()).limit(1).correlate(Duty).scalar_subquery()
    )


def _as_dict(row: _Row, roles: Roles) -> dict[str, Any]:
    relief = row.relief
    shown = {
        "id": relief.id, "kind": relief.kind, "state": relief.state, "ground": relief.ground,
        "since": relief.since.isoformat(), "until": _iso(relief.until),
        "duty": {
            "id": relief.duty_id, "code": row.code, "title": row.title, "agency": agencies.shown(row.agency),
        },
        "obligation": acting.obligation_shown(row.obligation) if row.obligation else None,
    }
    if roles.keeps_list() or roles.publishes_for(row.agency.id):
        shown |= _for_staff(relief, row.agency.name, roles)
    return shown


def _for_staff(relief: Relief, agency: str, roles: Roles) -> dict[str, Any]:
    """What the agency and the keepers know beside: the reasons, and whether the reader may agree; no names."""
    mine = relief.made_by == roles.user_id
    asked = any(relieving.second_person(agency).values())
    return {
        "reason": relief.reason, "decision_reason": relief.decision_reason, "mine": mine,
        "made_at": relief.made_at.isoformat(),
        "decided_at": relief.decided_at.isoformat() if relief.decided_at else None,
        "may_confirm": relief.state == "proposed" and roles.keeps_list() and not (mine and asked),
        "may_decline": relief.state == "proposed" and roles.keeps_list(),
        "may_end": relief.kind == "suspension" and relief.state == "confirmed" and roles.keeps_list(),
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
