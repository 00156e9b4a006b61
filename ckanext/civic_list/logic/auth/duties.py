"""Who may do what with agencies, owner groups, duties and links."""
from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import AuthResult, Context

from ckanext.civic_core.roles import roles_of
from ckanext.civic_list import duties
from ckanext.civic_list.logic.auth.editions import _everybody, _keepers, _own_or_keepers
from ckanext.civic_list.model import Duty, Link

NAMES = (
    "civic_agency_list", "civic_agency_succession_create", "civic_agency_succession_list",
    "civic_duty_autocomplete", "civic_duty_link", "civic_duty_link_decide", "civic_duty_link_list",
    "civic_duty_search", "civic_duty_show", "civic_duty_unlink", "civic_duty_update", "civic_owner_group_create",
    "civic_owner_group_list", "civic_owner_group_show", "civic_owner_group_update", "civic_period_list",
)

civic_duty_show = civic_duty_search = civic_owner_group_show = civic_owner_group_list = _everybody
civic_agency_list = civic_agency_succession_list = civic_period_list = _everybody
civic_owner_group_create = civic_owner_group_update = civic_agency_succession_create = _keepers
civic_duty_link_list = _own_or_keepers


def civic_duty_autocomplete(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Who publishes for an agency, and keepers."""
    roles = roles_of(context)
    publishes = roles.sysadmin or any(capacity in {"editor", "admin"} for _, capacity in roles.agencies)
    return {"success": publishes or roles.keeps_list(), "msg": tk._("You work for no agency.")}


def civic_duty_update(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The agency's admins, and keepers."""
    roles = roles_of(context)
    agency = _agency_of_duty(context, data_dict)
    allowed = roles.keeps_list() or (agency is not None and roles.directs(agency))
    return {"success": allowed, "msg": tk._("Only administrators of the agency may change this.")}


def civic_duty_link(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Who may publish for the dataset's agency, and keepers."""
    roles = roles_of(context)
    owner = _owner_of_dataset(context, data_dict)
    allowed = roles.keeps_list() or (owner is not None and roles.publishes_for(owner))
    return {"success": allowed, "msg": tk._("Only editors of the dataset's agency may link it.")}


def civic_duty_unlink(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """As for linking, and who may publish for the agency that owes."""
    if civic_duty_link(context, data_dict)["success"]:
        return {"success": True}
    agency = _agency_of_duty(context, {"id": data_dict.get("duty")})
    allowed = agency is not None and roles_of(context).publishes_for(agency)
    return {"success": allowed, "msg": tk._("Only editors of the dataset's agency may link it.")}


def civic_duty_link_decide(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The agency that owes decides on a dataset of another body; the keeper on all: only he disputes and settles it."""
    roles = roles_of(context)
    if roles.keeps_list():
        return {"success": True}
    agency = context["session"].scalar(
        sa.select(Duty.agency_id).join(Link, Link.duty_id == Duty.id)
        .where(Link.id == str(data_dict.get("id") or ""), Link.state != "disputed")
    )
    allowed = data_dict.get("decision") != "dispute" and agency is not None and roles.publishes_for(agency)
    return {"success": allowed, "msg": tk._("Only the agency that owes these data decides.")}


def _agency_of_duty(context: Context, data_dict: dict[str, Any]) -> str | None:
    try:
        return duties.need(context["session"], {name: str(data_dict.get(name) or "") for name in _NAMING}).agency_id
    except tk.ObjectNotFound:
        return None


_NAMING = ("id", "code", "agency")


def _owner_of_dataset(context: Context, data_dict: dict[str, Any]) -> str | None:
    key = str(data_dict.get("dataset") or "")
    package = model.Package
    return context["session"].scalar(
        sa.select(package.owner_org).where(sa.or_(package.id == key, package.name == key)).limit(1)
    )
