"""Editions read as a whole: as a file, against another one, and for what approval would change."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, vocabulary
from ckanext.civic_core.logic import flow
from ckanext.civic_list import agencies, annex, editions, terms
from ckanext.civic_list.domain import difference
from ckanext.civic_list.domain.items import Item as Row
from ckanext.civic_list.logic.action.edition import visible
from ckanext.civic_list.logic.schema import editions as schema
from ckanext.civic_list.messages import transaction
from ckanext.civic_list.model import Duty, DutyTerm, Edition, Item, Link, OwnerGroupMember


@tk.side_effect_free
@transaction
def civic_edition_export(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The rows of an edition as a file: the columns that an import understands, so that importing it changes nothing.

    Anybody may, for what they may see. Text that a spreadsheet would run as a formula is written so that it does not.

    :param id: id or number of the edition.
    :param format: ``xlsx`` (default), ``csv`` or ``json``.
    :returns: ``{"filename", "format", "content"}``; ``content`` is bytes within the portal, base64 text over HTTP.
    :raises ObjectNotFound: where there is no such edition to see.
    """
    tk.check_access("civic_edition_export", context, data_dict)
    data = flow.checked(data_dict, schema.export(), context)
    session = flow.session_of(context)
    edition = visible(context, editions.find(session, {"id": data["id"]}))
    content = annex.exported(session, edition, data["format"])
    return {
        "filename": f"unified-list-{edition.number}.{data['format']}", "format": data["format"],
        "content": annex.Content(content),
    }


@tk.side_effect_free
@transaction
def civic_edition_diff(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What one edition says otherwise than another. Numbers are never an identity: items are compared by their code.

    Anybody may, for editions that they may see.

    :param from: id or number of the earlier edition.
    :param to: id or number of the later one.
    :returns: ``{"added": [row], "removed": [row], "renamed": [{"code", "before", "after"}], "moved": [...],
        "split": [{"from": row, "into": [row]}], "changed": [{"code", "field", "before", "after"}],
        "renumbered": n, "unchanged": n}``; ``unchanged`` counts what is the same in all but its number.
    """
    tk.check_access("civic_edition_diff", context, data_dict)
    data = flow.checked(data_dict, schema.diff(), context)
    session = flow.session_of(context)
    before, after = (visible(context, editions.find(session, {"id": data[end]})) for end in ("from", "to"))
    old, new = editions.rows(session, before.id), editions.rows(session, after.id)
    found = difference.compare(old, new, editions.splits(session))
    return _shown(session, found, [*old, *new])


def _shown(session: Session, found: difference.Difference, rows: Iterable[Row]) -> dict[str, Any]:
    owners = editions.owners(session, (row.owner for row in rows))

    def row(one: Row) -> dict[str, Any]:
        return editions.shown_row(one, owners.get(one.owner))

    def pair(one: difference.Pair) -> dict[str, Any]:
        return {"code": one.code, "before": row(one.before), "after": row(one.after)}

    return {
        "added": [row(one) for one in found.added], "removed": [row(one) for one in found.removed],
        "renamed": [pair(one) for one in found.renamed], "moved": [pair(one) for one in found.moved],
        "split": [{"from": row(one.origin), "into": [row(part) for part in one.into]} for one in found.split],
        "changed": [_change(one) for one in found.changed],
        "renumbered": len(found.renumbered), "unchanged": len(found.unchanged),
    }


def _change(one: difference.Change) -> dict[str, Any]:
    return {"code": one.code, "field": one.field, "before": _plain(one.before), "after": _plain(one.after)}


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "kind"):
        return {"kind": value.kind, "days": value.days, "unit": value.unit}
    return list(value) if isinstance(value, tuple) else dict(value) if hasattr(value, "keys") else value


@tk.side_effect_free
@transaction
def civic_edition_impact(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What will change when this edition comes into force, against the one that is in force today.

    List keepers may.

    :param id: id or number of the edition.
    :returns: ``{"in_force": number or null, "new": n, "lost": n, "moved": n, "bodies": [{"agency", "new", "lost"}],
        "looser": [{"code", "before", "after"}], "datasets": n}``: duties gained and lost by each body, items that go to
        another body, items whose period becomes looser, and how many linked datasets lose their duty.
    """
    tk.check_access("civic_edition_impact", context, data_dict)
    data = flow.checked(data_dict, schema.one(), context)
    session = flow.session_of(context)
    edition = editions.find(session, {"id": data["id"]})
    current = terms.in_force(session, clock.today())
    old = editions.rows(session, current.id) if current and current.id != edition.id else []
    new = editions.rows(session, edition.id)
    before, after = _duties(session, old), _duties(session, new)
    found = difference.compare(old, new, editions.splits(session))
    return {
        "in_force": current.number if current else None,
        "new": len(after - before), "lost": len(before - after), "moved": len(found.moved),
        "bodies": _by_body(session, before, after), "looser": _looser(found),
        "datasets": _datasets_without_duty(session, current, before - after),
    }


def _duties(session: Session, rows: list[Row]) -> set[tuple[str, str]]:
    """(code, agency id) of every duty that these rows make today."""
    members: dict[str, list[str]] = defaultdict(list)
    today = clock.today()
    for group_id, agency_id in session.execute(
        sa.select(OwnerGroupMember.group_id, OwnerGroupMember.agency_id).where(
            sa.or_(OwnerGroupMember.until.is_(None), OwnerGroupMember.until > today)
        )
    ):
        members[group_id].append(agency_id)
    return {
        (row.code or "", agency)
        for row in rows
        for agency in ([row.owner.id] if row.owner.kind == "agency" else members[row.owner.id])
    }


def _by_body(session: Session, before: set[tuple[str, str]], after: set[tuple[str, str]]) -> list[dict[str, Any]]:
    counts: dict[str, dict[str, int]] = defaultdict(lambda: {"new": 0, "lost": 0})
    for _, agency in after - before:
        counts[agency]["new"] += 1
    for _, agency in before - after:
        counts[agency]["lost"] += 1
    names = agencies.titles(session, counts)
    bodies = [{"agency": names[agency], **count} for agency, count in counts.items()]
    return sorted(bodies, key=lambda body: (-body["new"] - body["lost"], body["agency"]["name"]))


def _looser(found: difference.Difference) -> list[dict[str, Any]]:
    """The vocabulary goes from the strictest period to the loosest."""
    order = {term.code: place for place, term in enumerate(vocabulary.load("periods"))}
    return [
        _change(one) for one in found.changed
        if one.field == "period" and order.get(one.after, -1) > order.get(one.before, -1)
    ]


def _datasets_without_duty(session: Session, current: Edition | None, lost: set[tuple[str, str]]) -> int:
    if current is None or not lost:
        return 0
    return session.scalar(
        sa.select(sa.func.count(sa.distinct(Link.dataset_id)))
        .join(Duty, Duty.id == Link.duty_id)
        .join(Item, Item.id == Duty.item_id)
        .join(DutyTerm, sa.and_(DutyTerm.duty_id == Duty.id, DutyTerm.edition_id == current.id))
        .where(Link.state == "confirmed", sa.tuple_(Item.code, Duty.agency_id).in_(sorted(lost)))
    ) or 0
