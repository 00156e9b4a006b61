"""Who may call what: every action of subscriptions with every role, and by a signed link."""
from __future__ import annotations

import importlib
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
from civic_list.portal import AKMOLA, act
from civic_subscriptions.posting import user_id

from ckanext.civic_subscriptions.who import manage_token

#: the roles of the portal, by the account that has each
ROLES = {
    "visitor": "", "user": "citizen", "other agency's editor": "health_editor", "editor": "akmola_editor",
    "agency admin": "akmola_admin", "keeper": "keeper", "approver": "approver", "sysadmin": "operator",
}
EVERYBODY = frozenset(ROLES)
SIGNED_IN = EVERYBODY - {"visitor"}
THING = {"target_type": "agency", "target_id": AKMOLA}

#: action -> (who may, about what, whether a signed link stands for a login)
RIGHTS: dict[str, tuple[frozenset[str], dict[str, Any], bool]] = {
    "civic_subscription_options": (EVERYBODY, {}, True),
    "civic_subscription_create": (SIGNED_IN, THING, False),
    "civic_subscription_update": (SIGNED_IN, THING, True),
    "civic_subscription_delete": (SIGNED_IN, THING, True),
    "civic_subscription_list": (SIGNED_IN, {}, True),
    "civic_subscription_confirm": (EVERYBODY, {}, True),
    "civic_subscription_stop": (EVERYBODY, {}, True),
    "civic_subscription_manage_link": (EVERYBODY, {}, True),
    "civic_subscription_from_follows": (SIGNED_IN, {}, False),
    "civic_notification_preferences_show": (SIGNED_IN, {}, True),
    "civic_notification_preferences_update": (SIGNED_IN, {}, True),
    "civic_push_subscribe": (SIGNED_IN, {}, False),
    "civic_push_unsubscribe": (SIGNED_IN, {}, False),
    "civic_phone_confirm": (SIGNED_IN, {}, False),
}


def test_every_action_stands_in_the_table():
    assert set(importlib.import_module("ckanext.civic_subscriptions.logic.action").__all__) == set(RIGHTS)


@pytest.mark.parametrize("action", sorted(RIGHTS))
def test_who_may(action):
    allowed, data, by_link = RIGHTS[action]
    assert {role for role, account in ROLES.items() if _passes(action, account, data)} == allowed
    token = manage_token(user_id("citizen"))
    assert _passes(action, "", {**data, "token": token}) is by_link


def _passes(action: str, account: str, data: dict[str, Any]) -> bool:
    context: Any = {"user": account, "model": model, "session": model.Session}
    try:
        return bool(tk.check_access(action, context, dict(data)))
    except tk.NotAuthorized:
        return False


def test_a_visitor_with_an_address_only_where_the_operator_wants_it(monkeypatch):
    data = {**THING, "email": "reader@mail.example"}
    assert not _passes("civic_subscription_create", "", data)
    monkeypatch.setitem(tk.config, "ckanext.civic_subscriptions.without_account", True)
    assert _passes("civic_subscription_create", "", data)


@pytest.mark.parametrize("action", sorted(name for name, (allowed, _, _) in RIGHTS.items() if "visitor" not in allowed))
def test_who_may_not_is_refused_before_anything_is_looked_at(action):
    with pytest.raises(tk.NotAuthorized):
        act("", action, id="nothing", limit="many", tempo="never", channels=1, number="x", keys="x", paused="maybe")


@pytest.mark.parametrize("action", sorted(RIGHTS))
def test_what_is_read_is_read_by_get_and_the_rest_is_not(action):
    read = {"civic_subscription_options", "civic_subscription_list", "civic_notification_preferences_show"}
    assert bool(getattr(tk.get_action(action), "side_effect_free", False)) is (action in read)
