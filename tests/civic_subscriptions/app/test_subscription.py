"""Following something: begin, change, end, list."""
from __future__ import annotations

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from civic_list.listing import dataset
from civic_list.portal import AKMOLA, HEALTH, act, race, refusal
from civic_subscriptions.posting import channels, count, user_id

from ckanext.civic_core import clock
from ckanext.civic_subscriptions import keeping
from ckanext.civic_subscriptions.model import Search, Subscription
from ckanext.civic_subscriptions.who import manage_token

AGENCY = {"target_type": "agency", "target_id": AKMOLA}


def _follow(user: str = "citizen", **data: object) -> dict:
    return act(user, "civic_subscription_create", **{**AGENCY, **data})


def test_who_follows_an_agency_finds_it_in_his_list():
    made = _follow()
    agency = model.Group.get(AKMOLA)
    assert made["target_id"] == agency.id
    assert agency.title in made["title"].values()
    assert (made["tempo"], made["channels"], made["every_change"], made["gone"]) == ("daily", ["email"], False, False)
    assert made["path"] == f"/organization/{AKMOLA}"
    assert act("citizen", "civic_subscription_list") == {"count": 1, "results": [made]}


def test_twice_is_once_and_changes_only_what_is_said():
    first = _follow(tempo="weekly", every_change=True)
    assert _follow() == first
    assert _follow(tempo="at_once") == {**first, "tempo": "at_once"}
    assert _follow(every_change=False) == {**first, "tempo": "at_once", "every_change": False}
    assert count(Subscription) == 1


def test_of_two_at_once_there_is_one_row(monkeypatch):
    got = race(monkeypatch, (keeping, "_row"), lambda: _follow(), lambda: _follow(tempo="weekly"))
    assert count(Subscription) == 1
    assert got[0]["id"] == got[1]["id"]
    assert act("citizen", "civic_subscription_list")["results"] == [got[1]]


@pytest.mark.parametrize(("data", "field"), [
    ({"target_type": "planet", "target_id": "x"}, "target_type"),
    ({"target_type": "agency", "target_id": "no-such"}, "target_id"),
    ({"target_type": "dataset"}, "target_id"),
    ({"target_id": "x"}, "target_type"),
    ({**AGENCY, "tempo": "hourly"}, "tempo"),
    ({**AGENCY, "channels": ["email", "pigeon"]}, "channels"),
    ({**AGENCY, "channels": ["sms"]}, "channels"),
    ({"target_type": "search", "query": 7}, "query"),
    ({"target_type": "search", "query": "q=" + "x" * 600}, "query"),
    ({"target_type": "search", "query": "q=title:[1 TO"}, "query"),
    ({"target_type": "search", "target_id": "f" * 64}, "target_id"),
])
def test_what_is_refused(data, field):
    assert list(refusal("citizen", "civic_subscription_create", **data)) == [field]
    assert count(Subscription) == 0
    assert count(Search) == 0


def test_a_private_dataset_is_told_from_none_by_nobody():
    made = dataset("health_editor", HEALTH, private=True)
    hidden = refusal("citizen", "civic_subscription_create", target_type="dataset", target_id=made["id"])
    assert hidden == refusal("citizen", "civic_subscription_create", target_type="dataset", target_id="nothing")


def test_the_first_channel_where_there_is_no_email(monkeypatch):
    channels(monkeypatch, "sms")
    assert _follow()["channels"] == ["sms"]


def test_a_search_is_kept_once_however_it_is_spelled():
    first = act("citizen", "civic_subscription_create", target_type="search", query="q=вода+&groups=health&page=3")
    other = act("keeper", "civic_subscription_create", target_type="search", query={"groups": ["health"], "q": "вода"})
    assert first["target_id"] == other["target_id"]
    assert count(Search) == 1
    assert first["title"]["ru"].startswith("«вода», ")
    assert first["path"] == "/dataset/?q=%D0%B2%D0%BE%D0%B4%D0%B0&groups=health"
    assert act("approver", "civic_subscription_create", target_type="search", target_id=first["target_id"])["id"]


def test_what_is_followed_is_changed_by_its_owner_alone():
    made = _follow()
    changed = act("citizen", "civic_subscription_update", id=made["id"], tempo="weekly")
    assert changed == {**made, "tempo": "weekly"}
    assert act("citizen", "civic_subscription_update", **{**AGENCY, "target_id": made["target_id"]}, every_change=True)[
        "every_change"]
    with pytest.raises(tk.ObjectNotFound):
        act("keeper", "civic_subscription_update", id=made["id"], tempo="at_once")
    assert act("keeper", "civic_subscription_delete", id=made["id"]) == {"deleted": False}
    assert act("keeper", "civic_subscription_list")["count"] == 0
    assert act("citizen", "civic_subscription_list")["count"] == 1


def test_a_second_end_is_fine():
    made = _follow()
    assert act("citizen", "civic_subscription_delete", id=made["id"]) == {"deleted": True}
    assert act("citizen", "civic_subscription_delete", id=made["id"]) == {"deleted": False}
    assert act("citizen", "civic_subscription_list") == {"count": 0, "results": []}


def test_what_is_gone_is_still_called_by_its_name():
    made = dataset("health_editor", HEALTH)
    followed = act("citizen", "civic_subscription_create", target_type="dataset", target_id=made["name"])
    assert (followed["gone"], followed["tempo"]) == (False, "at_once")
    act("health_editor", "package_patch", id=made["id"], private=True)
    shown = act("citizen", "civic_subscription_list")["results"][0]
    assert (shown["gone"], shown["path"], shown["title"]) == (True, None, followed["title"])


def test_the_list_can_be_asked_for_one_kind_and_one_thing():
    made = _follow()
    act("citizen", "civic_subscription_create", target_type="search", query="q=x")
    assert [one["id"] for one in act("citizen", "civic_subscription_list", target_type="agency")["results"]] == [
        made["id"]]
    found = act("citizen", "civic_subscription_list", target_type="agency", target_id=made["target_id"])
    assert found["count"] == 1
    assert act("citizen", "civic_subscription_list", target_type="dataset")["count"] == 0
    assert list(refusal("citizen", "civic_subscription_list", limit=101)) == ["limit"]


def _many(amount: int) -> None:
    now, ids = clock.now(), [f"gone-{number}" for number in range(amount)]
    agencies = list(model.Session.scalars(sa.select(model.Group.id).where(model.Group.is_organization)))
    model.Session.execute(sa.delete(Subscription))
    model.Session.execute(sa.insert(Subscription), [
        {"id": one, "recipient": user_id("citizen"), "target_type": kind, "target_id": target, "label": {"en": "x"},
         "tempo": "daily", "channels": ["email"], "every_change": False, "since": now, "created": now}
        for one, target, kind in zip(ids, [*agencies, *ids], ["agency"] * amount, strict=False)
    ])
    model.Session.commit()


def test_the_list_costs_the_same_however_long_it_is(statements):
    costs = []
    for amount in (1, 3, 30):
        _many(amount)
        model.Session.remove()
        statements.clear()
        assert len(act("citizen", "civic_subscription_list", limit=100)["results"]) == amount
        costs.append(len(statements))
    assert len(set(costs)) == 1
    assert costs[0] <= 6


def test_what_the_portal_offers(monkeypatch):
    channels(monkeypatch, "email", "sms")
    offered = act("", "civic_subscription_options")
    kinds = {one["type"]: one for one in offered["kinds"]}
    assert {"dataset", "agency", "category", "search"} <= set(kinds)
    assert (kinds["search"]["path"], kinds["search"]["single"]) == ("/dataset/", False)
    assert [one["code"] for one in offered["channels"]] == ["email", "sms"]
    assert offered["tempos"] == ["at_once", "daily", "weekly"]
    assert offered["without_account"] is False


def test_a_link_stands_for_a_login():
    made = _follow()
    token = manage_token(user_id("citizen"))
    assert act("", "civic_subscription_list", token=token)["results"] == [made]
    assert act("keeper", "civic_subscription_list", token=token)["results"] == [made]
    assert act("", "civic_subscription_update", token=token, id=made["id"], tempo="weekly")["tempo"] == "weekly"
    assert act("", "civic_subscription_delete", token=token, id=made["id"]) == {"deleted": True}
