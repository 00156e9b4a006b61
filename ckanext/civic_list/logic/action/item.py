"""Items: what the list says of one thing, now and in every edition."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model.types import make_uuid
from ckan.types import Context
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.logic import flow
from ckanext.civic_core.record import record
from ckanext.civic_core.roles import roles_of
from ckanext.civic_list import agencies, categories, codes, editions, terms
from ckanext.civic_list.domain.editions import check_open
from ckanext.civic_list.domain.errors import check
from ckanext.civic_list.domain.events_editions import ItemAdded, ItemChanged, ItemRemoved
from ckanext.civic_list.domain.items import Item as Row
from ckanext.civic_list.domain.items import Owner, Schedule
from ckanext.civic_list.logic.action.edition import visible
from ckanext.civic_list.logic.schema import editions as schema
from ckanext.civic_list.messages import transaction
from ckanext.civic_list.model import Agency, Duty, DutyTerm, Edition, Item, ItemVersion, OwnerGroup


@tk.side_effect_free
@transaction
def civic_item_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """One item: what it says, its number and title in every edition, and who owes it.

    Anybody may; what drafts say is shown to list keepers only.

    :param code: code of the item, or
    :param id: its id.
    :param edition: id or number of the edition to read; the one in force by default, else the newest that has it.
    :returns: the row as ``civic_item_search`` answers it, and ``{"id", "edition": {...} or null,
        "split_from": code or null, "split_into": [code], "editions": [{"edition", "number", "title"}],
        "duties": [{"id", "agency"}]}``.
    :raises ObjectNotFound: where there is no such item, or none that the caller may see.
    """
    tk.check_access("civic_item_show", context, data_dict)
    data = flow.checked(data_dict, schema.item_show(), context)
    session = flow.session_of(context)
    item = _item(session, data)
    versions = _versions(context, item)
    if not versions:
        raise tk.ObjectNotFound(tk._("There is no such item"))
    edition, version = _chosen(session, context, versions, data.get("edition"))
    row = editions.row_of(version, item.code)
    shown = editions.shown_row(row, editions.owners(session, [row.owner]).get(row.owner))
    keeper = roles_of(context).keeps_list()
    return {
        **shown, "id": item.id, "edition": editions.shown(session, [edition], keeper=keeper)[0],
        **_family(context, item), "duties": _duties(session, item),
        "editions": [
            {"edition": one.number, "state": one.state, "number": version.number, "title": version.title}
            for one, version in versions
        ],
    }


def _item(session: Session, data: Mapping[str, Any]) -> Item:
    key = data.get("code") or data.get("id") or ""
    found = session.scalars(sa.select(Item).where(sa.or_(Item.code == key, Item.id == key)).limit(1)).first()
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such item"))
    return found


def _versions(context: Context, item: Item) -> list[tuple[Edition, ItemVersion]]:
    query = sa.select(Edition, ItemVersion).join(ItemVersion, ItemVersion.edition_id == Edition.id)
    query = query.where(ItemVersion.item_id == item.id, Edition.state != "withdrawn")
    if not roles_of(context).keeps_list():
        query = query.where(Edition.approved_at.is_not(None))
    order = sa.func.coalesce(Edition.effective_from, sa.func.date(Edition.made_at))
    return list(flow.session_of(context).execute(query.order_by(order, Edition.number)).tuples())


def _chosen(
    session: Session, context: Context, versions: list[tuple[Edition, ItemVersion]], wanted: str | None
) -> tuple[Edition, ItemVersion]:
    if wanted:
        edition = visible(context, editions.find(session, {"id": wanted}))
        found = next((pair for pair in versions if pair[0].id == edition.id), None)
        if found is None:
            raise tk.ObjectNotFound(tk._("There is no such item"))
        return found
    current = terms.in_force(session, clock.today())
    law = [pair for pair in versions if pair[0].approved_at is not None]
    return next((pair for pair in law if current and pair[0].id == current.id), (law or versions)[-1])


def _family(context: Context, item: Item) -> dict[str, Any]:
    """What it was split from and into, as far as editions say so that the caller may see."""
    session = flow.session_of(context)
    whole = session.scalar(sa.select(Item.code).where(Item.id == item.split_from)) if item.split_from else None
    parts = sa.select(Item.code).where(Item.split_from == item.id).order_by(Item.code)
    if not roles_of(context).keeps_list():
        said = sa.select(ItemVersion.item_id).join(Edition, Edition.id == ItemVersion.edition_id)
        parts = parts.where(Item.id.in_(said.where(Edition.approved_at.is_not(None))))
    return {"split_from": whole, "split_into": list(session.scalars(parts))}


def _duties(session: Session, item: Item) -> list[dict[str, Any]]:
    today = clock.today()
    rows = session.execute(
        sa.select(Duty.id, Agency)
        .join(Agency, Agency.id == Duty.agency_id)
        .join(DutyTerm, DutyTerm.duty_id == Duty.id)
        .where(
            Duty.item_id == item.id, DutyTerm.since <= today,
            sa.or_(DutyTerm.until.is_(None), DutyTerm.until > today),
        )
        .order_by(Agency.name)
    )
    return [{"id": id_, "agency": agencies.shown(agency)} for id_, agency in rows]


@tk.side_effect_free
@transaction
def civic_item_search(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The rows of an edition.

    Anybody may, for what they may see.

    :param edition: id or number; the one in force by default.
    :param q: words of a title in any language, or a code; optional.
    :param owner: name or id of an agency or an owner group; optional.
    :param category: code of a category; optional.
    :param period: code or name of an update period; optional.
    :param sort: ``number`` (default), ``title`` or ``code``.
    :param facets: count the values of each filter; true by default.
    :param limit: 20 by default, at most 100.
    :param offset: 0 by default.
    :returns: ``{"count", "results": [{"code", "number", "theme", "title", "composition", "owner", "category",
        "period", "schedule", "first_due", "way", "note"}], "edition": number, "facets": {"owner": [{"value", "count",
        "title"}], "category": [{"value", "count"}], "period": [...]}}``.
    """
    tk.check_access("civic_item_search", context, data_dict)
    data = flow.checked(data_dict, schema.item_search(), context)
    session = flow.session_of(context)
    wanted = {"id": data["edition"]} if data.get("edition") else {"in_force_on": clock.today()}
    edition = visible(context, editions.find(session, wanted))
    query = _filtered(sa.select(ItemVersion, Item.code).join(Item, Item.id == ItemVersion.item_id), edition, data)
    count = session.scalar(sa.select(sa.func.count()).select_from(query.subquery()))
    order = {"number": ItemVersion.number, "title": ItemVersion.title_key, "code": Item.code}[data["sort"]]
    found = session.execute(query.order_by(order, ItemVersion.number).limit(data["limit"]).offset(data["offset"]))
    rows = [editions.row_of(version, code) for version, code in found]
    owners = editions.owners(session, (row.owner for row in rows))
    results = [editions.shown_row(row, owners.get(row.owner)) for row in rows]
    facets = _facets(session, edition, data) if data["facets"] else {}
    return {"count": count, "results": results, "facets": facets, "edition": edition.number}


def _facets(session: Session, edition: Edition, data: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """For each filter its values with their counts, the greatest first; its own choice is set aside."""
    owner = sa.func.coalesce(ItemVersion.agency_id, ItemVersion.owner_group_id)
    columns = {"owner": owner, "category": ItemVersion.category, "period": ItemVersion.period}
    found: dict[str, list[dict[str, Any]]] = {}
    for name, column in columns.items():
        others = {key: value for key, value in data.items() if key != name}
        query = _filtered(sa.select(column.label("value"), sa.func.count().label("count")), edition, others)
        rows = session.execute(query.group_by(column).order_by(sa.desc("count"), column))
        found[name] = [{"value": value, "count": number} for value, number in rows]
    names = editions.owner_names(session, [one["value"] for one in found["owner"]])
    found["owner"] = [{"count": one["count"], **names[one["value"]]} for one in found["owner"]]
    return found


def _filtered(query: Any, edition: Edition, data: Mapping[str, Any]) -> Any:
    query = query.where(ItemVersion.edition_id == edition.id)
    for word in (data.get("q") or "").casefold().split():
        query = query.where(ItemVersion.search.contains(word, autoescape=True))
    if data.get("owner"):
        key = data["owner"]
        query = query.where(
            sa.or_(
                ItemVersion.agency_id.in_(sa.select(Agency.id).where(sa.or_(Agency.name == key, Agency.id == key))),
                ItemVersion.owner_group_id.in_(
                    sa.select(OwnerGroup.id).where(sa.or_(OwnerGroup.name == key, OwnerGroup.id == key))
                ),
            )
        )
    for name in ("category", "period"):
        if data.get(name):
            query = query.where(getattr(ItemVersion, name) == data[name])
    return query


@transaction
def civic_item_create(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Add a row to a draft.

    List keepers may. Records ``item.added``.

    :param edition: id or number of the draft.
    :param title: a text per language.
    :param owner: name or id of an agency or an owner group.
    :param category: code of a category.
    :param period: code or name of an update period.
    :param number: its number; the next free one by default.
    :param composition: parts that the data must have: a list, or a text with semicolons; optional.
    :param way: ``workstation`` or ``integration``; optional.
    :param schedule: ``{"kind": "within" | "after", "days", "unit"}``; optional: the default of the period.
    :param first_due, note, theme, code: optional.
    :returns: the row as ``civic_item_search`` answers it.
    :raises ValidationError: where the edition is no draft, the number is taken, or the owner has that title already.
    """
    tk.check_access("civic_item_create", context, data_dict)
    data = flow.checked(data_dict, schema.item_create(), context)
    session = flow.session_of(context)
    edition = held_draft(session, data["edition"])
    code = add_row(session, edition, data, actor=flow.actor_of(context))
    flow.commit(context)
    return shown_by_code(session, edition.id, code)


@transaction
def civic_item_update(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Change a row of a draft. Its code stays.

    List keepers may. Records ``item.changed``.

    :param edition: id or number of the draft.
    :param code: code of the item.
    :returns: the row as ``civic_item_search`` answers it; other parameters as in :func:`civic_item_create`; what is
        left out stays.
    :raises ValidationError: as in :func:`civic_item_create`.
    """
    tk.check_access("civic_item_update", context, data_dict)
    data = flow.checked(data_dict, schema.item_update(), context)
    session = flow.session_of(context)
    edition = held_draft(session, data["edition"])
    change_row(session, edition, data["code"], data, actor=flow.actor_of(context))
    flow.commit(context)
    return shown_by_code(session, edition.id, data["code"])


@transaction
def civic_item_delete(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Take a row out of a draft. The item stays in the editions that have it.

    List keepers may. Records ``item.removed``.

    :param edition: id or number of the draft.
    :param code: code of the item.
    :returns: ``{"code"}``.
    :raises ValidationError: where the edition is no draft.
    :raises ObjectNotFound: where the draft has no such row.
    """
    tk.check_access("civic_item_delete", context, data_dict)
    data = flow.checked(data_dict, schema.item_delete(), context)
    session = flow.session_of(context)
    edition = held_draft(session, data["edition"])
    remove_row(session, edition, data["code"], actor=flow.actor_of(context))
    flow.commit(context)
    return {"code": data["code"]}


# --- one row of a draft, for these actions and for proposals that are taken ---------------------------------


def held_draft(session: Session, key: str) -> Edition:
    """A draft, held until the commit.

    :raises Refused: ``edition_closed`` where its rows may not change any more.
    """
    edition = editions.locked(session, editions.find(session, {"id": key}))
    check_open(edition.state)
    edition.revision += 1
    return edition


def add_row(session: Session, edition: Edition, data: Mapping[str, Any], *, actor: str) -> str:
    """Add a row; its code."""
    row = _with(session, Row(
        number=data.get("number") or _next_number(session, edition.id), title={}, owner=Owner("agency", ""),
        category="", period="",
    ), data)
    code = data.get("code") or codes.Codes(session, [row.owner]).next(row.owner)
    _check_free(session, edition.id, row, None)
    item = session.scalars(sa.select(Item).where(Item.code == code)).first() or Item(id=make_uuid(), code=code)
    there = sa.select(ItemVersion.number).where(ItemVersion.edition_id == edition.id, ItemVersion.item_id == item.id)
    number = session.scalar(there)
    check(number is None, "code_taken", "code", code=code, number=number)
    session.add(item)
    session.flush()
    session.add(ItemVersion(id=make_uuid(), edition_id=edition.id, item_id=item.id,
                            **editions.values_of(replace(row, code=code))))
    record(session, ItemAdded(item.id, code, edition.number), actor=actor)
    return code


def change_row(session: Session, edition: Edition, code: str, data: Mapping[str, Any], *, actor: str) -> None:
    """Change a row; nothing where nothing differs."""
    item, version = _row(session, edition.id, code)
    before = editions.row_of(version, code)
    after = _with(session, before, data)
    changed = tuple(f.name for f in fields(Row) if getattr(before, f.name) != getattr(after, f.name))
    if not changed:
        return
    _check_free(session, edition.id, after, version.id)
    for name, value in editions.values_of(after).items():
        setattr(version, name, value)
    record(session, ItemChanged(item.id, code, edition.number, fields=changed), actor=actor)


def remove_row(session: Session, edition: Edition, code: str, *, actor: str) -> None:
    """Take a row out."""
    item, version = _row(session, edition.id, code)
    session.delete(version)
    record(session, ItemRemoved(item.id, code, edition.number), actor=actor)


def shown_by_code(session: Session, edition_id: str, code: str) -> dict[str, Any]:
    """A row of an edition as answers show it."""
    row = editions.row_of(_row(session, edition_id, code)[1], code)
    return editions.shown_row(row, editions.owners(session, [row.owner]).get(row.owner))


def _row(session: Session, edition_id: str, code: str) -> tuple[Item, ItemVersion]:
    found = session.execute(
        sa.select(Item, ItemVersion).join(ItemVersion, ItemVersion.item_id == Item.id)
        .where(ItemVersion.edition_id == edition_id, Item.code == code)
    ).tuples().first()
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such item"))
    return found


def _with(session: Session, row: Row, data: Mapping[str, Any]) -> Row:
    """The row with what was given."""
    changes = {name: data[name] for name in ("number", "title", "category", "period") if data.get(name)}
    changes |= {name: data[name] for name in ("note", "theme", "first_due", "way") if name in data}
    if "composition" in data:
        changes["composition"] = tuple(data["composition"] or ())
    if data.get("owner"):
        changes["owner"] = owner_named(session, data["owner"])
    if "schedule" in data:
        changes["schedule"] = Schedule(**data["schedule"]) if data["schedule"] else None
    if "category" in changes:
        known = categories.known(session)
        check(changes["category"] in known, "category_unknown", "category", category=changes["category"])
    return replace(row, **changes)


def owner_named(session: Session, key: str) -> Owner:
    """An agency or an owner group by its name or id.

    :raises Refused: ``owner_unknown``.
    """
    group = session.scalar(sa.select(OwnerGroup.id).where(sa.or_(OwnerGroup.name == key, OwnerGroup.id == key)))
    if group:
        return Owner("group", group)
    agency = agencies.by_names(session, [key]).get(key)
    check(agency, "owner_unknown", "owner", owner=key)
    return Owner("agency", agency.id if agency else "")


def _next_number(session: Session, edition_id: str) -> int:
    greatest = sa.select(sa.func.max(ItemVersion.number)).where(ItemVersion.edition_id == edition_id)
    return (session.scalar(greatest) or 0) + 1


def _check_free(session: Session, edition_id: str, row: Row, version_id: str | None) -> None:
    values = editions.values_of(row)
    owner = sa.func.coalesce(ItemVersion.agency_id, ItemVersion.owner_group_id) == row.owner.id
    rivals = session.execute(
        sa.select(ItemVersion.number, ItemVersion.title_key, owner.label("same_owner")).where(
            ItemVersion.edition_id == edition_id, ItemVersion.id != (version_id or ""),
            sa.or_(ItemVersion.number == row.number, sa.and_(owner, ItemVersion.title_key == values["title_key"])),
        )
    ).all()
    for rival in rivals:
        check(rival.number != row.number, "number_taken", "number", number=row.number)
        same = rival.same_owner and rival.title_key == values["title_key"]
        check(not same, "title_taken", "title", number=rival.number)
