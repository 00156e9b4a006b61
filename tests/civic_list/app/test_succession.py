"""One body follows another: what passes, what ends, what stays with the predecessor."""
from __future__ import annotations

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
from civic_list.listing import (
    assert_field_and_links_agree,
    begin_list,
    dataset,
    next_list,
    on,
    open_links,
    terms,
)
from civic_list.portal import AKMOLA, BODY, HEALTH, SHYMKENT, act, events, refusal

from ckanext.civic_core import ticking

pytestmark = pytest.mark.usefixtures("office")


@pytest.fixture
def codes():
    with on("2025-01-20"):
        return begin_list(rows=3)


def succeed(day="2025-03-01", **given):
    described = {"from": HEALTH, "to": BODY, "day": day, "act": "№ 1", "kind": "merged", **given}
    return act("keeper", "civic_agency_succession_create", **described)


def owner(name):
    model.Session.expire_all()
    return model.Group.get(model.Package.get(name).owner_org).name


def test_a_dry_run_says_what_would_move_and_moves_nothing(codes):
    with on("2025-02-03"):
        dataset("health_editor", HEALTH, f"{codes[0]}@{HEALTH}")
        shown = succeed(dry_run=True)
        assert (shown["id"], shown["moves"]) == (None, {"duties": 2, "links": 1, "datasets": 1})
        assert act("", "civic_agency_succession_list")["count"] == 0
    assert events(stream="agency") == []


def test_on_its_day_duties_links_and_datasets_pass_and_the_past_stays(codes):
    with on("2025-02-03"):
        act("health_admin", "civic_duty_update", id=f"{codes[0]}@{HEALTH}", period="WEEKLY", note="Our own")
        data = dataset("health_editor", HEALTH, f"{codes[0]}@{HEALTH}")
        dataset("health_editor", HEALTH, name="hidden", private=True)
        assert succeed()["applied"] is False
        assert not any("passed on" in done for done in ticking.tick(model.Session))
        assert owner("schools") == HEALTH
    with on("2025-03-01"):
        assert any("2 datasets passed on" in done for done in ticking.tick(model.Session))
        duty = act("", "civic_duty_show", id=f"{codes[0]}@{BODY}")
        assert (duty["in_force"], duty["period"], duty["duty_note"]) == (True, "WEEKLY", "Our own")
        assert act("", "civic_duty_search", agency=HEALTH)["count"] == 0
        assert act("", "package_search", fq=f"organization:{BODY}")["count"] == 1
    assert terms(codes[0], HEALTH) == [("2025", "2025-02-01", "2025-02-03"), ("2025", "2025-02-03", "2025-03-01")]
    assert terms(codes[0], BODY) == [("2025", "2025-03-01", None)]
    assert open_links(data["id"]) == [(f"{codes[0]}@{BODY}", "main", "confirmed")]
    assert_field_and_links_agree(data["id"])
    assert (owner("schools"), owner("hidden"), model.Package.get("hidden").private) == (BODY, BODY, True)
    assert [one["type"] for one in events(stream="agency")] == ["agency.succession_recorded", "agency.succeeded"]
    with on("2025-03-01"):
        assert ticking.tick(model.Session) == []


def test_a_past_day_is_applied_at_once(codes):
    with on("2025-03-10"):
        assert succeed()["applied"] is True
    assert terms(codes[0], BODY) == [("2025", "2025-03-01", None)]


def test_what_both_have_linked_is_linked_once(codes):
    with on("2025-02-03"):
        act("keeper", "civic_owner_group_update", id="mio", members=[{"agency": AKMOLA}, {"agency": SHYMKENT}])
        keys = [f"{codes[2]}@{AKMOLA}", f"{codes[2]}@{SHYMKENT}"]
        data = dataset("operator", AKMOLA, *keys)
        succeed(day="2025-02-03", **{"from": AKMOLA, "to": SHYMKENT})
    assert open_links(data["id"]) == [(keys[1], "main", "confirmed")]
    assert_field_and_links_agree(data["id"])


def test_a_split_passes_the_named_items_only_with_their_datasets(codes):
    with on("2025-02-03"):
        for code in codes[:2]:
            dataset("health_editor", HEALTH, f"{code}@{HEALTH}", name=f"set-{code.lower()}")
        succeed(day="2025-02-03", kind="split", items=[codes[1]])
        assert terms(codes[0], HEALTH) == [("2025", "2025-02-01", None)]
        assert terms(codes[1], BODY) == [("2025", "2025-02-03", None)]
        assert [owner(f"set-{code.lower()}") for code in codes[:2]] == [HEALTH, BODY]
        next_list("2026", "2025-06-01")
    assert terms(codes[1], HEALTH) == [("2025", "2025-02-01", "2025-02-03"), ("2026", "2025-06-01", None)]


def test_a_member_of_a_group_is_followed_in_it(codes):
    with on("2025-02-03"):
        succeed(day="2025-02-03", **{"from": AKMOLA, "to": HEALTH})
        members = act("", "civic_owner_group_show", id="mio")["members"]
    held = {one["agency"]["name"]: (one["since"], one["until"]) for one in members}
    assert (held[AKMOLA], held[HEALTH]) == (("2020-01-01", "2025-02-03"), ("2025-02-03", None))
    assert terms(codes[2], AKMOLA) == [("2025", "2025-02-01", "2025-02-03")]
    assert terms(codes[2], HEALTH) == [("2025", "2025-02-03", None)]


def test_an_edition_that_still_names_the_former_body_is_owed_by_its_successor(codes):
    with on("2025-02-03"):
        succeed(day="2025-02-03")
        next_list("2026", "2025-06-01")
    with on("2025-06-10"):
        act("approver", "civic_edition_revoke", id="2026", act="№ 3", day="2025-07-01")
    assert terms(codes[0], HEALTH) == [("2025", "2025-02-01", "2025-02-03")]
    assert terms(codes[0], BODY) == [
        ("2025", "2025-02-03", "2025-06-01"), ("2026", "2025-06-01", "2025-07-01"), ("2025", "2025-07-01", None),
    ]


def test_a_body_that_is_liquidated_owes_nothing_and_its_datasets_stay(codes):
    with on("2025-02-03"):
        data = dataset("akmola_editor", AKMOLA, f"{codes[2]}@{AKMOLA}")
        shown = act("keeper", "civic_agency_succession_create", **{
            "from": AKMOLA, "day": "2025-02-03", "act": "№ 2", "kind": "liquidated",
        })
        assert (shown["to"], shown["applied"]) == (None, True)
        assert act("", "civic_duty_search", agency=AKMOLA)["count"] == 0
        next_list("2026", "2025-06-01")
    assert terms(codes[2], AKMOLA) == [("2025", "2025-02-01", "2025-02-03")]
    assert (owner("schools"), model.Package.get(data["id"]).state) == (AKMOLA, "active")
    assert act("operator", "organization_show", id=AKMOLA)["state"] == "active"


def test_there_and_back_again(codes):
    with on("2025-02-03"):
        succeed(day="2025-02-03")
    with on("2025-04-01"):
        succeed(day="2025-04-01", **{"from": BODY, "to": HEALTH, "kind": "split", "items": codes[:2]})
    assert terms(codes[0], HEALTH) == [("2025", "2025-02-01", "2025-02-03"), ("2025", "2025-04-01", None)]
    assert terms(codes[0], BODY) == [("2025", "2025-02-03", "2025-04-01")]


@pytest.mark.parametrize(("given", "field"), [
    ({"to": ""}, "to"), ({"kind": "liquidated"}, "to"), ({"to": HEALTH}, "to"), ({"kind": "split"}, "items"),
    ({"kind": "stolen"}, "kind"), ({"day": "soon"}, "day"), ({"act": ""}, "act"), ({"from": ""}, "from"),
])
def test_what_does_not_fit_together_is_said(codes, given, field):
    described = {"from": HEALTH, "to": BODY, "day": "2025-03-01", "act": "№ 1", "kind": "merged", **given}
    assert list(refusal("keeper", "civic_agency_succession_create", **described)) == [field]
    assert act("", "civic_agency_succession_list")["count"] == 0


def test_the_same_succession_twice_is_a_conflict(codes):
    with on("2025-02-03"):
        succeed()
        assert "conflict" in refusal("keeper", "civic_agency_succession_create", **{
            "from": HEALTH, "to": BODY, "day": "2025-03-01", "act": "№ 1", "kind": "merged",
        })


@pytest.mark.parametrize("user", ["", "citizen", "akmola_admin", "health_admin"])
def test_only_keepers_record_successions(codes, user):
    with pytest.raises(tk.NotAuthorized):
        act(user, "civic_agency_succession_create", **{
            "from": HEALTH, "to": BODY, "day": "2025-03-01", "act": "№ 1", "kind": "merged",
        })
    assert act(user, "civic_agency_succession_list") == {"count": 0, "results": []}


@pytest.mark.parametrize("count", [1, 3, 30])
def test_the_list_of_successions_takes_the_same_statements_however_long(codes, count, statements):
    with on("2025-02-03"):
        for number in range(count):
            succeed(day=f"2026-01-{number + 1:02}")
        statements.clear()
        assert len(act("", "civic_agency_succession_list", limit=100)["results"]) == count
    assert len(statements) == 3, statements
