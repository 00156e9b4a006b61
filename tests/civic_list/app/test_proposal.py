"""Agencies' own lists: prepared, approved by their admins, taken into a draft by the keepers."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
from civic_list.listing import on
from civic_list.portal import AKMOLA, HEALTH, act, draft, events, make_law, race, refusal, row

from ckanext.civic_core import clock, ticking
from ckanext.civic_list.logic.action import proposal as proposals

pytestmark = pytest.mark.usefixtures("desk")

NEW = {"title": {"kk": "Дәрігерлер", "ru": "Врачи"}, "category": "health", "period": "MONTHLY"}


@pytest.fixture
def law() -> str:
    """An edition in force with one row of the ministry of healthcare; its code."""
    draft("2025")
    code = row("2025")["code"]
    make_law("2025", clock.today().isoformat())
    return code


def propose(kind: str = "add", *, approve: bool = True, **data: Any) -> dict[str, Any]:
    """Prepare a proposal of the ministry of healthcare, and approve its list."""
    given = NEW if kind == "add" else {}
    made = act("health_editor", "civic_item_proposal_create", agency=HEALTH, kind=kind, **{**given, **data})
    if approve:
        act("health_admin", "civic_agency_list_approve", agency=HEALTH, act="№ 12")
    return made


def state(proposal: dict[str, Any]) -> str:
    found = act("operator", "civic_item_proposal_list", agency=HEALTH, limit=100)["results"]
    return next(one["state"] for one in found if one["id"] == proposal["id"])


# --- prepared ---------------------------------------------------------------------------------------------


def test_a_prepared_change_is_the_agency_s_own_matter():
    made = propose(approve=False)
    assert (made["state"], made["kind"], made["agency"]["name"], made["fields"]["period"]) == (
        "prepared", "add", HEALTH, "MONTHLY")
    assert act("health_editor", "civic_item_proposal_list", agency=HEALTH)["count"] == 1
    assert act("keeper", "civic_item_proposal_list", agency=HEALTH)["count"] == 0
    assert act("keeper", "civic_item_proposal_list")["count"] == 0
    assert act("", "civic_agency_list_show", agency=HEALTH)["proposals"] == {}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "add", **NEW, "title": ""}, "title"), ({"kind": "add", **NEW, "period": ""}, "title"),
        ({"kind": "steal", **NEW}, "kind"), ({"kind": "change"}, "code"), ({"kind": "change", "code": "X-1"}, "code"),
        ({"kind": "remove", "code": "MZ-001"}, "reason"),
        ({"kind": "period", "code": "MZ-001", "period": "YEARLY"}, "reason"),
        ({"kind": "add", **NEW, "period": "SOMETIMES"}, "period"),
    ],
)
def test_a_wrong_proposal_is_refused(law, given, field):
    assert list(refusal("health_editor", "civic_item_proposal_create", agency=HEALTH, **given)) == [field]
    assert act("health_editor", "civic_item_proposal_list", agency=HEALTH)["count"] == 0


def test_an_agency_proposes_for_itself_only(law):
    for user in ("akmola_admin", "keeper", "citizen", ""):
        with pytest.raises(tk.NotAuthorized):
            act(user, "civic_item_proposal_create", agency=HEALTH, kind="add", **NEW)
    assert "code" in refusal("akmola_editor", "civic_item_proposal_create", agency=AKMOLA, kind="change", code=law)


# --- approved ---------------------------------------------------------------------------------------------


def test_an_admin_hands_the_list_over():
    made = propose()
    assert state(made) == "proposed"
    shown = act("", "civic_agency_list_show", agency=HEALTH)
    assert (shown["act"], shown["approved_on"], shown["proposals"]) == (
        "№ 12", clock.today().isoformat(), {"proposed": 1})
    assert act("keeper", "civic_item_proposal_list", state="proposed")["count"] == 1
    assert [one["type"] for one in events(stream="proposal")] == ["proposal.prepared", "proposal.proposed"]
    assert len(events(type="agency.list_approved")) == 1


def test_there_must_be_something_to_approve():
    assert list(refusal("health_admin", "civic_agency_list_approve", agency=HEALTH)) == ["agency"]
    propose()
    assert list(refusal("health_admin", "civic_agency_list_approve", agency=HEALTH)) == ["agency"]


def test_an_editor_does_not_approve():
    propose(approve=False)
    for user in ("health_editor", "akmola_admin", "keeper"):
        with pytest.raises(tk.NotAuthorized):
            act(user, "civic_agency_list_approve", agency=HEALTH)


# --- decided ----------------------------------------------------------------------------------------------


def test_a_row_that_is_taken_stands_in_the_draft():
    made = propose()
    draft("2026")
    taken = act("keeper", "civic_item_proposal_decide", id=made["id"], decision="accept")
    assert (taken["state"], taken["edition"]) == ("accepted", "2026")
    found = act("keeper", "civic_item_search", edition="2026")["results"]
    assert [(one["code"], one["number"], one["title"]["ru"], one["owner"]["name"]) for one in found] == [
        ("MZ-001", 1, "Врачи", HEALTH)]
    assert [one["type"] for one in events()][-2:] == ["item.added", "proposal.accepted"]


def test_a_change_and_a_removal_are_taken(law):
    changed = propose("change", code=law, title={"kk": "Емханалар", "ru": "Поликлиники"}, first_due="2026-03-01",
                      schedule={"kind": "after", "days": 5, "unit": "working_day"})
    removed = propose("remove", code=law, reason="Больше не ведётся")
    draft("2026", copy_of="2025")
    act("keeper", "civic_item_proposal_decide", id=changed["id"], decision="accept", edition="2026")
    shown = act("keeper", "civic_item_show", code=law, edition="2026")
    assert (shown["title"]["ru"], shown["first_due"], shown["schedule"]["days"]) == ("Поликлиники", "2026-03-01", 5)
    act("keeper", "civic_item_proposal_decide", id=removed["id"], decision="accept")
    assert act("keeper", "civic_edition_show", id="2026")["rows"] == 0
    assert act("", "civic_item_show", code=law)["title"]["ru"] == "Школы 1"


def test_a_looser_period_holds_for_the_agency_and_changes_no_draft(law):
    made = propose("period", code=law, period="YEARLY", reason="Данные годовые")
    taken = act("keeper", "civic_item_proposal_decide", id=made["id"], decision="accept")
    assert (taken["state"], taken["edition"]) == ("accepted", None)
    assert act("", "civic_duty_show", code=law, agency=HEALTH)["period"] == "MONTHLY"
    with on((clock.today().replace(day=28) + timedelta(days=4)).replace(day=1).isoformat()):
        ticking.tick(model.Session)
        assert act("", "civic_duty_show", code=law, agency=HEALTH)["period"] == "YEARLY"
    assert act("", "civic_item_show", code=law)["period"] == "MONTHLY"
    assert events(type="duty.changed")[-1]["public"]["fields"] == ["period"]


def test_a_proposal_is_declined_with_a_reason():
    made = propose()
    assert list(refusal("keeper", "civic_item_proposal_decide", id=made["id"], decision="decline")) == ["reason"]
    act("keeper", "civic_item_proposal_decide", id=made["id"], decision="decline", reason="Есть в строке 5")
    found = act("health_editor", "civic_item_proposal_list", agency=HEALTH)["results"][0]
    assert (found["state"], found["decision_reason"]) == ("declined", "Есть в строке 5")


def test_a_proposal_is_decided_once_and_not_before_it_is_approved():
    early = propose(approve=False)
    told = refusal("keeper", "civic_item_proposal_decide", id=early["id"], decision="decline", reason="x")
    assert list(told) == ["id"]
    act("health_admin", "civic_agency_list_approve", agency=HEALTH)
    act("keeper", "civic_item_proposal_decide", id=early["id"], decision="decline", reason="x")
    told = refusal("keeper", "civic_item_proposal_decide", id=early["id"], decision="decline", reason="y")
    assert list(told) == ["id"]


def test_the_draft_that_takes_it_must_be_clear():
    made = propose()
    assert list(refusal("keeper", "civic_item_proposal_decide", id=made["id"], decision="accept")) == ["edition"]
    draft("2026")
    draft("2027")
    assert list(refusal("keeper", "civic_item_proposal_decide", id=made["id"], decision="accept")) == ["edition"]
    assert state(made) == "proposed"
    act("keeper", "civic_item_proposal_decide", id=made["id"], decision="accept", edition="2027")
    assert act("keeper", "civic_item_proposal_list", edition="2027")["count"] == 1


def test_a_row_that_collides_is_not_taken(law):
    made = propose(title={"kk": "Мектептер 1", "ru": "Школы 1"})
    draft("2026", copy_of="2025")
    assert list(refusal("keeper", "civic_item_proposal_decide", id=made["id"], decision="accept")) == ["title"]
    assert state(made) == "proposed"


def test_a_proposal_that_is_not_there_is_not_found():
    with pytest.raises(tk.ObjectNotFound):
        act("keeper", "civic_item_proposal_decide", id="nothing", decision="accept")


def test_of_two_decisions_at_once_one_wins(monkeypatch):
    made = propose()
    draft("2026")
    got = race(
        monkeypatch, (proposals, "_apply"),
        lambda: act("keeper", "civic_item_proposal_decide", id=made["id"], decision="accept"),
        lambda: act("second_keeper", "civic_item_proposal_decide", id=made["id"], decision="decline", reason="x"),
    )
    assert got[0]["state"] == "accepted"
    assert list(got[1].error_dict) == ["conflict"]
    assert state(made) == "accepted"


# --- listed -----------------------------------------------------------------------------------------------


def test_the_editors_of_an_agency_see_their_own_only():
    propose()
    with pytest.raises(tk.NotAuthorized):
        act("akmola_editor", "civic_item_proposal_list", agency=HEALTH)
    with pytest.raises(tk.NotAuthorized):
        act("akmola_editor", "civic_item_proposal_list")


def test_proposals_are_found_by_state_and_kind(law):
    propose()
    propose("remove", code=law, reason="x")
    propose(approve=False)
    assert act("keeper", "civic_item_proposal_list", kind="remove")["results"][0]["code"] == law
    assert act("health_admin", "civic_item_proposal_list", agency=HEALTH, state="prepared")["count"] == 1
    assert list(refusal("keeper", "civic_item_proposal_list", limit=101)) == ["limit"]


def test_a_list_of_proposals_costs_the_same_however_long(statements):
    counts = []
    for number in range(30):
        propose(approve=False, title={"kk": f"Дәрігерлер {number}", "ru": f"Врачи {number}"})
        if number in (0, 2, 29):
            model.Session.remove()
            statements.clear()
            assert len(act("operator", "civic_item_proposal_list", limit=30)["results"]) == number + 1
            counts.append(len(statements))
    assert len(set(counts)) == 1
