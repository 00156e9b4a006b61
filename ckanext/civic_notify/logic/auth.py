"""Who may call the actions of civic_notify."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context

from ckanext.civic_core.roles import roles_of

__all__ = ["civic_delivery_list", "civic_delivery_resend", "civic_outbox_show"]


def civic_delivery_list(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Whoever has an account: his own; sysadmins: everybody's."""
    return {"success": roles_of(context).user_id is not None, "msg": tk._("Log in to see your messages.")}


def civic_delivery_resend(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Sysadmins only."""
    return {"success": False}


def civic_outbox_show(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Sysadmins only."""
    return {"success": False}
