"""What of the list can be followed: its rows, duties, its editions, and all that is overdue."""
from __future__ import annotations

from collections.abc import Collection, Iterable

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context
from sqlalchemy.orm import Session

from ckanext.civic_core.domain.news import Followable, Target, Thing
from ckanext.civic_core.logic.flow import session_of
from ckanext.civic_list.model import Agency, Duty, DutyTerm, Edition, Item, ItemVersion
from ckanext.civic_list.telling import named

__all__ = ["find", "followables", "followed"]

_PATHS = {"editions": "/list/editions", "overdue": "/list/missing"}


def followables() -> list[Followable]:
    """The kinds, as the reader calls them."""
    return [
        Followable("item", tk._("row of the list"), "civic_list.index"),
        Followable("duty", tk._("duty"), "civic_list.index"),
        Followable("editions", tk._("editions of the list"), "civic_list.editions", single=True),
        Followable("overdue", tk._("overdue data"), "civic_delivery.missing", single=True),
    ]


def find(context: Context, kind: str, given: str) -> Target | None:
    """A row by its code or id, a duty by ``CODE@agency`` or its id, as far as they were ever in law; one statement."""
    if kind in _PATHS:
        return Target(kind)
    if kind not in ("item", "duty"):
        return None
    session = session_of(context)
    found = session.scalar(_item(given) if kind == "item" else _duty(given))
    return Target(kind, found) if found else None


def _item(given: str) -> sa.Select[tuple[str]]:
    return (
        sa.select(Item.id).join(ItemVersion, ItemVersion.item_id == Item.id)
        .join(Edition, Edition.id == ItemVersion.edition_id)
        .where(sa.or_(Item.id == given, Item.code == given), Edition.approved_at.is_not(None)).limit(1)
    )


def _duty(given: str) -> sa.Select[tuple[str]]:
    code, _, agency = given.rpartition("@")
    return (
        sa.select(Duty.id).join(Item, Item.id == Duty.item_id).join(Agency, Agency.id == Duty.agency_id)
        .join(DutyTerm, DutyTerm.duty_id == Duty.id)
        .where(sa.or_(Duty.id == given, sa.and_(Item.code == code, Agency.name == agency))).limit(1)
    )


def followed(session: Session, targets: Collection[Target]) -> dict[Target, Thing]:
    """What these are called; one statement for rows, one for duties."""
    found = {target: _single(target) for target in targets if target.type in _PATHS}
    duties = named.duties(session, {target.id for target in targets if target.type == "duty"})
    for id_, duty in duties.items():
        found[Target("duty", id_)] = Thing(Target("duty", id_), _with_agency(duty), duty.path)
    return found | _items(session, {target.id for target in targets if target.type == "item"})


def _single(target: Target) -> Thing:
    """There is one of it: its kind says all."""
    return Thing(target, {}, _PATHS[target.type])


def _with_agency(duty: named.DutyNamed) -> dict[str, str]:
    return {
        language: f"{title} ({duty.agency_title[language]})" if duty.agency_title.get(language) else title
        for language, title in duty.title.items()
    }


def _items(session: Session, ids: Iterable[str]) -> dict[Target, Thing]:
    rows = session.execute(
        sa.select(Item.id, Item.code, ItemVersion.title)
        .join(ItemVersion, ItemVersion.item_id == Item.id).join(Edition, Edition.id == ItemVersion.edition_id)
        .where(Item.id.in_(ids), Edition.approved_at.is_not(None))
        .distinct(Item.id).order_by(Item.id, Edition.effective_from.desc().nulls_last())
    ) if ids else ()
    return {
        Target("item", id_): Thing(Target("item", id_), title, f"/list/item/{code}") for id_, code, title in rows
    }
