"""Duties read with their states: searched, narrowed, counted, sorted; one duty with what it owed."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from civic_list.delivering import SECOND, duty_id, one_file_came, pass_time, put
from civic_list.listing import on
from civic_list.portal import AKMOLA, HEALTH, act, each, refusal


@pytest.fixture
def year(office: None) -> Iterator[list[str]]:
    """Two monthly rows of the ministry and a quarterly one of all akimats; one file came on 3 February, then none."""
    codes = one_file_came()
    with on("2025-03-05"):
        pass_time()
        yield codes


def search(**given: Any) -> dict[str, Any]:
    return act("", "civic_duty_search", **given)


def facet(answer: dict[str, Any], name: str = "state") -> dict[str, int]:
    return {one["value"]: one["count"] for one in answer["facets"][name]}


class TestSearch:
    def test_a_duty_tells_its_state_and_why(self, year):
        first, second = search(agency=HEALTH)["results"]
        assert (first["state"], first["since"], first["next_due"]) == ("fresh", "2025-02-03", "2025-03-31")
        assert first["reason"] == {"code": "up_to_date", "params": {"day": "2025-02-03"}}
        assert (second["state"], second["since"]) == ("not_started", "2025-02-03")
        assert second["reason"]["code"] == "first_release_ahead"

    def test_what_nobody_worked_out_yet_is_empty(self, codes):
        for one in search()["results"]:
            assert [one[name] for name in ("state", "reason", "since", "next_due")] == [None] * 4
        answer = search(state="fresh")
        assert (answer["count"], answer["results"], facet(answer)) == (0, [], {})

    def test_the_state_is_that_of_the_day_that_is_asked_for(self, year):
        with on("2025-06-02"):
            pass_time()
            assert [one["state"] for one in search(agency=HEALTH)["results"]] == ["delinquent", "missing"]
            past = search(agency=HEALTH, as_of="2025-03-05")["results"]
            assert [(one["state"], one["since"]) for one in past] == [
                ("fresh", "2025-02-03"), ("not_started", "2025-02-03")
            ]

    def test_since_is_the_day_of_the_state_not_of_its_last_reason(self, year):
        with on("2025-03-12"):
            put("schools", SECOND)
        with on("2025-03-13"):
            pass_time()
            first = search(agency=HEALTH)["results"][0]
            assert (first["state"], first["since"]) == ("fresh", "2025-02-03")
            assert first["reason"]["params"] == {"day": "2025-03-12"}

    def test_one_state_narrows_and_is_counted_with_the_others_set_aside(self, year):
        answer = search(state="fresh")
        assert (answer["count"], [one["code"] for one in answer["results"]]) == (1, [year[0]])
        assert facet(answer) == {"not_started": 21, "fresh": 1}
        assert facet(answer, "agency") == {HEALTH: 1}
        assert facet(search(agency=AKMOLA)) == {"not_started": 1}
        assert facet(search(group="CGO")) == {"fresh": 1, "not_started": 1}

    @pytest.mark.parametrize("filters", [
        {"q": "школы 1"}, {"period": "MONTHLY"}, {"has_data": True}, {"category": "health"},
        {"q": "школы", "agency": HEALTH, "period": "MONTHLY"},
    ])
    def test_states_are_counted_under_every_other_filter(self, year, filters):
        answer = search(**filters)
        assert sum(facet(answer).values()) == answer["count"] > 0
        for code, number in facet(answer).items():
            narrowed = search(**filters, state=code)
            assert (narrowed["count"], set(each(narrowed, "state"))) == (number, {code})
            assert facet(narrowed) == facet(answer)

    def test_by_due_day_what_owes_nothing_to_come_stands_last(self, year):
        with on("2025-03-06"):
            act("approver", "civic_edition_revoke", id="2025", act="№ 1", day="2025-12-01")
            pass_time()
        days = list(each(search(sort="due", limit=100), "next_due"))
        given = [day for day in days if day]
        assert given == sorted(given)
        assert days == given + [None] * (len(days) - len(given))
        assert search(sort="due", limit=1)["results"][0]["next_due"] == given[0]

    def test_pages_by_due_day_hold_each_duty_once(self, year):
        pages = [search(sort="due", limit=5, offset=start)["results"] for start in range(0, 25, 5)]
        assert len({one["id"] for several in pages for one in several}) == 22

    def test_an_unknown_state_is_refused(self, year):
        assert list(refusal("", "civic_duty_search", state="green")) == ["state"]


class TestShow:
    def test_what_was_owed_with_what_fulfilled_it_and_what_comes_next(self, year):
        shown = act("", "civic_duty_show", id=f"{year[0]}@{HEALTH}")
        assert (shown["state"], shown["next_due"]) == ("fresh", "2025-03-31")
        assert [(one["key"], one["state"]) for one in shown["obligations"]] == [
            ("first", "fulfilled"), ("2025-03", "open"), ("2025-04", "ahead"),
        ]
        release = shown["obligations"][0]["release"]
        assert (release["number"], release["day"], release["dataset"]["name"]) == (1, "2025-02-03", "schools")
        assert release["dataset"]["title"]["ru"] == "Школы"

    def test_a_release_of_a_dataset_that_only_some_may_see_is_told_to_them(self, year):
        act("health_editor", "package_patch", id="schools", private=True)
        key = f"{year[0]}@{HEALTH}"
        public, own = (act(user, "civic_duty_show", id=key)["obligations"][0] for user in ("", "health_editor"))
        assert (public["state"], public["release"]) == ("fulfilled", None)
        assert own["release"]["dataset"]["name"] == "schools"

    def test_on_a_past_day_what_was_settled_later_still_waits(self, year):
        with on("2025-06-02"):
            pass_time()
            put("schools", SECOND)
            key = f"{year[0]}@{HEALTH}"
            past = act("", "civic_duty_show", id=key, as_of="2025-03-05")
            assert [(one["key"], one["state"]) for one in past["obligations"]] == [
                ("first", "fulfilled"), ("2025-03", "open"), ("2025-04", "ahead"),
            ]
            now = {one["key"]: one["state"] for one in act("", "civic_duty_show", id=key)["obligations"]}
            assert now["2025-03"] == "missed"

    def test_no_more_than_two_dozen_of_the_past(self, year):
        with on("2027-06-07"):
            pass_time()
            shown = act("", "civic_duty_show", id=f"{year[0]}@{HEALTH}")["obligations"]
        days = [one["due"] for one in shown]
        assert (len(shown), shown[-1]["state"]) == (25, "ahead")
        assert days == sorted(days)

    def test_the_schedule_that_holds_where_the_list_names_none(self, year):
        assert act("", "civic_duty_show", id=f"{year[0]}@{HEALTH}")["schedule"]["kind"] == "within"

    def test_who_reads_learns_whether_he_may_confirm(self, year):
        key = f"{year[0]}@{HEALTH}"
        may = {user: act(user, "civic_duty_show", id=key)["may_review"]["allowed"] for user in ("", "health_editor")}
        assert may[""] is False
        assert act("", "civic_duty_show", id=key)["may_review"]["why"]

    @pytest.mark.parametrize("files", [1, 3, 30])
    def test_the_statements_are_the_same_however_many_were_owed(self, year, statements, files):
        with on("2027-06-07" if files == 30 else f"2025-0{3 + files}-05"):
            pass_time()
            id_ = duty_id(f"{year[0]}@{HEALTH}")
            statements.clear()
            act("", "civic_duty_show", id=id_)
            assert len(statements) == 10, statements
