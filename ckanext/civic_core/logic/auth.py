"""Who may call the actions of civic_core."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context

__all__ = ["civic_audit_verify", "civic_event_list"]


@tk.auth_allow_anonymous_access
def civic_event_list(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Everybody: the log is public, its private parts are left out of the answer."""
    return {"success": True}


def civic_audit_verify(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Sysadmins only."""
    return {"success": False}
