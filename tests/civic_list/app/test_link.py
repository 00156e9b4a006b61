"""Datasets linked to duties by action: whose links count at once, who decides on the others, who wins a race."""
from __future__ import annotations

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
from civic_list.listing import assert_field_and_links_agree, begin_list, dataset, on, open_links
from civic_list.portal import AKMOLA, HEALTH, act, each, events, race, refusal

pytestmark = pytest.mark.usefixtures("office")


def test_a_link_to_the_agencys_own_duty_counts_at_once(codes):
    data = dataset("health_editor", HEALTH)
    key = f"{codes[0]}@{HEALTH}"
    made = act("health_editor", "civic_duty_link", duty=key, dataset="schools")
    assert (made["state"], made["role"], made["dataset"]["publisher"]["name"]) == ("confirmed", "main", HEALTH)
    assert open_links(data["id"]) == [(key, "main", "confirmed")]
    assert_field_and_links_agree(data["id"])
    duty = act("", "civic_duty_show", code=codes[0], agency=HEALTH)
    assert duty["has_data"] is True
    assert [one["name"] for one in duty["datasets"]] == ["schools"]
    assert [one["type"] for one in events(stream="duty", stream_id=duty["id"])] == [
        "duty.linked", "duty.state_changed",
    ]


def test_another_bodys_duty_waits_for_it_and_counts_for_it_once_confirmed(codes):
    data = dataset("akmola_editor", AKMOLA)
    key = f"{codes[0]}@{HEALTH}"
    waiting = act("akmola_editor", "civic_duty_link", duty=key, dataset="schools", role="part")
    assert waiting["state"] == "proposed"
    assert act("", "civic_duty_search", has_data=True)["count"] == 0
    listed = act("health_editor", "civic_duty_link_list", agency=HEALTH, state="proposed")
    assert list(each(listed, "id")) == [waiting["id"]]
    assert listed["results"][0]["dataset"]["publisher"]["name"] == AKMOLA
    with pytest.raises(tk.NotAuthorized):
        act("akmola_editor", "civic_duty_link_decide", id=waiting["id"], decision="confirm")
    assert act("health_editor", "civic_duty_link_decide", id=waiting["id"], decision="confirm")["state"] == "confirmed"
    found = act("", "civic_duty_search", has_data=True)
    assert [(one["code"], one["agency"]["name"]) for one in found["results"]] == [(codes[0], HEALTH)]
    assert_field_and_links_agree(data["id"])


def test_a_declined_link_is_history_and_the_dataset_no_longer_says_it(codes):
    data = dataset("akmola_editor", AKMOLA, f"{codes[0]}@{HEALTH}")
    (link,) = act("health_editor", "civic_duty_link_list", agency=HEALTH, state="proposed")["results"]
    assert "reason" in refusal("health_editor", "civic_duty_link_decide", id=link["id"], decision="decline")
    act("health_editor", "civic_duty_link_decide", id=link["id"], decision="decline", reason="Other data")
    assert open_links(data["id"]) == []
    assert_field_and_links_agree(data["id"])
    assert "id" in refusal("health_editor", "civic_duty_link_decide", id=link["id"], decision="confirm")


def test_only_the_keeper_disputes_and_a_disputed_link_counts_for_nothing(codes):
    data = dataset("health_editor", HEALTH, f"{codes[0]}@{HEALTH}")
    (link,) = act("keeper", "civic_duty_link_list", state="confirmed")["results"]
    with pytest.raises(tk.NotAuthorized):
        act("health_admin", "civic_duty_link_decide", id=link["id"], decision="dispute", reason="x")
    act("keeper", "civic_duty_link_decide", id=link["id"], decision="dispute", reason="Not the data of this row")
    duty = act("", "civic_duty_show", id=f"{codes[0]}@{HEALTH}")
    assert (duty["has_data"], [one["state"] for one in duty["links"]]) == (False, ["disputed"])
    with pytest.raises(tk.NotAuthorized):
        act("health_admin", "civic_duty_link_decide", id=link["id"], decision="confirm")
    act("keeper", "civic_duty_link_decide", id=link["id"], decision="confirm")
    assert act("", "civic_duty_show", id=f"{codes[0]}@{HEALTH}")["has_data"] is True
    assert_field_and_links_agree(data["id"])


def test_unlinking_leaves_the_other_duties_and_the_history(codes):
    first, second = (f"{code}@{HEALTH}" for code in codes[:2])
    data = dataset("health_editor", HEALTH, first, {"duty": second, "role": "part"})
    ended = act("health_editor", "civic_duty_unlink", duty=first, dataset="schools")
    assert (ended["state"], ended["until"]) == ("ended", "2025-02-03")
    assert open_links(data["id"]) == [(second, "part", "confirmed")]
    assert_field_and_links_agree(data["id"])
    with pytest.raises(tk.ObjectNotFound):
        act("health_editor", "civic_duty_unlink", duty=first, dataset="schools")
    act("health_editor", "civic_duty_link", duty=first, dataset="schools")
    assert len(open_links(data["id"])) == 2


@pytest.mark.parametrize(("given", "field"), [
    ({"duty": "NO-001@akimat-akmola-region"}, "duty"), ({"duty": "nonsense"}, "duty"), ({"duty": ""}, "duty"),
    ({"role": "chief"}, "role"), ({"dataset": ""}, "dataset"),
])
def test_a_wrong_link_is_refused_with_a_sentence(codes, given, field):
    data = dataset("health_editor", HEALTH)
    said = refusal("operator", "civic_duty_link", **{"duty": f"{codes[0]}@{HEALTH}", "dataset": "schools", **given})
    assert list(said) == [field]
    assert open_links(data["id"]) == []


def test_a_private_dataset_is_linked_but_is_no_public_data_and_no_strangers_business(codes):
    dataset("health_editor", HEALTH, f"{codes[0]}@{HEALTH}", private=True)
    duty = {"code": codes[0], "agency": HEALTH}
    seen = {user: act(user, "civic_duty_show", **duty) for user in ("", "akmola_editor", "health_editor", "operator")}
    assert {user: len(one["datasets"]) for user, one in seen.items()} == {
        "": 0, "akmola_editor": 0, "health_editor": 1, "operator": 1,
    }
    assert not any(one["has_data"] for one in seen.values())
    assert act("", "civic_duty_search", has_data=True)["count"] == 0


def test_of_two_who_link_the_same_at_once_one_wins_and_the_other_is_told(codes, monkeypatch):
    from ckanext.civic_list import linking

    data = dataset("health_editor", HEALTH)
    key = f"{codes[0]}@{HEALTH}"
    monkeypatch.setattr(linking, "hold", lambda session, id_: session.get(model.Package, id_))

    def link(user):
        return lambda: act(user, "civic_duty_link", duty=key, dataset="schools")

    first, second = race(monkeypatch, (linking, "open_link"), link("health_editor"), link("health_admin"))
    assert second["state"] == "confirmed"
    assert "conflict" in first.error_dict
    assert len(open_links(data["id"])) == 1


def test_two_duties_linked_at_once_both_stand_in_the_dataset(codes, monkeypatch):
    import threading

    data = dataset("health_editor", HEALTH)
    start, got = threading.Barrier(2), []

    def link(code):
        start.wait(30)
        try:
            got.append(act("health_editor", "civic_duty_link", duty=f"{code}@{HEALTH}", dataset="schools")["state"])
        finally:
            model.Session.remove()

    model.Session.remove()
    threads = [threading.Thread(target=link, args=(code,)) for code in codes[:2]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert got == ["confirmed", "confirmed"]
    assert len(open_links(data["id"])) == 2
    assert_field_and_links_agree(data["id"])


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_a_list_of_links_takes_the_same_statements_however_long(rows, statements):
    with on("2025-01-20"):
        found = begin_list(rows=rows + 1)
    with on("2025-02-03"):
        dataset("akmola_editor", AKMOLA, *(f"{code}@{HEALTH}" for code in found[:rows]))
        statements.clear()
        answer = act("keeper", "civic_duty_link_list", state="proposed", limit=100)
    assert (answer["count"], len(answer["results"])) == (rows, rows)
    assert len(statements) == 6, statements
