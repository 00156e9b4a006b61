"""Who may call the actions of civic_subscriptions."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context

from ckanext.civic_core.roles import roles_of
from ckanext.civic_subscriptions import settings
from ckanext.civic_subscriptions.who import who

__all__ = [
    "civic_notification_preferences_show", "civic_notification_preferences_update", "civic_phone_confirm",
    "civic_push_subscribe", "civic_push_unsubscribe", "civic_subscription_confirm", "civic_subscription_create",
    "civic_subscription_delete", "civic_subscription_from_follows", "civic_subscription_list",
    "civic_subscription_manage_link", "civic_subscription_options", "civic_subscription_stop",
    "civic_subscription_update",
]


@tk.auth_allow_anonymous_access
def _everybody(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Everybody: what is answered is nobody's, or the token says whose."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def _owner(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Who is signed in, or has a signed link."""
    try:
        who(context, data_dict)
    except tk.NotAuthorized as refusal:
        return {"success": False, "msg": str(refusal)}
    return {"success": True}


def _signed_in(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Who is signed in."""
    return {"success": roles_of(context).user_id is not None, "msg": tk._("Sign in first.")}


@tk.auth_allow_anonymous_access
def civic_subscription_create(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Who is signed in; a visitor with an e-mail address, where the operator allows it."""
    by_address = bool((data_dict or {}).get("email"))
    allowed = settings.without_account() if by_address else roles_of(context).user_id is not None
    return {"success": allowed, "msg": tk._("Sign in to subscribe.")}


civic_subscription_options = civic_subscription_confirm = civic_subscription_stop = _everybody
civic_subscription_manage_link = _everybody
civic_subscription_list = civic_subscription_update = civic_subscription_delete = _owner
civic_notification_preferences_show = civic_notification_preferences_update = _owner
civic_push_subscribe = civic_push_unsubscribe = civic_phone_confirm = civic_subscription_from_follows = _signed_in
