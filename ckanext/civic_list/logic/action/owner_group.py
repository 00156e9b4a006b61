"""Owner groups: named lists of agencies that a row of the list can be addressed to."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model.types import make_uuid
from ckan.types import Context
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.logic import flow
from ckanext.civic_core.record import record
from ckanext.civic_list import agencies, terms
from ckanext.civic_list.domain.errors import check
from ckanext.civic_list.domain.events_duties import OwnerGroupChanged
from ckanext.civic_list.logic.schema import duties as schema
from ckanext.civic_list.messages import transaction
from ckanext.civic_list.model import OwnerGroup, OwnerGroupMember


@transaction
def civic_owner_group_create(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Make an owner group.

    List keepers may. Records ``owner_group.changed``.

    :param name: what it is called in addresses and codes, such as ``mio``.
    :param title_translated: a text per language.
    :param spellings: how lists write it; optional.
    :param members: ``[{"agency", "since", "until"}]``: from which day, until which day (no longer on it); today and
        no end by default.
    :returns: the group as :func:`civic_owner_group_show` answers it.
    :raises ValidationError: where the name is taken or an agency is unknown.
    """
    tk.check_access("civic_owner_group_create", context, data_dict)
    data = flow.checked(data_dict, schema.owner_group_create(), context)
    session = flow.session_of(context)
    taken = session.scalar(sa.select(OwnerGroup.id).where(OwnerGroup.name == data["name"]))
    check(not taken, "owner_group_taken", "name", name=data["name"])
    group = OwnerGroup(
        id=make_uuid(), name=data["name"], title=data["title_translated"], spellings=data.get("spellings") or [],
    )
    session.add(group)
    session.flush()
    return _settled(context, session, group, data.get("members") or [])


@transaction
def civic_owner_group_update(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Change an owner group. An agency that joins owes its rows from that day; one that leaves no longer does.

    List keepers may. Records ``owner_group.changed``.

    :param id: id or name of the group.
    :param title_translated, spellings, members: as in :func:`civic_owner_group_create`; what is left out stays. An
        agency that is not among ``members`` any more leaves today.
    :returns: the group as :func:`civic_owner_group_show` answers it.
    """
    tk.check_access("civic_owner_group_update", context, data_dict)
    data = flow.checked(data_dict, schema.owner_group_update(), context)
    session = flow.session_of(context)
    group = _find(session, data["id"], lock=True)
    group.title = data.get("title_translated") or group.title
    if "spellings" in data:
        group.spellings = data["spellings"] or []
    return _settled(context, session, group, data.get("members"))


def _settled(context: Context, session: Session, group: OwnerGroup, members: Any) -> dict[str, Any]:
    if members is not None:
        _set_members(session, group.id, members)
        session.flush()
        terms.realign(session, clock.today(), clock.now())
    shown = _shown(session, [group])[0]
    names = tuple(member["agency"]["name"] for member in shown["members"])
    record(session, OwnerGroupChanged(group.id, group.name, members=names), actor=flow.actor_of(context))
    flow.commit(context)
    return shown


def _set_members(session: Session, group_id: str, members: Sequence[dict[str, Any]]) -> None:
    """Make these the members from today on; who was a member before and is not among them leaves today.

    What is over may be sent along, as a group shows it: it stays as it is.
    """
    today = clock.today()
    coming = [member for member in members if not member.get("until") or member["until"] > today]
    known = agencies.by_names(session, [member["agency"] for member in coming])
    for member in coming:
        check(member["agency"] in known, "agency_unknown", "members", agency=member["agency"])
        check(not member.get("until") or (member.get("since") or today) < member["until"], "member_days", "members")
    wanted = {known[member["agency"]].id: member for member in coming}
    check(len(wanted) == len(coming), "member_twice", "members")
    current = _current(session, group_id, today)
    for agency_id in current.keys() - wanted.keys():
        _leave(session, current[agency_id], today)
    for agency_id, member in wanted.items():
        _join(session, group_id, agency_id, member, current.get(agency_id))


def _current(session: Session, group_id: str, today: date) -> dict[str, OwnerGroupMember]:
    """The last membership of each agency that is not over, or ended today only."""
    rows = session.scalars(
        sa.select(OwnerGroupMember)
        .where(
            OwnerGroupMember.group_id == group_id,
            sa.or_(OwnerGroupMember.until.is_(None), OwnerGroupMember.until >= today),
        )
        .order_by(OwnerGroupMember.since)
    )
    return {row.agency_id: row for row in rows}


def _join(session: Session, group_id: str, agency_id: str, member: dict[str, Any], row: Any) -> None:
    since = member.get("since")
    if row is None:
        row = OwnerGroupMember(id=make_uuid(), group_id=group_id, agency_id=agency_id, since=since or clock.today())
        session.add(row)
    elif since:
        row.since = since
    row.until = member.get("until")


def _leave(session: Session, row: OwnerGroupMember, today: date) -> None:
    if row.since >= today:
        session.delete(row)
    elif row.until is None or row.until > today:
        row.until = today


def _find(session: Session, key: str, *, lock: bool = False) -> OwnerGroup:
    query = sa.select(OwnerGroup).where(sa.or_(OwnerGroup.id == key, OwnerGroup.name == key))
    found = session.scalars(query.with_for_update(nowait=True) if lock else query).first()
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such owner group"))
    return found


@tk.side_effect_free
@transaction
def civic_owner_group_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """One owner group with its members, past ones too. Anybody may.

    :param id: id or name of the group (``name`` is taken as well).
    :returns: ``{"id", "name", "title_translated", "spellings", "members": [{"agency", "since", "until"}]}``.
    """
    tk.check_access("civic_owner_group_show", context, data_dict)
    data = flow.checked(data_dict, schema.owner_group_show(), context)
    session = flow.session_of(context)
    return _shown(session, [_find(session, data.get("id") or data.get("name") or "")])[0]


@tk.side_effect_free
@transaction
def civic_owner_group_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Owner groups with their members. Anybody may.

    :param limit: 20 by default, at most 100.
    :param offset: 0 by default.
    :returns: ``{"count", "results": [group]}`` as :func:`civic_owner_group_show` answers each.
    """
    tk.check_access("civic_owner_group_list", context, data_dict)
    data = flow.checked(data_dict, schema.listing(), context)
    session = flow.session_of(context)
    count = session.scalar(sa.select(sa.func.count()).select_from(OwnerGroup))
    query = sa.select(OwnerGroup).order_by(OwnerGroup.name).limit(data["limit"]).offset(data["offset"])
    return {"count": count, "results": _shown(session, session.scalars(query).all())}


def _shown(session: Session, groups: Sequence[OwnerGroup]) -> list[dict[str, Any]]:
    rows = session.scalars(
        sa.select(OwnerGroupMember)
        .where(OwnerGroupMember.group_id.in_([group.id for group in groups]))
        .order_by(OwnerGroupMember.since)
    ).all()
    names = agencies.titles(session, {row.agency_id for row in rows})
    members: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: names[row.agency_id]["name"]):
        until = row.until.isoformat() if row.until else None
        members[row.group_id].append({"agency": names[row.agency_id], "since": row.since.isoformat(), "until": until})
    return [
        {"id": group.id, "name": group.name, "title_translated": group.title, "spellings": group.spellings,
         "members": members[group.id]}
        for group in groups
    ]
