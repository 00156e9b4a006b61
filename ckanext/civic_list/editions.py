"""Editions and their rows: read, shown, written. Nothing here commits."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model.types import make_uuid
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, config
from ckanext.civic_list import terms
from ckanext.civic_list.domain.editions import APPROVED, IN_LAW, SUPERSEDED, Facts
from ckanext.civic_list.domain.items import Item as Row
from ckanext.civic_list.domain.items import Owner, OwnerKind, Schedule
from ckanext.civic_list.domain.titles import title_key
from ckanext.civic_list.model import Agency, Edition, Item, ItemVersion, OwnerGroup

__all__ = [
    "before", "facts", "find", "hold_law", "last_said", "locked", "others_in_law", "owner_names", "owner_of", "owners",
    "public", "row_of", "rows", "shown", "shown_row", "splits", "values_of", "write",
]

#: what an edition shows to everybody
_SHOWN = (
    "id", "number", "title", "act_number", "act_date", "registration_number", "registered_on", "published_on",
    "act_url", "effective_from", "revoked_on", "revoked_act", "source_name", "source_sha256", "annex_sha256",
)

#: an index holds no endless text: of a longer title its digest tells it from others
_LONGEST_KEY = 600
_FOR_KEEPERS = (
    "revision", "reason", "made_by", "submitted_by", "approved_by", "made_at", "submitted_at", "approved_at",
)


def find(session: Session, data: Mapping[str, Any]) -> Edition:
    """The edition of this ``id`` or ``number`` (either is taken for the other), or ``in_force_on`` a day.

    :raises ckan.plugins.toolkit.ObjectNotFound: where there is none.
    """
    if data.get("in_force_on"):
        found = terms.in_force(session, data["in_force_on"])
    else:
        key = str(data.get("id") or data.get("number") or "")
        found = session.scalars(
            sa.select(Edition).where(sa.or_(Edition.id == key, Edition.number == key)).limit(1)
        ).first()
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such edition"))
    return found


def public(edition: Edition) -> bool:
    """Whether it is, or was, law: then everybody may see it."""
    return edition.approved_at is not None


def locked(session: Session, edition: Edition) -> Edition:
    """The edition held against everybody else until the commit; who comes second is told at once.

    Who only looks is not held up: a file may be staged for it meanwhile.
    """
    return session.scalars(
        sa.select(Edition).where(Edition.id == edition.id).with_for_update(nowait=True, key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def facts(session: Session, edition: Edition) -> Facts:
    """What the rules need to know of it."""
    return Facts(
        state=edition.state, act_number=edition.act_number, act_date=edition.act_date,
        effective_from=edition.effective_from, submitted_by=edition.submitted_by,
        approved_on=clock.day_of(edition.approved_at) if edition.approved_at else None,
        revoked_on=edition.revoked_on, rows=count_rows(session, edition.id),
    )


def count_rows(session: Session, edition_id: str) -> int:
    return session.scalar(
        sa.select(sa.func.count()).select_from(ItemVersion).where(ItemVersion.edition_id == edition_id)
    ) or 0


def shown(session: Session, editions: Sequence[Edition], *, keeper: bool) -> list[dict[str, Any]]:
    """Editions as answers show them; two statements however many. Who acted is for keepers."""
    counts = dict(session.execute(
        sa.select(ItemVersion.edition_id, sa.func.count())
        .where(ItemVersion.edition_id.in_([edition.id for edition in editions]))
        .group_by(ItemVersion.edition_id)
    ).tuples().all())
    current = terms.in_force(session, clock.today())
    return [_shown(edition, counts.get(edition.id, 0), current, keeper=keeper) for edition in editions]


def _shown(edition: Edition, rows_: int, current: Edition | None, *, keeper: bool) -> dict[str, Any]:
    in_force = current is not None and edition.id == current.id
    answer = {name: _plain(getattr(edition, name)) for name in _SHOWN}
    answer |= {"state": _state_now(edition, in_force), "in_force": in_force, "rows": rows_}
    if keeper:
        answer |= {name: _plain(getattr(edition, name)) for name in _FOR_KEEPERS}
    return answer


def _state_now(edition: Edition, in_force: bool) -> str:
    """Its state today, before the portal has written down that its time has come."""
    if edition.state not in IN_LAW or edition.effective_from is None:
        return edition.state
    return APPROVED if in_force or edition.effective_from > clock.today() else SUPERSEDED


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


# --- rows -------------------------------------------------------------------------------------------------


def rows(session: Session, edition_id: str) -> list[Row]:
    """Every row of an edition in the order of its numbers; one statement."""
    found = session.execute(
        sa.select(ItemVersion, Item.code)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(ItemVersion.edition_id == edition_id)
        .order_by(ItemVersion.number)
    )
    return [row_of(version, code) for version, code in found]


def last_said(session: Session, codes: Iterable[str]) -> list[Row]:
    """What the items with these codes said last, in any edition; one statement."""
    found = session.execute(
        sa.select(ItemVersion, Item.code)
        .join(Item, Item.id == ItemVersion.item_id).join(Edition, Edition.id == ItemVersion.edition_id)
        .where(Item.code.in_(set(codes)))
        .distinct(Item.code).order_by(Item.code, Edition.made_at.desc())
    )
    return [row_of(version, code) for version, code in found]


def row_of(version: ItemVersion, code: str) -> Row:
    """A stored row as the rules know it."""
    return Row(
        number=version.number, title=version.title, owner=owner_of(version), category=version.category,
        period=version.period, composition=tuple(version.composition), way=version.way, note=version.note,
        theme=version.theme, first_due=version.first_due, code=code,
        schedule=Schedule(version.schedule_kind, version.schedule_days, version.schedule_unit or "calendar_day")
        if version.schedule_kind else None,
    )


def owner_of(version: ItemVersion) -> Owner:
    return Owner("agency", version.agency_id) if version.agency_id else Owner("group", version.owner_group_id or "")


def values_of(row: Row) -> dict[str, Any]:
    """The columns of a row."""
    schedule = row.schedule
    return {
        "number": row.number, "theme": dict(row.theme), "title": dict(row.title), "title_key": key_of(row.title),
        "search": " ".join([*row.title.values(), row.code or ""]).casefold(), "composition": list(row.composition),
        "agency_id": row.owner.id if row.owner.kind == "agency" else None,
        "owner_group_id": row.owner.id if row.owner.kind == "group" else None,
        "category": row.category, "period": row.period, "first_due": row.first_due, "way": row.way, "note": row.note,
        "schedule_kind": schedule.kind if schedule else None, "schedule_days": schedule.days if schedule else None,
        "schedule_unit": schedule.unit if schedule else None,
    }


def key_of(title: Mapping[str, str]) -> str:
    """What no two rows of one owner may share: the titles in all languages that the portal requires, normalised."""
    required = [title[lang] for lang in config.required_languages() if title.get(lang)]
    key = " | ".join(map(title_key, required or title.values()))
    return key if len(key) <= _LONGEST_KEY else f"{key[:_LONGEST_KEY]} {sha256(key.encode()).hexdigest()}"


def write(session: Session, edition_id: str, new: Iterable[Row], ids: Mapping[str, str]) -> None:
    """Make these the rows of an edition; ``ids`` has the item of each code. Two statements."""
    session.execute(sa.delete(ItemVersion).where(ItemVersion.edition_id == edition_id))
    values = [
        {"id": make_uuid(), "edition_id": edition_id, "item_id": ids[row.code or ""], **values_of(row)} for row in new
    ]
    if values:
        session.execute(sa.insert(ItemVersion), values)


def splits(session: Session) -> dict[str, str]:
    """For the code of each part of a split item, the code of the item it came out of."""
    whole = sa.orm.aliased(Item)
    found = session.execute(sa.select(Item.code, whole.code).join(whole, whole.id == Item.split_from))
    return dict(found.tuples().all())


def owners(session: Session, found: Iterable[Owner]) -> dict[Owner, dict[str, Any]]:
    """Owners as answers show them: ``{"kind", "id", "name", "title"}``; two statements."""
    wanted = set(found)
    answer: dict[Owner, dict[str, Any]] = {}
    kinds: tuple[tuple[OwnerKind, Any], ...] = (("agency", Agency), ("group", OwnerGroup))
    for kind, model in kinds:
        ids = [owner.id for owner in wanted if owner.kind == kind]
        for row in session.scalars(sa.select(model).where(model.id.in_(ids))):
            short = getattr(row, "short_title", {})
            answer[Owner(kind, row.id)] = {
                "kind": kind, "id": row.id, "name": row.name, "title": row.title, "short_title": short,
            }
    return answer


def owner_names(session: Session, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Agencies and owner groups by their id, as facets show them: ``value`` is the name; one statement."""
    kinds = (sa.select(one.id, one.name, one.title).where(one.id.in_(list(ids))) for one in (Agency, OwnerGroup))
    found = session.execute(sa.union_all(*kinds))
    return {row.id: {"value": row.name, "title": row.title} for row in found}


def shown_row(row: Row, owner: Mapping[str, Any] | None) -> dict[str, Any]:
    """A row as answers show it."""
    return {
        "code": row.code, "number": row.number, "theme": dict(row.theme), "title": dict(row.title),
        "composition": list(row.composition), "owner": dict(owner or {"kind": row.owner.kind, "id": row.owner.id}),
        "category": row.category, "period": row.period,
        "schedule": {"kind": row.schedule.kind, "days": row.schedule.days, "unit": row.schedule.unit}
        if row.schedule else None,
        "first_due": _plain(row.first_due), "way": row.way, "note": row.note,
    }


def hold_law(session: Session) -> None:
    """Until the commit nobody else brings an edition into force: its day is compared with those of the others."""
    session.execute(sa.text("select pg_advisory_xact_lock(hashtext('civic_list_edition'))"))


def before(session: Session, edition: Edition, day: date) -> Edition | None:
    """The edition that would be in force on a day without this one."""
    return session.scalars(
        sa.select(Edition).where(
            Edition.id != edition.id, Edition.approved_at.is_not(None), Edition.effective_from <= day,
            sa.or_(Edition.revoked_on.is_(None), Edition.revoked_on > day),
        ).order_by(Edition.effective_from.desc()).limit(1)
    ).first()


def others_in_law(session: Session, edition_id: str) -> list[date]:
    """The days of every other approved edition that is not revoked."""
    return list(session.scalars(
        sa.select(Edition.effective_from).where(
            Edition.id != edition_id, Edition.approved_at.is_not(None), Edition.revoked_on.is_(None),
            Edition.effective_from.is_not(None),
        )
    ))
