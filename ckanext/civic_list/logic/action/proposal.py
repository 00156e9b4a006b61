"""What agencies want the next edition to say, and what becomes of it."""
from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model.types import make_uuid
from ckan.types import Context
from sqlalchemy.orm import Session

from ckanext.civic_core import clock
from ckanext.civic_core.domain.events import Event, plain
from ckanext.civic_core.logic import flow
from ckanext.civic_core.record import record
from ckanext.civic_core.roles import roles_of
from ckanext.civic_list import agencies, duties, editions, indexing, linking, own_terms
from ckanext.civic_list.domain import events_editions as events
from ckanext.civic_list.domain.editions import DRAFT
from ckanext.civic_list.domain.errors import check
from ckanext.civic_list.domain.events_duties import DutyChanged
from ckanext.civic_list.logic.action import item as items
from ckanext.civic_list.logic.schema import editions as schema
from ckanext.civic_list.messages import transaction
from ckanext.civic_list.model import Agency, Duty, Edition, Item, ItemVersion, Proposal

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
        sa.select(Item).join(Duty, Duty.item_id == Item.id)
        .where(Item.code == data["code"], Duty.agency_id == agency.id)
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
    :returns: ``{"count", "results": [{"id", "agency", "kind", "code", "title", "fields", "reason", "state", "made_at",
        "decided_at", "decision_reason", "edition"}]}``.
    """
    tk.check_access("civic_item_proposal_list", context, data_dict)
    data = flow.checked(data_dict, schema.proposal_list(), context)
    session = flow.session_of(context)
    query, own = sa.select(Proposal), False
    if data.get("agency"):
        agency = agencies.need(session, data["agency"])
        query, own = query.where(Proposal.agency_id == agency.id), roles_of(context).publishes_for(agency.id)
    if not own and not roles_of(context).sysadmin:
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
    """Proposals as answers show them; four statements however many."""
    names = agencies.titles(session, {p.agency_id for p in proposals})
    item_ids = {p.item_id for p in proposals if p.item_id}
    codes = dict(session.execute(sa.select(Item.id, Item.code).where(Item.id.in_(item_ids))).tuples().all())
    ids = {p.edition_id for p in proposals if p.edition_id}
    numbers = dict(session.execute(sa.select(Edition.id, Edition.number).where(Edition.id.in_(ids))).tuples().all())
    titles = _titles(session, item_ids)
    return [
        {
            "id": p.id, "agency": names[p.agency_id], "kind": p.kind, "code": codes.get(p.item_id or ""),
            "title": titles.get(p.item_id or "") or p.fields.get("title") or {},
            "fields": p.fields, "reason": p.reason, "state": p.state, "made_at": p.made_at.isoformat(),
            "decided_at": p.decided_at.isoformat() if p.decided_at else None,
            "decision_reason": p.decision_reason, "edition": numbers.get(p.edition_id or ""),
        }
        for p in proposals
    ]


def _titles(session: Session, item_ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """What the last edition that is, or was, law calls each item."""
    latest = (
        sa.select(ItemVersion.item_id, ItemVersion.title)
        .join(Edition, Edition.id == ItemVersion.edition_id)
        .where(ItemVersion.item_id.in_(item_ids), Edition.approved_at.is_not(None))
        .distinct(ItemVersion.item_id)
        .order_by(ItemVersion.item_id, Edition.effective_from.desc().nulls_last())
    )
    return dict(session.execute(latest).tuples().all())


@transaction
def civic_item_proposal_decide(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Take a proposal into a draft edition, or decline it with a reason.

    List keepers may. Records ``proposal.accepted`` (and what changed in the draft) or ``proposal.declined``.

    A looser period holds for the agency's duty from its next period on and changes no draft.

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
    datasets: Collection[str] = ()
    if data["decision"] == "decline":
        check(data.get("reason"), "reason_missing", "reason")
        event: Event = events.ProposalDeclined(proposal.id, agency.name, proposal.kind)
    elif proposal.kind == "period":
        datasets = _loosen(session, proposal, actor=actor)
        event = events.ProposalAccepted(proposal.id, agency.name, proposal.kind)
    else:
        edition = items.held_draft(session, data.get("edition") or _only_draft(session))
        _apply(session, edition, proposal, agency, actor=actor)
        proposal.edition_id = edition.id
        event = events.ProposalAccepted(proposal.id, agency.name, proposal.kind, edition=edition.number)
    proposal.state = "declined" if data["decision"] == "decline" else "accepted"
    proposal.decided_by, proposal.decided_at = actor, clock.now()
    proposal.decision_reason = data.get("reason") or ""
    record(session, event, actor=actor)
    flow.commit(context)
    indexing.settle(context, datasets)
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
    else:
        items.change_row(session, edition, code, given, actor=actor)


def _loosen(session: Session, proposal: Proposal, *, actor: str) -> Collection[str]:
    """The agency's own terms hold from the next period on; the row of the list stays. The datasets that it concerns."""
    found = sa.select(Duty).where(Duty.item_id == proposal.item_id, Duty.agency_id == proposal.agency_id)
    duty = session.scalars(found.with_for_update(nowait=True)).one()
    row, _ = duties.row_on(session, duty, clock.today())
    changed = own_terms.apply(session, duty, row.version, _as_data(proposal.fields))
    record(session, DutyChanged(duty.id, row.code, row.agency.name, fields=changed), actor=actor)
    datasets = linking.of_duty(session, duty.id) if "period" in changed else []
    linking.write_back(session, datasets)
    return datasets


def _as_data(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Stored fields as an action's data: days are text in JSON."""
    data = dict(stored)
    if data.get("first_due"):
        data["first_due"] = date.fromisoformat(data["first_due"])
    return data
