"""Who may call what: every action of the outbox with every role."""
from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
from civic_list.portal import act

from ckanext.civic_notify.logic import action

pytestmark = pytest.mark.usefixtures("desk")

ROLES = {
    "visitor": "", "user": "citizen", "other agency's editor": "health_editor", "editor": "akmola_editor",
    "agency admin": "akmola_admin", "keeper": "keeper", "approver": "approver", "sysadmin": "operator",
}
ACCOUNTS = frozenset(ROLES) - {"visitor"}
SYSADMIN = frozenset({"sysadmin"})

#: action -> (who may, about what)
RIGHTS: dict[str, tuple[frozenset[str], dict[str, Any]]] = {
    "civic_delivery_list": (ACCOUNTS, {}),
    "civic_delivery_resend": (SYSADMIN, {"id": 1}),
    "civic_outbox_show": (SYSADMIN, {}),
}


def test_every_action_stands_in_the_table():
    assert {name for name in action.__all__ if name.startswith("civic_")} == set(RIGHTS)


@pytest.mark.parametrize("name", sorted(RIGHTS))
def test_who_may(name):
    allowed, data = RIGHTS[name]
    assert {role for role, account in ROLES.items() if _passes(name, account, data)} == allowed


def _passes(name: str, account: str, data: dict[str, Any]) -> bool:
    context: Any = {"user": account, "model": model, "session": model.Session}
    try:
        return bool(tk.check_access(name, context, dict(data)))
    except tk.NotAuthorized:
        return False


@pytest.mark.parametrize("name", sorted(RIGHTS))
def test_who_may_not_is_refused_before_anything_is_looked_at(name):
    """Junk is not told from what is well formed, and what exists not from what does not."""
    account = "" if "user" in RIGHTS[name][0] else "citizen"
    with pytest.raises(tk.NotAuthorized):
        act(account, name, id="junk", limit="junk", state="junk")
