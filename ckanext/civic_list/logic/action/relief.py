"""Excuses and suspensions: what an agency asks for, and what a second person agrees to."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context
from sqlalchemy.orm import Session

from ckanext.civic_core.logic import flow
from ckanext.civic_core.roles import roles_of
from ckanext.civic_list import indexing
from ckanext.civic_list.delivery import acting, relief_shown, relieving, settling
from ckanext.civic_list.domain.errors import check
from ckanext.civic_list.logic.schema import acts as schema
from ckanext.civic_list.messages import transaction
from ckanext.civic_list.model import Obligation, Relief


@transaction
def civic_duty_suspend(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Propose that a duty rests for a time: what falls due then is not held against the agency.

    List keepers and the agency's admins may. It holds when a second person of the keepers confirms it
    (:func:`civic_relief_decide`), and not for days before that. Records ``relief.proposed``.

    :param duty: ``CODE@agency`` or id of the duty.
    :param since: first day; today or later.
    :param until: first day on which the duty is owed again; at most ``ckanext.civic_list.suspension.max_months`` later.
    :param ground: code of a ground (vocabulary ``grounds``); public.
    :param reason: in words, for the keepers; never public.
    :returns: the suspension as :func:`civic_relief_list` answers it.
    :raises ValidationError: where the days do not stand or the duty is suspended on one of them.
    """
    tk.check_access("civic_duty_suspend", context, data_dict)
    data = flow.checked(data_dict, schema.suspend(), context)
    session = flow.session_of(context)
    row = acting.held(session, data.pop("duty"))
    given = {name: data[name] for name in ("since", "until", "ground", "reason")}
    relief = relieving.propose_suspension(session, row, **given, actor=flow.actor_of(context))
    return _committed(context, session, relief)


@transaction
def civic_obligation_excuse(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Propose that one obligation that is open, or was missed, is not held against the agency.

    List keepers and the agency's admins may. It holds when a second person of the keepers confirms it
    (:func:`civic_relief_decide`). Records ``relief.proposed``.

    :param id: id of the obligation; or
    :param duty: ``CODE@agency`` or id of the duty, with
    :param key: key of the period.
    :param ground: code of a ground (vocabulary ``grounds``); public.
    :param reason: in words, for the keepers; never public.
    :returns: the excuse as :func:`civic_relief_list` answers it.
    :raises ValidationError: where it is ahead or settled, or an excuse was proposed already.
    """
    tk.check_access("civic_obligation_excuse", context, data_dict)
    data = flow.checked(data_dict, schema.excuse(), context)
    session = flow.session_of(context)
    check(data.get("id") or (data.get("duty") and data.get("key")), "obligation_unnamed", "id")
    row = acting.held(session, acting.the_obligation(session, data).duty_id, standing=False)
    relief = relieving.propose_excuse(
        session, row, acting.the_obligation(session, data), ground=data["ground"], reason=data["reason"],
        actor=flow.actor_of(context),
    )
    return _committed(context, session, relief)


@transaction
def civic_relief_decide(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Confirm or decline a proposed excuse or suspension.

    List keepers may; who proposed it does not confirm it (``ckanext.civic_list.relief.two_person_rule``; for duties of
    the authorised body always, sysadmins included). Records ``duty.suspended``, ``obligation.excused`` or
    ``relief.declined``, and what follows for the state of the duty.

    :param id: id of the excuse or suspension.
    :param decision: ``confirm`` or ``decline``.
    :param reason: why; needed to decline.
    :returns: it as :func:`civic_relief_list` answers it.
    :raises ValidationError: where it is decided already, or no longer stands.
    """
    tk.check_access("civic_relief_decide", context, data_dict)
    data = flow.checked(data_dict, schema.relief_decide(), context)
    session, actor = flow.session_of(context), flow.actor_of(context)
    row = acting.held(session, relieving.duty_of(session, data["id"]), standing=False)
    relief, reason = relieving.locked(session, data["id"]), data.get("reason") or ""
    if data["decision"] == "decline":
        relieving.decline(session, row, relief, reason, actor)
        return _committed(context, session, relief)
    relieving.confirm(session, row, relief, _obligation_of(session, relief), reason, actor)
    return _settled(context, session, relief)


def _obligation_of(session: Session, relief: Relief) -> Obligation | None:
    if relief.kind != "excuse":
        return None
    found = session.query(Obligation).filter_by(
        duty_id=relief.duty_id, key=relief.obligation_key, terms_since=relief.obligation_since
    )
    return found.populate_existing().one_or_none()


@transaction
def civic_relief_end(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """End a suspension before its day: what is due from today on is owed again.

    List keepers may. Records ``duty.resumed``, and what follows for the state of the duty.

    :param id: id of the suspension.
    :returns: it as :func:`civic_relief_list` answers it.
    :raises ValidationError: where it is not confirmed, or over.
    """
    tk.check_access("civic_relief_end", context, data_dict)
    data = flow.checked(data_dict, schema.relief_end(), context)
    session = flow.session_of(context)
    row = acting.held(session, relieving.duty_of(session, data["id"]), standing=False)
    relief = relieving.locked(session, data["id"])
    relieving.end(session, row, relief, flow.actor_of(context))
    return _settled(context, session, relief)


@tk.side_effect_free
@transaction
def civic_relief_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Excuses and suspensions, the newest first.

    Anybody may see those that were confirmed: their ground and days. List keepers see all, editors of an agency all of
    their own, with the reasons. Two statements.

    :param state: ``proposed``, ``confirmed``, ``declined`` or ``ended``; optional.
    :param kind: ``excuse`` or ``suspension``; optional.
    :param agency: name or id of the agency that owes; optional.
    :param duty: ``CODE@agency`` or id of a duty; optional.
    :param ground: code of a ground; optional.
    :param from: those that hold on this day or later; optional.
    :param until: those that hold on this day or earlier; optional.
    :param limit: 20 by default, at most 100.
    :param offset: 0 by default.
    :returns: ``{"count", "results": [{"id", "kind", "state", "ground", "since", "until", "duty": {"id", "code",
        "title", "agency"}, "obligation": {...} or null}]}``, for staff also ``{"reason", "decision_reason", "mine",
        "made_at", "decided_at", "may_confirm", "may_decline", "may_end"}``. A suspension holds to the day before
        ``until``; an excuse from ``since`` on.
    """
    tk.check_access("civic_relief_list", context, data_dict)
    data = flow.checked(data_dict, schema.relief_list(), context)
    return relief_shown.page(flow.session_of(context), roles_of(context), data)


def _committed(context: Context, session: Session, relief: Relief) -> dict[str, Any]:
    flow.commit(context)
    return relief_shown.one(session, roles_of(context), relief.id)


def _settled(context: Context, session: Session, relief: Relief) -> dict[str, Any]:
    """Work out what follows, commit, and only then tell the index."""
    changed = settling.settle(session, [relief.duty_id], actor=flow.actor_of(context))
    flow.commit(context)
    indexing.settle(context, changed)
    return relief_shown.one(session, roles_of(context), relief.id)
