"""Obligations, evidence and releases as anybody reads them."""
from __future__ import annotations

import json
from collections.abc import Iterator

import ckan.plugins.toolkit as tk
import pytest
from civic_list.delivering import FIRST, SECOND, pass_time, publish, put
from civic_list.listing import begin_list, on
from civic_list.portal import AKMOLA, HEALTH, act, each, refusal

LISTS = ("civic_obligation_list", "civic_evidence_list", "civic_release_list")


@pytest.fixture
def spring(office: None) -> Iterator[str]:
    """A monthly duty of the ministry, a quarterly one of all akimats; a file in February, it and another in April."""
    with on("2025-01-20"):
        code = begin_list(rows=2)[0]
    with on("2025-02-03"):
        pass_time()
        publish(f"{code}@{HEALTH}")
        put("schools", FIRST)
    with on("2025-04-07"):
        pass_time()
        put("schools", FIRST)
        put("schools", SECOND)
        yield f"{code}@{HEALTH}"


class TestObligations:
    def test_each_names_its_duty_and_how_it_went(self, spring):
        found = act("", "civic_obligation_list", duty=spring, due_until="2025-04-30")
        assert [(one["key"], one["state"]) for one in found["results"]] == [
            ("2025-04", "open"), ("2025-03", "fulfilled_late"), ("first", "fulfilled"),
        ]
        late = found["results"][1]
        assert (late["duty"]["code"], late["duty"]["agency"]["name"]) == tuple(spring.split("@"))
        assert (late["settled_on"], late["release"]["number"], late["release"]["dataset"]["name"]) == (
            "2025-04-07", 2, "schools"
        )

    @pytest.mark.parametrize(("filters", "count"), [
        ({"state": "fulfilled"}, 1), ({"state": "fulfilled_late"}, 1), ({"state": "missed"}, 0),
        ({"state": "open", "agency": HEALTH}, 1), ({"dataset": "schools", "due_until": "2025-04-30"}, 3),
        ({"agency": AKMOLA, "due_until": "2025-04-30"}, 2), ({"due_until": "2025-02-01"}, 0),
    ])
    def test_is_narrowed(self, spring, filters, count):
        assert act("", "civic_obligation_list", **filters)["count"] == count

    def test_the_state_is_that_of_today_though_nobody_wrote_it_down(self, spring):
        with on("2025-05-05"):
            assert set(each(act("", "civic_obligation_list", duty=spring, state="overdue"), "key")) == {"2025-04"}
        with on("2025-06-20"):
            assert set(each(act("", "civic_obligation_list", duty=spring, state="missed"), "key")) == {
                "2025-04", "2025-05"
            }

    def test_what_waits_comes_with_the_nearest_first(self, spring):
        days = list(each(act("", "civic_obligation_list", duty=spring, state="ahead"), "due"))
        assert len(days) > 2
        assert days == sorted(days)


class TestEvidence:
    def test_tells_what_counts_and_why_not(self, spring):
        found = act("", "civic_evidence_list", duty=spring)
        assert [(one["counts"], one["release"], one["reason"]) for one in found["results"]] == [
            (True, 2, ""), (False, None, "same_bytes"), (True, 1, ""),
        ]
        newest = found["results"][0]
        assert (newest["how"], newest["day"], newest["times"], newest["rows_after"]) == ("upload", "2025-04-07", 1, 2)
        assert (newest["dataset"]["name"], newest["resource"]["name"]) == ("schools", "data")
        assert newest["content"] != newest["content_before"]

    @pytest.mark.parametrize(("filters", "count"), [
        ({"counts": True}, 2), ({"counts": False}, 1), ({"counts": "false"}, 1), ({"agency": HEALTH}, 3),
        ({"agency": AKMOLA}, 0), ({"from": "2025-04-01"}, 2), ({"until": "2025-04-01"}, 1), ({"dataset": "schools"}, 3),
    ])
    def test_is_narrowed(self, spring, filters, count):
        assert act("", "civic_evidence_list", **filters)["count"] == count

    def test_what_was_brought_while_it_was_private_is_told_to_insiders_only(self, spring):
        publish(spring, name="drafts", private=True)
        put("drafts", FIRST.replace(b"Abai", b"Ulytau"))
        for user, count in {"": 3, "citizen": 3, "akmola_editor": 3, "health_editor": 4, "keeper": 4,
                            "operator": 4}.items():
            assert act(user, "civic_evidence_list")["count"] == count, user
        act("health_editor", "package_patch", id="drafts", private=False)
        assert [one["reason"] for one in act("", "civic_evidence_list", dataset="drafts")["results"]] == []


class TestReleases:
    def test_tells_what_each_did_for_which_duty(self, spring):
        newest, first = act("", "civic_release_list", dataset="schools")["results"]
        assert (newest["number"], newest["day"], newest["correction"], newest["ways"]) == (
            2, "2025-04-07", False, ["upload"]
        )
        use, = newest["uses"]
        assert (use["duty"]["code"], use["outcome"], use["key"], use["state"]) == (
            spring.split("@")[0], "fulfils", "2025-03", "fulfilled_late"
        )
        assert [use["key"] for use in first["uses"]] == ["first"]

    @pytest.mark.parametrize(("filters", "count"), [
        ({}, 2), ({"agency": HEALTH}, 2), ({"agency": AKMOLA}, 0), ({"from": "2025-04-01"}, 1),
    ])
    def test_is_narrowed(self, spring, filters, count):
        assert act("", "civic_release_list", **filters)["count"] == count
        assert act("", "civic_release_list", duty=spring)["count"] == 2


@pytest.mark.parametrize("action", LISTS)
def test_a_private_dataset_is_as_if_it_were_not_there(spring, action):
    act("health_editor", "package_patch", id="schools", private=True)
    for user in ("", "citizen", "akmola_editor"):
        with pytest.raises(tk.ObjectNotFound):
            act(user, action, dataset="schools")
        assert "schools" not in json.dumps(act(user, action), default=str)
    assert act("keeper", action, dataset="schools")["count"]


@pytest.mark.parametrize("action", LISTS)
def test_nobody_is_named(spring, action):
    editor = act("operator", "user_show", id="health_editor")["id"]
    told = json.dumps(act("operator", action), default=str)
    assert not [word for word in (editor, "health_editor", "portal.example", "office@") if word in told]


@pytest.mark.parametrize("action", LISTS)
def test_what_is_not_there_is_not_found_and_what_is_wrong_is_said(spring, action):
    for filters in ({"dataset": "nothing"}, {"duty": "NO-1@nobody"}, {"agency": "nobody"}):
        with pytest.raises(tk.ObjectNotFound):
            act("", action, **filters)
    assert list(refusal("", action, limit=101)) == ["limit"]


@pytest.mark.parametrize("count", [1, 3, 30])
def test_the_statements_are_the_same_however_many_rows(office, statements, count):
    with on("2025-01-20"):
        codes = begin_list(rows=count + 1)
    with on("2025-02-03"):
        pass_time()
        for number, code in enumerate(codes[:count]):
            publish(f"{code}@{HEALTH}", name=f"set-{number}")
            put(f"set-{number}", FIRST.replace(b"Abai", f"Region {number}".encode()))
        sent = {}
        for action in LISTS:
            statements.clear()
            filters = {"state": "fulfilled"} if action == LISTS[0] else {}
            assert len(act("", action, limit=100, **filters)["results"]) == count
            sent[action] = len(statements)
    assert list(sent.values()) == [4, 3, 5]
