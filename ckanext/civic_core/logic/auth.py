"""Who may call the actions of civic_core."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context

from ckanext.civic_core.roles import roles_of

__all__ = [
    "civic_audit_verify",
    "civic_deadline_explain",
    "civic_event_list",
    "civic_working_day_list",
    "civic_working_day_set",
]


@tk.auth_allow_anonymous_access
def civic_event_list(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Everybody: the log is public, its private parts are left out of the answer."""
    return {"success": True}


def civic_audit_verify(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Sysadmins only."""
    return {"success": False}


@tk.auth_allow_anonymous_access
def civic_working_day_list(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Everybody."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def civic_deadline_explain(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Everybody: a deadline must be understood by who waits for it."""
    return {"success": True}


def civic_working_day_set(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """List keepers."""
    if roles_of(context).keeps_list():
        return {"success": True}
    return {"success": False, "msg": tk._("Only the keepers of the unified list may move days")}
