"""Who may call what: every action of the bundle with every role."""
from __future__ import annotations

import importlib
from typing import Any
from uuid import uuid4

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
from civic_list.portal import AKMOLA, act

pytestmark = pytest.mark.usefixtures("desk")

#: the roles of the portal, by the account that has each; ``akmola`` is the agency that everything is about
ROLES = {
    "visitor": "", "user": "citizen", "other agency's editor": "health_editor", "editor": "akmola_editor",
    "agency admin": "akmola_admin", "keeper": "keeper", "approver": "approver", "sysadmin": "operator",
}
EVERYBODY = frozenset(ROLES)
SYSADMIN = frozenset({"sysadmin"})
KEEPERS = frozenset({"keeper", "approver", "sysadmin"})
APPROVERS = frozenset({"approver", "sysadmin"})
EDITORS = frozenset({"editor", "agency admin", "sysadmin"})
ADMINS = frozenset({"agency admin", "sysadmin"})
PUBLISHERS = EDITORS | KEEPERS | {"other agency's editor"}

#: action -> (who may, about what)
RIGHTS: dict[str, tuple[frozenset[str], dict[str, Any]]] = {
    "civic_audit_verify": (SYSADMIN, {}),
    "civic_event_list": (EVERYBODY, {}),
    "civic_deadline_explain": (EVERYBODY, {"start": "2026-01-01", "working_days": 5}),
    "civic_working_day_list": (EVERYBODY, {}),
    "civic_working_day_set": (KEEPERS, {"day": "2026-03-05", "kind": "holiday"}),
    "civic_period_list": (EVERYBODY, {}),
    "civic_edition_show": (EVERYBODY, {"id": "2025"}),
    "civic_edition_list": (EVERYBODY, {}),
    "civic_edition_diff": (EVERYBODY, {"from": "2025", "to": "2026"}),
    "civic_edition_export": (EVERYBODY, {"id": "2025"}),
    "civic_edition_create": (KEEPERS, {"number": "2030"}),
    "civic_edition_update": (KEEPERS, {"id": "2025"}),
    "civic_edition_import": (KEEPERS, {"id": "2025"}),
    "civic_edition_impact": (KEEPERS, {"id": "2025"}),
    "civic_edition_submit": (KEEPERS, {"id": "2025"}),
    "civic_edition_return": (KEEPERS, {"id": "2025", "reason": "x"}),
    "civic_edition_withdraw": (KEEPERS, {"id": "2025", "reason": "x"}),
    "civic_edition_approve": (APPROVERS, {"id": "2025"}),
    "civic_edition_set_effective": (APPROVERS, {"id": "2025", "effective_from": "2027-01-01"}),
    "civic_edition_revoke": (APPROVERS, {"id": "2025", "act": "1", "day": "2027-01-01"}),
    "civic_item_show": (EVERYBODY, {"code": "X"}),
    "civic_item_search": (EVERYBODY, {}),
    "civic_item_create": (KEEPERS, {"edition": "2025"}),
    "civic_item_update": (KEEPERS, {"edition": "2025", "code": "X"}),
    "civic_item_delete": (KEEPERS, {"edition": "2025", "code": "X"}),
    "civic_item_proposal_create": (EDITORS, {"agency": AKMOLA, "kind": "add"}),
    "civic_item_proposal_list": (EDITORS | KEEPERS, {"agency": AKMOLA}),
    "civic_item_proposal_decide": (KEEPERS, {"id": "x", "decision": "accept"}),
    "civic_agency_list": (EVERYBODY, {}),
    "civic_compliance_show": (EVERYBODY, {}),
    "civic_obligation_list": (EVERYBODY, {}),
    "civic_evidence_list": (EVERYBODY, {}),
    "civic_release_list": (EVERYBODY, {}),
    "civic_agency_list_show": (EVERYBODY, {"agency": AKMOLA}),
    "civic_agency_list_approve": (ADMINS, {"agency": AKMOLA}),
    "civic_owner_group_create": (KEEPERS, {"name": "x"}),
    "civic_owner_group_update": (KEEPERS, {"id": "mio"}),
    "civic_owner_group_show": (EVERYBODY, {"id": "mio"}),
    "civic_owner_group_list": (EVERYBODY, {}),
    "civic_agency_succession_create": (KEEPERS, {"from": AKMOLA}),
    "civic_agency_succession_list": (EVERYBODY, {}),
    "civic_duty_show": (EVERYBODY, {"id": "x"}),
    "civic_duty_search": (EVERYBODY, {}),
    "civic_duty_autocomplete": (PUBLISHERS, {}),
    "civic_duty_update": (ADMINS | KEEPERS, {"id": "DUTY"}),
    "civic_duty_link": (EDITORS | KEEPERS, {"duty": "DUTY", "dataset": "DATASET"}),
    "civic_duty_unlink": (EDITORS | KEEPERS, {"duty": "DUTY", "dataset": "DATASET"}),
    "civic_duty_link_decide": (EDITORS | KEEPERS, {"id": "LINK", "decision": "confirm"}),
    "civic_duty_link_list": (EDITORS | KEEPERS, {"agency": AKMOLA}),
    "civic_duty_confirm_current": (EDITORS, {"duty": "DUTY"}),
    "civic_duty_suspend": (ADMINS | KEEPERS, {"duty": "DUTY"}),
    "civic_obligation_excuse": (ADMINS | KEEPERS, {"duty": "DUTY", "key": "first"}),
    "civic_relief_decide": (KEEPERS, {"id": "x", "decision": "confirm"}),
    "civic_relief_end": (KEEPERS, {"id": "x"}),
    "civic_relief_list": (EVERYBODY, {}),
    "civic_release_check": (EDITORS | KEEPERS, {"duty": "DUTY"}),
    "civic_duty_template": (EDITORS | KEEPERS, {"duty": "DUTY"}),
}


@pytest.fixture
def about() -> dict[str, str]:
    """A duty of the agency, a dataset of it, and a link that waits."""
    import sqlalchemy as sa
    from civic_list.portal import draft, make_law, row

    from ckanext.civic_core import clock
    from ckanext.civic_list.model import Duty, Link

    draft("2025")
    made = row("2025", owner=AKMOLA)
    make_law("2025", clock.today().isoformat())
    duty = model.Session.scalars(sa.select(Duty)).one()
    owner = model.Group.get(AKMOLA).id
    package = model.Package(name=f"about-{uuid4().hex}", title="x", owner_org=owner, type="dataset")
    model.Session.add(package)
    model.Session.flush()
    link = Link(id="link", duty_id=duty.id, dataset_id=package.id, dataset_title={}, state="proposed",
                since=clock.today(), made_by="x", made_at=clock.now())
    model.Session.add(link)
    model.Session.commit()
    return {"DUTY": f"{made['code']}@{AKMOLA}", "DATASET": package.id, "LINK": "link"}


def test_every_action_stands_in_the_table():
    known = {
        name for plugin in ("civic_core", "civic_list")
        for name in importlib.import_module(f"ckanext.{plugin}.logic.action").__all__ if name.startswith("civic_")
    }
    assert known == set(RIGHTS)


@pytest.mark.parametrize("action", sorted(RIGHTS))
def test_who_may(about, action):
    allowed, data = RIGHTS[action]
    data = {name: about.get(value, value) if isinstance(value, str) else value for name, value in data.items()}
    assert {role for role, account in ROLES.items() if _passes(action, account, data)} == allowed


def _passes(action: str, account: str, data: dict[str, Any]) -> bool:
    context: Any = {"user": account, "model": model, "session": model.Session}
    try:
        return bool(tk.check_access(action, context, dict(data)))
    except tk.NotAuthorized:
        return False


@pytest.mark.parametrize("action", sorted(name for name, (allowed, _) in RIGHTS.items() if "user" not in allowed))
def test_who_may_not_is_refused_before_anything_is_looked_at(action):
    """Junk is not told from what is well formed, and what exists not from what does not."""
    with pytest.raises(tk.NotAuthorized):
        act("citizen", action, id="nothing", limit="many", day="never", upload=1, decisions="{")
