"""Who may confirm, excuse, suspend, and check a file."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import AuthResult, Context

from ckanext.civic_core.roles import roles_of
from ckanext.civic_list import duties
from ckanext.civic_list.logic.auth.editions import _everybody, _keepers
from ckanext.civic_list.model import Duty, Obligation

NAMES = (
    "civic_duty_confirm_current", "civic_duty_suspend", "civic_duty_template", "civic_obligation_excuse",
    "civic_release_check", "civic_relief_decide", "civic_relief_end", "civic_relief_list",
)

civic_relief_list = _everybody
civic_relief_decide = civic_relief_end = _keepers


def civic_duty_confirm_current(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors and admins of the agency that owes."""
    agency = _agency(context, data_dict.get("duty"))
    allowed = agency is not None and roles_of(context).publishes_for(agency)
    return {"success": allowed, "msg": tk._("Only editors of the agency may confirm that its data are current.")}


def civic_duty_suspend(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The agency's admins, and keepers."""
    return _asking(context, _agency(context, data_dict.get("duty")))


def civic_obligation_excuse(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The agency's admins, and keepers."""
    id_ = str(data_dict.get("id") or "")
    if not id_:
        return _asking(context, _agency(context, data_dict.get("duty")))
    query = sa.select(Duty.agency_id).join(Obligation, Obligation.duty_id == Duty.id)
    known = id_.isascii() and id_.isdigit() and len(id_) <= _DIGITS
    return _asking(context, context["session"].scalar(query.where(Obligation.id == int(id_))) if known else None)


def civic_release_check(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors of the agency, and keepers."""
    agency = _agency(context, data_dict.get("duty"))
    roles = roles_of(context)
    allowed = roles.keeps_list() or (agency is not None and roles.publishes_for(agency))
    return {"success": allowed, "msg": tk._("Only editors of the agency may check files for it.")}


civic_duty_template = civic_release_check

#: an id has no more
_DIGITS = 18


def _asking(context: Context, agency: str | None) -> AuthResult:
    roles = roles_of(context)
    allowed = roles.keeps_list() or (agency is not None and roles.directs(agency))
    return {"success": allowed, "msg": tk._("Only administrators of the agency and list keepers may propose this.")}


def _agency(context: Context, key: Any) -> str | None:
    try:
        return duties.need(context["session"], {"id": str(key or "")}).agency_id
    except tk.ObjectNotFound:
        return None
