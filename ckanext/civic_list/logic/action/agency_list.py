"""Agencies' own lists: prepared by their editors, approved by their admins."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model.types import make_uuid
from ckan.types import Context

from ckanext.civic_core import clock
from ckanext.civic_core.logic import flow
from ckanext.civic_core.record import record, record_all
from ckanext.civic_list import agencies
from ckanext.civic_list.domain import events_editions as events
from ckanext.civic_list.domain.errors import check
from ckanext.civic_list.logic.schema import editions as schema
from ckanext.civic_list.messages import transaction
from ckanext.civic_list.model import AgencyList, Proposal


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
