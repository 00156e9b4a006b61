"""Which duties stand on which days, after approvals, revocations, and changes of owner groups."""
from __future__ import annotations

import pytest
from civic_list.listing import begin_list, next_list, on, terms
from civic_list.portal import AKMOLA, BODY, HEALTH, SHYMKENT, act, table

pytestmark = pytest.mark.usefixtures("office")

AKIMATS = sorted(row["name"] for row in table("agencies.csv") if row["group"] == "MIO")


def owing(code, day):
    found = act("", "civic_duty_search", as_of=day, q=code, limit=100)
    return sorted(one["agency"]["name"] for one in found["results"])


def test_a_row_of_a_group_is_owed_by_each_member_from_the_first_day():
    with on("2025-01-20"):
        own, common = begin_list()
        assert owing(common, "2025-01-31") == []
        assert owing(common, "2025-02-01") == AKIMATS
        assert owing(own, "2025-02-01") == [HEALTH]
    assert terms(own, HEALTH) == [("2025", "2025-02-01", None)]


def test_a_duty_that_goes_on_keeps_its_row_and_changes_its_edition():
    with on("2025-01-20"):
        own, common = begin_list()
    with on("2025-02-10"):
        before = act("", "civic_duty_show", code=own, agency=HEALTH)
        next_list("2026", "2026-01-01", **{own.replace("-", "_"): {"period": "WEEKLY"}})
        assert act("", "civic_duty_show", code=own, agency=HEALTH)["period"] == "MONTHLY"
        after = act("", "civic_duty_show", code=own, agency=HEALTH, as_of="2026-01-01")
    assert (after["id"], after["period"], after["edition"]["number"]) == (before["id"], "WEEKLY", "2026")
    assert terms(common, AKMOLA) == [("2025", "2025-02-01", "2026-01-01"), ("2026", "2026-01-01", None)]


def test_an_item_that_moves_is_owed_by_the_new_agency_from_that_day():
    with on("2025-01-20"):
        own, _ = begin_list()
    with on("2025-02-10"):
        next_list("2026", "2026-01-01", **{own.replace("-", "_"): {"owner": BODY}})
    assert terms(own, HEALTH) == [("2025", "2025-02-01", "2026-01-01")]
    assert terms(own, BODY) == [("2026", "2026-01-01", None)]


def test_revocation_brings_the_former_edition_back_until_the_next_one():
    with on("2025-01-20"):
        own, _ = begin_list()
    with on("2025-02-10"):
        next_list("2026", "2025-03-01")
    with on("2025-03-10"):
        act("approver", "civic_edition_revoke", id="2026", act="№ 7", day="2025-04-01")
        next_list("2027", "2025-06-01")
    assert terms(own, HEALTH) == [
        ("2025", "2025-02-01", "2025-03-01"), ("2026", "2025-03-01", "2025-04-01"),
        ("2025", "2025-04-01", "2025-06-01"), ("2027", "2025-06-01", None),
    ]


def test_an_edition_revoked_before_its_day_never_held():
    with on("2025-01-20"):
        own, _ = begin_list()
    with on("2025-02-10"):
        next_list("2026", "2025-03-01")
        act("approver", "civic_edition_revoke", id="2026", act="№ 7", day="2025-02-20")
    assert terms(own, HEALTH) == [("2025", "2025-02-01", None)]


def test_back_dating_owes_from_the_day_of_approval(monkeypatch):
    import ckan.plugins.toolkit as tk

    monkeypatch.setitem(tk.config, "ckanext.civic_list.back_dating", True)
    with on("2025-01-20"):
        own, _ = begin_list()
    with on("2025-05-05"):
        next_list("2026", "2025-04-01")
        assert owing(own, "2025-04-10") == [HEALTH]
    assert terms(own, HEALTH) == [("2025", "2025-02-01", "2025-05-05"), ("2026", "2025-05-05", None)]


def members(*names, **days):
    return [{"agency": name} for name in names] + [{"agency": name, **given} for name, given in days.items()]


def test_joining_and_leaving_a_group_counts_from_that_day_and_in_a_future_edition_too():
    with on("2025-01-20"):
        _, common = begin_list()
        next_list("2026", "2026-01-01")
    with on("2025-03-03"):
        rest = [name for name in AKIMATS if name != AKMOLA]
        act("keeper", "civic_owner_group_update", id="mio", members=members(*rest, HEALTH))
    assert terms(common, AKMOLA) == [("2025", "2025-02-01", "2025-03-03")]
    assert terms(common, HEALTH) == [("2025", "2025-03-03", "2026-01-01"), ("2026", "2026-01-01", None)]
    assert terms(common, SHYMKENT) == [("2025", "2025-02-01", "2026-01-01"), ("2026", "2026-01-01", None)]


def test_who_leaves_and_comes_back_on_the_same_day_never_left():
    with on("2025-01-20"):
        _, common = begin_list()
    with on("2025-03-03"):
        act("keeper", "civic_owner_group_update", id="mio", members=members(*AKIMATS[1:]))
        act("keeper", "civic_owner_group_update", id="mio", members=members(*AKIMATS))
        assert owing(common, "2025-03-03") == AKIMATS
        joined = next(one for one in act("", "civic_owner_group_show", id="mio")["members"]
                      if one["agency"]["name"] == AKIMATS[0])
    assert joined["until"] is None


def test_a_last_day_said_ahead_can_be_taken_back():
    with on("2025-01-20"):
        _, common = begin_list()
        rest = [name for name in AKIMATS if name != AKMOLA]
        leaving = [*members(*rest), {"agency": AKMOLA, "since": "2020-01-01", "until": "2025-06-01"}]
        act("keeper", "civic_owner_group_update", id="mio", members=leaving)
        assert terms(common, AKMOLA) == [("2025", "2025-02-01", "2025-06-01")]
        act("keeper", "civic_owner_group_update", id="mio", members=members(*AKIMATS))
    assert terms(common, AKMOLA) == [("2025", "2025-02-01", None)]


def test_a_past_day_answers_what_was_known_on_it():
    with on("2025-01-20"):
        _, common = begin_list()
    with on("2025-03-03"):
        act("keeper", "civic_agency_succession_create", **{
            "from": AKMOLA, "day": "2025-02-10", "act": "№ 9", "kind": "liquidated",
        })
        assert AKMOLA in owing(common, "2025-02-20")
        assert AKMOLA not in owing(common, "2025-03-03")
