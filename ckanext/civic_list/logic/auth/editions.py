"""Who may do what with editions, items and proposals."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context

from ckanext.civic_core.roles import roles_of
from ckanext.civic_list import agencies

NAMES = (
    "civic_agency_list_approve", "civic_agency_list_show", "civic_edition_approve", "civic_edition_create",
    "civic_edition_diff", "civic_edition_export", "civic_edition_impact", "civic_edition_import",
    "civic_edition_list", "civic_edition_return", "civic_edition_revoke", "civic_edition_set_effective",
    "civic_edition_show", "civic_edition_submit", "civic_edition_update", "civic_edition_withdraw",
    "civic_item_create", "civic_item_delete", "civic_item_proposal_create", "civic_item_proposal_decide",
    "civic_item_proposal_list", "civic_item_search", "civic_item_show", "civic_item_update",
)


@tk.auth_allow_anonymous_access
def _everybody(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    return {"success": True}


def _keepers(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    if roles_of(context).keeps_list():
        return {"success": True}
    return {"success": False, "msg": tk._("Only members of the authorised body keep the unified list.")}


def _approvers(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    if roles_of(context).approves_list():
        return {"success": True}
    return {"success": False, "msg": tk._("Only administrators of the authorised body approve editions.")}


def _publishers(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    if _works_for(context, data_dict, "publishes_for"):
        return {"success": True}
    return {"success": False, "msg": tk._("Only editors of the agency may propose for it.")}


def _directors(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    if _works_for(context, data_dict, "directs"):
        return {"success": True}
    return {"success": False, "msg": tk._("Only administrators of the agency approve its list.")}


def _works_for(context: Context, data_dict: dict[str, Any], how: str) -> bool:
    roles = roles_of(context)
    if roles.user_id is None or not data_dict.get("agency"):
        return False
    found = agencies.by_names(context["session"], [str(data_dict["agency"])])
    return any(getattr(roles, how)(agency.id) for agency in found.values())


def _own_or_keepers(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Proposals are the agency's and the keepers' own matter until they are in a draft."""
    allowed = roles_of(context).keeps_list() or _works_for(context, data_dict, "publishes_for")
    return {"success": allowed, "msg": tk._("You may not see this page.")}


civic_edition_show = civic_edition_list = civic_edition_diff = civic_edition_export = _everybody
civic_item_show = civic_item_search = civic_agency_list_show = _everybody
civic_edition_create = civic_edition_update = civic_edition_import = civic_edition_impact = _keepers
civic_edition_submit = civic_edition_return = civic_edition_withdraw = _keepers
civic_edition_approve = civic_edition_set_effective = civic_edition_revoke = _approvers
civic_item_create = civic_item_update = civic_item_delete = civic_item_proposal_decide = _keepers
civic_item_proposal_create = _publishers
civic_item_proposal_list = _own_or_keepers
civic_agency_list_approve = _directors
