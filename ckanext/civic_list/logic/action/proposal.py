"""Agencies' own lists: what they want the next edition to say, and what becomes of it."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model.types import make_uuid
from ckan.types import Context
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.domain.events import plain
from ckanext.civic_core.logic import flow
from ckanext.civic_core.record import record, record_all
from ckanext.civic_core.roles import roles_of
from ckanext.civic_list import agencies, editions
from ckanext.civic_list.domain import events_editions as events
from ckanext.civic_list.domain.editions import DRAFT
from ckanext.civic_list.domain.errors import check
from ckanext.civic_list.logic.action import item as items
from ckanext.civic_list.logic.schema import editions as schema
from ckanext.civic_list.messages import transaction
from ckanext.civic_list.model import Agency, AgencyList, Duty, Edition, Item, Proposal

_FIELDS = (
    "number", "title", "category", "period", "composition", "way", "note", "theme", "schedule", "first_due",
)


@transaction
def civic_item_proposal_create(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Put a change into an agency's own list: a new row, other words for a row, or no row any more.

    Editors of the agency may. It reaches the keepers when the agency's admin approves the list. Records
    ``proposal.prepared``.

    :param agency: name or id of the agency.
    :param kind: ``add``, ``change``, ``remove``, or ``period`` (a looser period or schedule for its own duty).
    :param code: code of the item; for all but ``add``.
    :param reason: why; needed for ``remove`` and ``period``.
    :param title, category, period, composition, way, note, theme, schedule, first_due: of the row, as in
        ``civic_item_create``.
    :returns: the proposal as :func:`civic_item_proposal_list` answers it.
    :raises ValidationError: where something needed is missing.
    """
    tk.check_access("civic_item_proposal_create", context, data_dict)
    data = flow.checked(data_dict, schema.proposal_create(), context)
    session = flow.session_of(context)
    agency = agencies.need(session, data["agency"])
    item = _item_for(session, agency, data)
    given = {name: plain(data[name]) for name in _FIELDS if data.get(name) not in (None, "", {}, [])}
    check(data["kind"] != "add" or {"title", "category", "period"} <= given.keys(), "proposal_needs_fields", "title")
    check(data["kind"] not in {"remove", "period"} or data.get("reason"), "reason_missing", "reason")
    proposal = Proposal(
        id=make_uuid(), agency_id=agency.id, item_id=item.id if item else None, kind=data["kind"], fields=given,
        reason=data.get("reason") or "", state="prepared", made_by=flow.actor_of(context), made_at=clock.now(),
    )
    session.add(proposal)
    record(session, events.ProposalPrepared(proposal.id, agency.name, proposal.kind), actor=flow.actor_of(context))
    flow.commit(context)
    return _shown(session, [proposal])[0]


def _item_for(session: Session, agency: Agency, data: Mapping[str, Any]) -> Item | None:
    if data["kind"] == "add":
        return None
    check(data.get("code"), "proposal_needs_code", "code")
    item = session.scalars(
        sa.select(Item).join(Duty, Duty.item_id == Item.id).where(Item.code == data["code"], Duty.agency_id == agency.id)
    ).first()
    check(item, "duty_not_owed", "code", agency=agency.name, code=data["code"])
    return item


@tk.side_effect_free
@transaction
def civic_item_proposal_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Proposals, the newest first.

    List keepers see those that were handed over, editors of an agency all of their own.

    :param agency: name or id of the agency; needed for who is no keeper.
    :param state: ``prepared``, ``proposed``, ``accepted`` or ``declined``; optional.
    :param edition: id or number of the edition that took them; optional.
    :param kind: ``add``, ``change``, ``remove`` or ``period``; optional.
    :param limit: 20 by default, at most 100.
    :param offset: 0 by default.
    :returns: ``{"count", "results": [{"id", "agency", "kind", "code", "fields", "reason", "state", "made_at",
        "decided_at", "decision_reason", "edition"}]}``.
    """
    tk.check_access("civic_item_proposal_list", context, data_dict)
    data = flow.checked(data_dict, schema.proposal_list(), context)
    session = flow.session_of(context)
    query = sa.select(Proposal)
    if data.get("agency"):
        query = query.where(Proposal.agency_id == agencies.need(session, data["agency"]).id)
    elif not roles_of(context).sysadmin:
        query = query.where(Proposal.state != "prepared")
    for name in ("state", "kind"):
        if data.get(name):
            query = query.where(getattr(Proposal, name) == data[name])
    if data.get("edition"):
        query = query.where(Proposal.edition_id == editions.find(session, {"id": data["edition"]}).id)
    count = session.scalar(sa.select(sa.func.count()).select_from(query.subquery()))
    order = query.order_by(Proposal.made_at.desc(), Proposal.id)
    found = session.scalars(order.limit(data["limit"]).offset(data["offset"])).all()
    return {"count": count, "results": _shown(session, found)}


def _shown(session: Session, proposals: Any) -> list[dict[str, Any]]:
    """Proposals as answers show them; three statements however many."""
    names = agencies.titles(session, {p.agency_id for p in proposals})
    item_ids = {p.item_id for p in proposals if p.item_id}
    codes = dict(session.execute(sa.select(Item.id, Item.code).where(Item.id.in_(item_ids))).tuples().all())
    ids = {p.edition_id for p in proposals if p.edition_id}
    numbers = dict(session.execute(sa.select(Edition.id, Edition.number).where(Edition.id.in_(ids))).tuples().all())
    return [
        {
            "id": p.id, "agency": names[p.agency_id], "kind": p.kind, "code": codes.get(p.item_id or ""),
            "fields": p.fields, "reason": p.reason, "state": p.state, "made_at": p.made_at.isoformat(),
            "decided_at": p.decided_at.isoformat() if p.decided_at else None,
            "decision_reason": p.decision_reason, "edition": numbers.get(p.edition_id or ""),
        }
        for p in proposals
    ]


@transaction
def civic_item_proposal_decide(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Take a proposal into a draft edition, or decline it with a reason.

    List keepers may. Records ``proposal.accepted`` (and what changed in the draft) or ``proposal.declined``.

    :param id: id of the proposal.
    :param decision: ``accept`` or ``decline``.
    :param edition: id or number of the draft that takes it; may be left out where there is only one draft.
    :param reason: why; needed to decline.
    :returns: the proposal as :func:`civic_item_proposal_list` answers it.
    :raises ValidationError: where it is decided already, or the draft cannot take it.
    """
    tk.check_access("civic_item_proposal_decide", context, data_dict)
    data = flow.checked(data_dict, schema.proposal_decide(), context)
    session, actor = flow.session_of(context), flow.actor_of(context)
    proposal = _locked(session, data["id"])
    check(proposal.state != "prepared", "proposal_prepared", "id")
    check(proposal.state == "proposed", "proposal_decided", "id")
    agency = agencies.need(session, proposal.agency_id)
    if data["decision"] == "accept":
        edition = items.held_draft(session, data.get("edition") or _only_draft(session))
        _apply(session, edition, proposal, agency, actor=actor)
        proposal.state, proposal.edition_id = "accepted", edition.id
        event: Any = events.ProposalAccepted(proposal.id, agency.name, proposal.kind, edition=edition.number)
    else:
        check(data.get("reason"), "reason_missing", "reason")
        proposal.state = "declined"
        event = events.ProposalDeclined(proposal.id, agency.name, proposal.kind)
    proposal.decided_by, proposal.decided_at = actor, clock.now()
    proposal.decision_reason = data.get("reason") or ""
    record(session, event, actor=actor)
    flow.commit(context)
    return _shown(session, [proposal])[0]


def _locked(session: Session, id_: str) -> Proposal:
    found = session.scalars(sa.select(Proposal).where(Proposal.id == id_).with_for_update(nowait=True)).first()
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such proposal"))
    return found


def _only_draft(session: Session) -> str:
    drafts = session.scalars(sa.select(Edition.id).where(Edition.state == DRAFT).limit(2)).all()
    check(drafts, "no_draft", "edition")
    check(len(drafts) == 1, "several_drafts", "edition")
    return drafts[0]


def _apply(session: Session, edition: Edition, proposal: Proposal, agency: Agency, *, actor: str) -> None:
    given = _as_data(proposal.fields)
    if proposal.kind == "add":
        items.add_row(session, edition, {**given, "owner": agency.name, "number": None}, actor=actor)
        return
    code = session.scalar(sa.select(Item.code).where(Item.id == proposal.item_id)) or ""
    if proposal.kind == "remove":
        items.remove_row(session, edition, code, actor=actor)
    elif proposal.kind == "change":
        items.change_row(session, edition, code, given, actor=actor)
    else:
        _loosen(session, proposal, agency, given)


def _loosen(session: Session, proposal: Proposal, agency: Agency, given: Mapping[str, Any]) -> None:
    """The agency's own terms of a duty: they change at once, the row of the list does not."""
    duty = session.scalars(
        sa.select(Duty).where(Duty.item_id == proposal.item_id, Duty.agency_id == agency.id)
    ).one()
    duty.period = given.get("period") or duty.period
    if given.get("schedule"):
        schedule = given["schedule"]
        duty.schedule_kind, duty.schedule_days = schedule["kind"], schedule.get("days")
        duty.schedule_unit = schedule.get("unit") or "calendar_day"


def _as_data(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Stored fields as an action's data: days are text in JSON."""
    data = dict(stored)
    if data.get("first_due"):
        data["first_due"] = date.fromisoformat(data["first_due"])
    return data


@tk.side_effect_free
@transaction
def civic_agency_list_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """An agency's own list: when its admin last approved it, under which act, and what became of its changes.

    Anybody may.

    :param agency: name or id of the agency.
    :returns: ``{"agency", "approved_on", "act", "proposals": {state: count}}``; ``approved_on`` is null where the
        agency has approved no list yet.
    :raises ObjectNotFound: where there is no such agency.
    """
    tk.check_access("civic_agency_list_show", context, data_dict)
    data = flow.checked(data_dict, schema.agency_list_show(), context)
    session = flow.session_of(context)
    agency = agencies.need(session, data["agency"])
    last = session.scalars(
        sa.select(AgencyList).where(AgencyList.agency_id == agency.id).order_by(AgencyList.approved_at.desc()).limit(1)
    ).first()
    counts = session.execute(
        sa.select(Proposal.state, sa.func.count())
        .where(Proposal.agency_id == agency.id, Proposal.state != "prepared").group_by(Proposal.state)
    )
    return {
        "agency": agencies.shown(agency), "approved_on": last.approved_on.isoformat() if last else None,
        "act": last.act if last else "", "proposals": dict(counts.tuples().all()),
    }


@transaction
def civic_agency_list_approve(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Approve an agency's own list: the changes in it go to the keepers as proposals for the draft edition.

    Administrators of the agency may. Records ``agency.list_approved`` and ``proposal.proposed`` for each change.

    :param agency: name or id of the agency.
    :param act: the agency's act; optional.
    :returns: the list as :func:`civic_agency_list_show` answers it.
    :raises ValidationError: where nothing waits for approval.
    """
    tk.check_access("civic_agency_list_approve", context, data_dict)
    data = flow.checked(data_dict, schema.agency_list_approve(), context)
    session, actor = flow.session_of(context), flow.actor_of(context)
    agency = agencies.need(session, data["agency"])
    waiting = session.scalars(
        sa.select(Proposal).where(Proposal.agency_id == agency.id, Proposal.state == "prepared").with_for_update()
    ).all()
    check(waiting, "nothing_to_approve", "agency")
    own = AgencyList(
        id=make_uuid(), agency_id=agency.id, act=data.get("act") or "", approved_on=clock.today(), approved_by=actor,
        approved_at=clock.now(),
    )
    session.add(own)
    session.flush()
    for proposal in waiting:
        proposal.state, proposal.agency_list_id = "proposed", own.id
    record(session, events.AgencyListApproved(agency.id, own.id, proposals=len(waiting)), actor=actor)
    told = [events.ProposalProposed(proposal.id, agency.name, proposal.kind) for proposal in waiting]
    record_all(session, told, actor=actor)
    flow.commit(context)
    return civic_agency_list_show(context, {"agency": agency.id})
