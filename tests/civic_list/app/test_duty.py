"""Duties searched, counted, shown, completed while one types, and given terms of their own."""
from __future__ import annotations

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
from civic_list.delivering import pass_time
from civic_list.listing import begin_list, dataset, next_list, on
from civic_list.portal import AKMOLA, HEALTH, SHYMKENT, act, draft, each, events, make_law, refusal, row

pytestmark = pytest.mark.usefixtures("office")

CENTRAL = {"category": "health", "period": "MONTHLY"}


def counts(answer, name):
    return {one["value"]: one["count"] for one in answer["facets"][name]}


class TestSearch:
    def test_everything_in_the_order_of_the_list(self, codes):
        found = act("", "civic_duty_search", limit=100)
        assert (found["count"], found["edition"]) == (22, "2025")
        assert [(one["number"], one["code"]) for one in found["results"][:3]] == [
            (1, codes[0]), (2, codes[1]), (3, codes[2]),
        ]
        assert found["results"][0]["title"]["kk"] == "Мектептер 1"

    def test_before_any_edition_there_is_nothing(self):
        assert act("", "civic_duty_search") == {
            "count": 0, "edition": None, "results": [],
            "facets": {name: [] for name in ("agency", "group", "category", "period", "has_data", "state")},
        }

    @pytest.mark.parametrize(("filters", "count"), [
        ({"q": "школы 2"}, 1), ({"q": "2 ШКОЛЫ"}, 1), ({"has_data": ""}, 22),
        ({"q": "МЕКТЕПТЕР"}, 22), ({"q": "schools 3"}, 20), ({"q": "100%"}, 0), ({"q": "_"}, 0),
        ({"agency": AKMOLA}, 1), ({"agency": "nobody"}, 0), ({"group": "MIO"}, 20), ({"group": "MIO", **CENTRAL}, 0),
        ({"category": "education"}, 20), ({"period": "ежеквартально"}, 20), ({"has_data": "true"}, 1),
        ({"has_data": False}, 21), ({"as_of": "2025-01-31"}, 0), ({"as_of": "01.02.2025"}, 22),
    ])
    def test_filters_narrow_rows_and_count_alike(self, codes, filters, count):
        dataset("health_editor", HEALTH, f"{codes[0]}@{HEALTH}")
        found = act("", "civic_duty_search", limit=100, **filters)
        assert (found["count"], len(found["results"])) == (count, count)

    def test_a_code_is_found_by_its_words(self, codes):
        assert set(each(act("", "civic_duty_search", q=codes[0], limit=100), "code")) == {codes[0]}

    def test_a_facet_counts_under_the_other_filters_and_not_its_own(self, codes):
        dataset("health_editor", HEALTH, f"{codes[0]}@{HEALTH}")
        found = act("", "civic_duty_search", category="health", has_data=False)
        assert counts(found, "category") == {"health": 1, "education": 20}
        assert counts(found, "has_data") == {True: 1, False: 1}
        assert counts(found, "period") == {"MONTHLY": 1}
        assert counts(found, "agency") == {HEALTH: 1}
        assert counts(found, "group") == {"CGO": 1}
        assert found["facets"]["agency"][0]["title"]["ru"]

    @pytest.mark.parametrize("sort", ["number", "title", "agency", "code"])
    def test_pages_of_every_order_hold_each_duty_once(self, codes, sort):
        pages = [act("", "civic_duty_search", sort=sort, limit=5, offset=start)["results"] for start in range(0, 25, 5)]
        assert [len(one) for one in pages] == [5, 5, 5, 5, 2]
        assert len({one["id"] for several in pages for one in several}) == 22

    def test_by_agency_means_by_its_title(self, codes, monkeypatch):
        monkeypatch.setitem(tk.config, "ckan.locale_default", "ru")
        found = act("", "civic_duty_search", sort="agency", limit=100)["results"]
        titles = [one["agency"]["title"]["ru"] for one in found]
        assert titles == sorted(titles, key=str.casefold)

    @pytest.mark.parametrize(("given", "field"), [
        ({"limit": 101}, "limit"), ({"sort": "colour"}, "sort"), ({"period": "sometimes"}, "period"),
        ({"group": "ALIENS"}, "group"), ({"as_of": "2025-02-30"}, "as_of"), ({"offset": -1}, "offset"),
    ])
    def test_what_is_wrong_is_said(self, codes, given, field):
        assert list(refusal("", "civic_duty_search", **given)) == [field]

    @pytest.mark.parametrize("rows", [1, 3, 30])
    def test_the_statements_are_the_same_however_many_rows(self, statements, rows):
        with on("2025-01-20"):
            found = begin_list(rows=rows + 1)
        with on("2025-02-03"):
            for number, code in enumerate(found[:rows]):
                dataset("health_editor", HEALTH, f"{code}@{HEALTH}", name=f"set-{number}")
            statements.clear()
            answer = act("", "civic_duty_search", agency=HEALTH, limit=100)
            assert sum(one["has_data"] for one in answer["results"]) == rows
            assert len(statements) == 6, statements
            statements.clear()
            act("health_editor", "civic_duty_search", agency=HEALTH, limit=100)
            assert len(statements) == 9, statements


class TestShow:
    def test_all_that_the_row_says_and_where_it_stood(self, codes):
        with on("2025-02-04"):
            next_list("2026", "2026-01-01")
            shown = act("", "civic_duty_show", code=codes[0], agency=HEALTH)
        assert (shown["in_force"], shown["period"], shown["edition"]["number"]) == (True, "MONTHLY", "2025")
        assert [(one["edition"], one["number"]) for one in shown["numbers"]] == [("2025", 1), ("2026", 1)]
        assert act("", "civic_duty_show", id=shown["id"]) == act("", "civic_duty_show", id=f"{codes[0]}@{HEALTH}")

    def test_a_draft_is_not_among_the_numbers_for_the_public(self, codes):
        draft("2026", copy_of="2025")
        seen = {user: act(user, "civic_duty_show", code=codes[0], agency=HEALTH)["numbers"] for user in ("", "keeper")}
        assert [len(seen[""]), len(seen["keeper"])] == [1, 2]

    def test_a_duty_that_ended_is_shown_as_it_last_stood(self, codes):
        with on("2025-02-04"):
            next_list("2026", "2025-03-01", **{codes[0].replace("-", "_"): {"owner": AKMOLA}})
        with on("2025-03-02"):
            shown = act("", "civic_duty_show", code=codes[0], agency=HEALTH)
        assert (shown["in_force"], shown["edition"]["number"]) == (False, "2025")

    @pytest.mark.parametrize("given", [
        {"id": "nothing"}, {"code": "NO-001", "agency": HEALTH}, {}, {"id": "@"}, {"code": "NO-001"},
    ])
    def test_one_that_nobody_owes_is_not_found(self, codes, given):
        with pytest.raises(tk.ObjectNotFound):
            act("", "civic_duty_show", **given)


class TestAutocomplete:
    def test_an_editor_is_offered_the_duties_of_his_agencies_only(self, codes):
        offered = act("health_editor", "civic_duty_autocomplete")
        assert [one["value"] for one in offered] == [f"{code}@{HEALTH}" for code in codes[:2]]
        assert (offered[0]["category"], offered[0]["period"]) == ("health", "MONTHLY")
        assert [one["code"] for one in act("health_editor", "civic_duty_autocomplete", q="школы 2")] == [codes[1]]
        assert act("health_editor", "civic_duty_autocomplete", agency=AKMOLA) == []

    def test_a_keeper_is_offered_all_ten_at_a_time(self, codes):
        assert len(act("keeper", "civic_duty_autocomplete")) == 10
        assert [one["agency"]["name"] for one in act("keeper", "civic_duty_autocomplete", agency=AKMOLA)] == [AKMOLA]

    @pytest.mark.parametrize("user", ["", "citizen"])
    def test_who_publishes_for_nobody_is_offered_nothing(self, codes, user):
        with pytest.raises(tk.NotAuthorized):
            act(user, "civic_duty_autocomplete")


class TestOwnTerms:
    def test_a_stricter_period_holds_at_once_everywhere(self, codes):
        key = f"{codes[0]}@{HEALTH}"
        dataset("health_editor", HEALTH, key)
        changed = act("health_admin", "civic_duty_update", id=key, period="еженедельно")
        assert (changed["period"], changed["own_terms"], changed["proposal"]) == (
            "WEEKLY", {"period": "WEEKLY", "schedule": None}, None,
        )
        assert list(each(act("", "civic_duty_search", period="WEEKLY"), "code")) == [codes[0]]
        assert act("", "package_show", id="schools")["update_period"] == "WEEKLY"
        assert act("", "package_search", fq="update_period:WEEKLY")["count"] == 1

    def test_it_holds_in_the_next_edition_too_and_can_be_taken_back(self, codes):
        key = f"{codes[0]}@{HEALTH}"
        with on("2025-02-04"):
            act("health_admin", "civic_duty_update", id=key, period="WEEKLY")
            next_list("2026", "2026-01-01")
            assert act("", "civic_duty_show", id=key, as_of="2026-01-01")["period"] == "WEEKLY"
            assert act("health_admin", "civic_duty_update", id=key, period="MONTHLY")["period"] == "WEEKLY"
        with on("2025-02-10"):
            pass_time()
            back = act("", "civic_duty_show", id=key)
            assert (back["period"], back["own_terms"]) == ("MONTHLY", None)
            assert act("", "civic_duty_show", id=key, as_of="2026-01-01")["period"] == "MONTHLY"

    def test_a_looser_period_is_a_proposal_with_a_reason(self, codes):
        key = f"{codes[0]}@{HEALTH}"
        assert list(refusal("health_admin", "civic_duty_update", id=key, period="YEARLY")) == ["reason"]
        proposed = act("health_admin", "civic_duty_update", id=key, period="YEARLY", reason="No monthly figures exist")
        assert (proposed["period"], proposed["own_terms"]) == ("MONTHLY", None)
        waiting = act("keeper", "civic_item_proposal_list", kind="period")
        assert list(each(waiting, "id")) == [proposed["proposal"]]
        act("keeper", "civic_item_proposal_decide", id=proposed["proposal"], decision="accept")
        assert act("", "civic_duty_show", id=key)["period"] == "MONTHLY"
        with on("2025-03-01"):
            pass_time()
            assert act("", "civic_duty_show", id=key)["period"] == "YEARLY"
            assert list(each(act("", "civic_duty_search", period="YEARLY"), "code")) == [codes[0]]

    def test_the_keeper_loosens_without_a_proposal_from_the_next_period_on(self, codes):
        key = f"{codes[0]}@{HEALTH}"
        changed = act("keeper", "civic_duty_update", id=key, period="YEARLY")
        assert (changed["period"], changed["proposal"]) == ("MONTHLY", None)
        with on("2025-03-01"):
            pass_time()
            assert act("", "civic_duty_show", id=key)["period"] == "YEARLY"

    def test_schedule_unit_and_note(self, codes):
        changed = act(
            "health_admin", "civic_duty_update", code=codes[0], agency=HEALTH, note="Ask the registry",
            schedule={"kind": "after", "days": 5}, responsible_unit={"ru": "Отдел", "kk": "Бөлім"},
        )
        assert changed["schedule"] == {"kind": "after", "days": 5, "unit": "calendar_day"}
        assert changed["duty_note"] == "Ask the registry"
        assert changed["responsible_unit"] == {"ru": "Отдел", "kk": "Бөлім"}
        (event,) = events(stream="duty", type="duty.changed")
        assert sorted(event["public"]["fields"]) == [
            "note", "responsible_unit", "schedule_days", "schedule_kind", "schedule_unit",
        ]
        assert "Ask the registry" not in str(event)

    def test_nothing_changed_is_no_event(self, codes):
        act("health_admin", "civic_duty_update", id=f"{codes[0]}@{HEALTH}", period="MONTHLY", note="")
        assert events(stream="duty") == []

    @pytest.mark.parametrize(("given", "field"), [
        ({"period": "sometimes"}, "period"), ({"schedule": {"kind": "never"}}, "schedule"),
        ({"schedule": {"kind": "after", "days": -3}}, "schedule"), ({"schedule": "soon"}, "schedule"),
    ])
    def test_what_is_wrong_is_said_and_nothing_changes(self, codes, given, field):
        key = f"{codes[0]}@{HEALTH}"
        before = act("", "civic_duty_show", id=key)
        assert list(refusal("health_admin", "civic_duty_update", id=key, **given)) == [field]
        assert act("", "civic_duty_show", id=key) == before


ROLES = ("", "citizen", "akmola_editor", "health_editor", "health_admin", "keeper", "approver", "operator")
PUBLIC, KEEPERS = set(ROLES), {"keeper", "approver", "operator"}
OWN = {"health_editor", "health_admin"}


@pytest.mark.parametrize(("action", "data", "allowed"), [
    ("civic_agency_list", {}, PUBLIC), ("civic_period_list", {}, PUBLIC), ("civic_duty_search", {}, PUBLIC),
    ("civic_duty_show", {}, PUBLIC), ("civic_owner_group_list", {}, PUBLIC), ("civic_owner_group_show", {}, PUBLIC),
    ("civic_agency_succession_list", {}, PUBLIC),
    ("civic_duty_autocomplete", {}, KEEPERS | OWN | {"akmola_editor"}),
    ("civic_duty_update", {"id": "{key}"}, KEEPERS | {"health_admin"}),
    ("civic_duty_link", {"duty": "{key}", "dataset": "schools"}, KEEPERS | OWN),
    ("civic_duty_unlink", {"duty": "{key}", "dataset": "schools"}, KEEPERS | OWN),
    ("civic_duty_unlink", {"duty": "{key}", "dataset": "roads"}, KEEPERS | OWN | {"akmola_editor"}),
    ("civic_duty_link", {"duty": "{key}", "dataset": "roads"}, KEEPERS | {"akmola_editor"}),
    ("civic_duty_link_decide", {"id": "{link}", "decision": "confirm"}, KEEPERS | OWN),
    ("civic_duty_link_decide", {"id": "{link}", "decision": "dispute"}, KEEPERS),
    ("civic_duty_link_list", {"agency": HEALTH}, KEEPERS | OWN), ("civic_duty_link_list", {}, KEEPERS),
    ("civic_owner_group_create", {}, KEEPERS), ("civic_owner_group_update", {"id": "mio"}, KEEPERS),
    ("civic_agency_succession_create", {}, KEEPERS),
])
def test_who_may_do_what(codes, action, data, allowed):
    key = f"{codes[0]}@{HEALTH}"
    dataset("operator", HEALTH)
    dataset("akmola_editor", AKMOLA, key, name="roads")
    (link,) = act("keeper", "civic_duty_link_list", state="proposed")["results"]
    given = {name: value.format(key=key, link=link["id"]) for name, value in data.items()}

    def may(user):
        try:
            return tk.check_access(action, {"user": user, "model": model, "session": model.Session}, given)
        except tk.NotAuthorized:
            return False

    assert {user for user in ROLES if may(user)} == allowed


def test_periods_from_the_strictest_to_the_loosest():
    periods = act("", "civic_period_list")
    assert [one["code"] for one in periods][:3] == ["DAILY", "WEEKLY", "MONTHLY"]
    assert set(periods[0]) >= {"code", "name", "eu", "step", "reminder", "grace", "min_gap", "after"}


def test_rows_of_different_owners_may_share_a_title(codes):
    draft("2026")
    title = {"kk": "Бір", "ru": "Один"}
    for number, owner in enumerate((HEALTH, AKMOLA, SHYMKENT), start=1):
        row("2026", number, owner=owner, title=title)
    make_law("2026", "2025-06-01")
    assert act("", "civic_duty_search", as_of="2025-06-01", q="один")["count"] == 3
