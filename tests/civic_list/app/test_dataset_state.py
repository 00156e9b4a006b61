"""How a dataset stands: in answers about it and in the catalogue's search, from the index, by the day."""
from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from civic_list.delivering import FIRST, SECOND, pass_time, publish, put, states
from civic_list.listing import begin_list, dataset, on
from civic_list.portal import HEALTH, act

from ckanext.civic_list import breakpoints, indexing
from ckanext.civic_list.model.delivery import CODES

DAY = timedelta(days=1)


@pytest.fixture
def schools(office: None) -> Iterator[str]:
    """A dataset with a monthly duty whose first data came on 3 February 2025; its id."""
    with on("2025-01-20"):
        code = begin_list(rows=2)[0]
    with on("2025-02-03"):
        pass_time()
        id_ = publish(f"{code}@{HEALTH}")["id"]
        put("schools", FIRST)
    yield id_


def turns(id_: str) -> dict[str, str]:
    """On which day the dataset comes to each state, as it is written ahead."""
    model.Session.rollback()
    return {code: since for since, code in reversed(states(id_))}


def shown(user: str = "citizen", **more: Any) -> tuple[str | None, str | None]:
    answer = act(user, "package_show", id="schools", **more)
    return answer["civic_state"], answer["civic_next_due"]


def search(user: str = "citizen", **more: Any) -> Any:
    return act(user, "package_search", **more)


def with_state(code: str, user: str = "citizen") -> list[str]:
    return [one["name"] for one in search(user, fq=f'civic_state:"{code}"')["results"]]


def counted(user: str = "citizen", **more: Any) -> dict[str, int]:
    facet = search(user, **{"facet.field": ["civic_state"], **more})["search_facets"]["civic_state"]
    return {item["name"]: item["count"] for item in facet["items"]}


class TestAnswers:
    def test_a_dataset_says_its_state_and_its_next_due_day(self, schools):
        with on("2025-02-03"):
            state, due = shown()
            assert (state, due is not None and due > "2025-02-03") == ("fresh", True)
            assert [(one["civic_state"], one["civic_next_due"]) for one in search()["results"]] == [("fresh", due)]

    @pytest.mark.parametrize("more", [{}, {"use_default_schema": True}, {"include_private": True}])
    def test_every_way_of_asking_says_the_same_and_nothing_else(self, schools, more):
        with on("2025-02-03"):
            found = search(**more)["results"][0]
            answer = act("citizen", "package_show", id="schools", **more)
            for one in (found, answer):
                assert (one["civic_state"], breakpoints.COURSE in one) == ("fresh", False)
                assert one["civic_next_due"] == shown()[1]

    def test_an_index_that_is_behind_is_not_asked(self, schools):
        model.Session.execute(sa.text("update package set metadata_modified = now()"))
        model.Session.commit()
        with on("2025-02-03"):
            assert shown()[0] == "fresh"

    def test_a_copy_that_was_indexed_before_the_plugin_came_gets_its_state_too(self, schools, monkeypatch):
        with monkeypatch.context() as patched:
            patched.setattr(breakpoints, "index", lambda document: document)
            indexing.reindex([schools])
        with on("2025-02-03"):
            assert search()["results"][0]["civic_state"] == shown()[0] == "fresh"

    def test_fields_that_are_asked_for_stay_the_only_ones(self, schools):
        assert search(fl="name")["results"] == [{"name": "schools"}]

    def test_nothing_is_said_of_a_dataset_that_not_everybody_sees(self, schools):
        with on("2025-02-03"):
            act("health_editor", "package_patch", id="schools", private=True)
            from ckanext.civic_list.delivery import looking
            looking.look_at(schools)
            assert shown("health_editor") == (None, None)
            assert with_state("fresh", "health_editor") == []

    def test_who_saves_a_dataset_may_send_what_he_read(self, schools):
        with on("2025-02-03"):
            whole = act("health_editor", "package_show", id="schools")
            answer = act("health_editor", "package_update", **{**whole, "civic_state": "overdue"})
            assert answer["civic_state"] == shown()[0] == "fresh"

    def test_it_costs_no_statement_from_the_index_and_one_without_it(self, schools, statements):
        def of_ours() -> int:
            return sum("civic_" in one for one in statements)

        with on("2025-02-03"):
            asked = (
                (lambda: act("citizen", "package_show", id="schools"), 0),
                (lambda: search(), 0),
                (lambda: search(fq="civic_state:fresh", **{"facet.field": ["civic_state"]}), 0),
                (lambda: act("citizen", "package_show", id="schools", use_default_schema=True), 1),
                (lambda: search(use_default_schema=True), 1),
            )
            for ask, most in asked:
                statements.clear()
                ask()
                assert of_ours() == most, statements


class TestMidnight:
    def test_state_filter_and_count_turn_by_themselves(self, schools):
        days = turns(schools)
        assert list(days) != ["fresh"]
        assert {"due", "overdue", "delinquent"} <= days.keys()
        for code in ("due", "overdue", "delinquent"):
            first = date.fromisoformat(days[code])
            with on((first - DAY).isoformat()):
                assert (shown()[0] == code, with_state(code), counted().get(code)) == (False, [], None)
            with on(first.isoformat()):
                assert (shown()[0], with_state(code), counted()) == (code, ["schools"], {code: 1})

    def test_next_due_moves_on_with_the_state(self, schools):
        days = turns(schools)
        with on(days["overdue"]):
            assert shown()[1] < days["overdue"]

    def test_a_state_that_comes_and_goes_is_found_while_it_is_there(self):
        course = "2025-02-01/fresh/2025-03-01 2025-03-02/overdue/2025-03-01 2025-03-10/fresh/2025-04-01"
        fields = breakpoints.index({"id": "x", "validated_data_dict": json.dumps({breakpoints.COURSE: course})})
        assert {name: day[:10] for name, day in fields.items() if name.endswith("_date")} == {
            "civic_fresh_1_date": "2025-02-01", "civic_fresh_1_until_date": "2025-03-02",
            "civic_overdue_1_date": "2025-03-02", "civic_overdue_1_until_date": "2025-03-10",
            "civic_fresh_2_date": "2025-03-10",
        }

    def test_stretches_with_the_same_state_are_one_in_the_index(self):
        course = "2025-02-01/due/2025-03-01 2025-03-02/due/2025-04-01 2025-04-02/overdue/2025-04-01"
        fields = breakpoints.index({"id": "x", "validated_data_dict": json.dumps({breakpoints.COURSE: course})})
        assert sorted(name for name in fields if name.endswith("_date")) == [
            "civic_due_1_date", "civic_due_1_until_date", "civic_overdue_1_date",
        ]
        assert breakpoints.at(course, date(2025, 3, 2)) == ("due", "2025-04-01")
        assert breakpoints.at(course, date(2025, 1, 31)) == (None, None)


class TestSearch:
    @pytest.fixture
    def two(self, schools):
        """A second dataset, on no list and without a release."""
        with on("2025-02-03"):
            id_ = dataset("health_editor", HEALTH, name="clinics")["id"]
            from ckanext.civic_list.delivery import looking
            looking.look_at(id_)

    @pytest.mark.parametrize(("fq", "names"), [
        ('civic_state:"fresh"', ["schools"]),
        ("civic_state:fresh", ["schools"]),
        ("+civic_state:not_started", ["clinics"]),
        ("-civic_state:fresh", ["clinics"]),
        ('civic_state:(fresh OR "not_started")', ["clinics", "schools"]),
        ("civic_state:*", ["clinics", "schools"]),
        ('civic_state:"fresh" +update_period:YEARLY', []),
        ("civic_state:nonsense", []),
        ('civic_state:"[* TO NOW]"', []),
        ("civic_state:overdue", []),
    ])
    def test_a_filter_finds_what_has_the_state(self, two, fq, names):
        with on("2025-02-03"):
            assert sorted(one["name"] for one in search(fq=fq)["results"]) == names
            assert sorted(one["name"] for one in search(fq_list=[fq])["results"]) == names

    def test_counts_agree_with_filters(self, two):
        with on("2025-02-03"):
            assert counted() == {code: len(with_state(code)) for code in CODES if with_state(code)}
            assert counted() == {"fresh": 1, "not_started": 1}
            assert counted(fq="update_period:YEARLY") == {"not_started": 1}
            assert counted(q="clinics") == {"not_started": 1}

    def test_counts_have_the_rights_of_the_caller(self, two, monkeypatch):
        with on("2025-02-03"):
            monkeypatch.setattr(breakpoints, "read", lambda _, ids: dict.fromkeys(ids, "2025-02-03/overdue/"))
            act("health_editor", "package_patch", id="clinics", private=True)
            assert counted() == {"fresh": 1}
            assert counted("health_editor", include_private=True) == {"fresh": 1, "overdue": 1}
            assert counted("akmola_editor", include_private=True) == {"fresh": 1}

    def test_nobody_is_asked_unless_somebody_wants_to_know(self, two, monkeypatch):
        from ckanext.civic_list import search as ours

        monkeypatch.setattr(ours, "make_connection", None)
        with on("2025-02-03"):
            assert "civic_state" not in search(**{"facet.field": ["organization"]})["search_facets"]

    def test_a_failure_of_the_counting_leaves_the_datasets_found(self, two, monkeypatch):
        import pysolr

        from ckanext.civic_list import search as ours

        def broken(**_: Any) -> Any:
            raise pysolr.SolrError("no")

        monkeypatch.setattr(ours, "make_connection", broken)
        with on("2025-02-03"):
            answer = search(**{"facet.field": ["civic_state"]})
            assert (answer["count"], answer["search_facets"]["civic_state"]["items"]) == (2, [])

    def test_update_periods_are_counted_and_named(self, two):
        facet = search(**{"facet.field": ["update_period"]})["search_facets"]["update_period"]["items"]
        assert {item["name"]: (item["display_name"], item["count"]) for item in facet} == {
            "MONTHLY": ("Monthly", 1), "YEARLY": ("Yearly", 1),
        }

    def test_the_catalogue_offers_both_filters_in_words(self, two, app):
        with on("2025-02-03"):
            page = app.get("/dataset/?civic_state=fresh").get_data(as_text=True)
            assert ("Schools" in page, "1 dataset" in page) == (True, True)
            for word in ("State of the data", "Up to date", "Update period", "Monthly"):
                assert word in page, word
            assert "Ежемесячно" in app.get("/ru/dataset/").get_data(as_text=True)
            assert app.get("/dataset/?civic_state=nonsense").status_code == 200
            assert app.get("/dataset/?civic_state=%22").status_code == 200
            assert app.get(f"/organization/{HEALTH}?civic_state=fresh").status_code == 200

    def test_the_api_answers_without_a_crash_whatever_it_is_asked(self, two, app):
        for fq in ("civic_state:", 'civic_state:"', "civic_state:(a OR", "civic_state:[a TO b]", "civic_state:{!x}y"):
            assert app.get("/api/action/package_search", query_string={"fq": fq}).status_code < 500, fq


class TestRestating:
    def test_it_writes_what_a_full_reindex_writes(self, schools):
        indexing.reindex([schools])
        full = _documents()
        indexing.restate([schools])
        assert _documents() == full

    def test_a_new_course_is_written_without_reading_the_dataset(self, schools, monkeypatch):
        model.Session.execute(sa.text("update civic_list_standing set code = 'suspended' where kind = 'dataset'"))
        model.Session.commit()
        monkeypatch.setattr(indexing, "index_update_package", None)
        with on("2025-02-03"):
            indexing.restate([schools])
            assert (shown()[0], with_state("suspended")) == ("suspended", ["schools"])

    def test_a_dataset_that_changed_meanwhile_is_read_anew(self, schools):
        model.Session.execute(sa.text("update package set url = 'http://new.example', metadata_modified = now()"))
        model.Session.commit()
        indexing.restate([schools])
        assert search()["results"][0]["url"] == "http://new.example"

    def test_what_is_not_in_the_index_comes_into_it_and_what_is_gone_goes(self, schools):
        from ckan.logic import index_remove_package

        index_remove_package(schools)
        indexing.restate([schools])
        assert search()["count"] == 1
        model.Session.execute(sa.text("set session_replication_role = replica"))
        model.Session.execute(sa.text("delete from package"))
        model.Session.execute(sa.text("set session_replication_role = origin"))
        model.Session.commit()
        indexing.restate([schools, "nobody"])
        assert search()["count"] == 0

    def test_a_state_that_nobody_came_to_write_is_written_by_the_next_tick(self, schools, monkeypatch):
        with on("2025-02-03"):
            with monkeypatch.context() as patched:
                patched.setattr(indexing, "restate", lambda ids: None)
                put("schools", SECOND)
                for change in ("standing set code = 'suspended'", "dataset set to_index = now()"):
                    model.Session.execute(sa.text(f"update civic_list_{change}"))
                model.Session.commit()
            assert shown()[0] == "fresh"
            pass_time()
            assert (shown()[0], with_state("suspended")) == ("suspended", ["schools"])
        assert model.Session.scalar(sa.text("select count(*) from civic_list_dataset where to_index is not null")) == 0

    def test_an_index_that_is_down_is_told_later(self, schools, monkeypatch):
        from ckan.lib.search import SearchIndexError

        def down(*_: Any, **__: Any) -> Any:
            raise SearchIndexError("down")

        with on("2025-03-03"):
            with monkeypatch.context() as patched:
                patched.setattr(indexing, "_restate", down)
                with pytest.raises(SearchIndexError):
                    put("schools", SECOND)
            model.Session.rollback()
            assert model.Session.scalar(sa.text("select to_index from civic_list_dataset")) is not None
            pass_time()
            assert shown()[1] > "2025-03-03"
            assert search()["results"][0]["civic_next_due"] == shown(use_default_schema=True)[1]

    def test_it_takes_few_statements_a_dataset(self, schools, statements):
        statements.clear()
        indexing.restate([schools])
        assert len(statements) <= 6, statements


def _documents() -> list[dict[str, Any]]:
    from ckan.lib.search.common import make_connection

    site = tk.config["ckan.site_id"]
    found = make_connection(decode_dates=False).search("*:*", fq=f'+site_id:"{site}"', fl="*", wt="json").docs
    for one in found:
        for name in ("indexed_ts", "_version_"):
            one.pop(name, None)
        for name in ("data_dict", "validated_data_dict"):
            one[name] = json.loads(one[name])
    return sorted(found, key=lambda one: one["id"])
