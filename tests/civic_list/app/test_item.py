"""Rows of a draft by hand, and what an item says in all editions."""
from __future__ import annotations

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from civic_list.portal import AKMOLA, HEALTH, SHYMKENT, act, draft, events, make_law, race, refusal, row

from ckanext.civic_core import clock
from ckanext.civic_list.logic.action import item as items
from ckanext.civic_list.model import ItemVersion

pytestmark = pytest.mark.usefixtures("desk")


def _law(number: str = "2025", **rows: str) -> None:
    make_law(number, clock.today().isoformat())


# --- by hand ----------------------------------------------------------------------------------------------


def test_a_row_is_added_with_the_next_code_and_number_of_its_owner():
    draft()
    first, second = row("2025", 7), row("2025", number="", title={"kk": "Дәрігерлер", "ru": "Врачи"})
    assert (first["code"], first["number"], second["code"], second["number"]) == ("MZ-001", 7, "MZ-002", 8)
    assert row("2025", 9, owner="mio")["code"] == "MIO-001"
    assert [one["type"] for one in events(stream="item")] == ["item.added"] * 3


def test_a_row_says_what_was_given():
    draft()
    made = row(
        "2025", owner="mio", period="ежеквартально", composition="отчетный период; регион", way="API",
        schedule={"kind": "after", "days": 20, "unit": "calendar_day"}, first_due="31.03.2025", note="Первый раз",
        theme={"ru": "Здоровье"},
    )
    assert made["owner"]["name"] == "mio"
    assert (made["period"], made["way"], made["first_due"]) == ("QUARTERLY", "integration", "2025-03-31")
    assert made["composition"] == ["отчетный период", "регион"]
    assert made["schedule"] == {"kind": "after", "days": 20, "unit": "calendar_day"}
    assert act("keeper", "civic_item_show", code=made["code"])["note"] == "Первый раз"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": ""}, "title"), ({"title": {"xx": "?"}}, "title"),
        ({"title": {"ru": "Врачи"}}, "title"), ({"owner": "nobody"}, "owner"),
        ({"owner": ""}, "owner"), ({"category": "astrology"}, "category"), ({"period": "SOMETIMES"}, "period"),
        ({"number": 0}, "number"), ({"number": "one"}, "number"), ({"number": 1}, "number"),
        ({"title": {"kk": "Мектептер 1", "ru": "«Школы  1».", "en": "Schools"}}, "title"), ({"way": "pigeon"}, "way"),
        ({"schedule": {"kind": "before"}}, "schedule"), ({"first_due": "soon"}, "first_due"),
        ({"code": "a/b@c"}, "code"), ({"code": "MZ-001"}, "code"),
    ],
)
def test_a_wrong_row_is_refused_and_nothing_is_written(given, field):
    draft()
    row("2025", 1)
    assert list(refusal("keeper", "civic_item_create", **{
        "edition": "2025", "title": {"kk": "Дәрігерлер", "ru": "Врачи"}, "owner": HEALTH, "category": "health",
        "period": "DAILY", **given,
    })) == [field]
    assert act("keeper", "civic_edition_show", id="2025")["rows"] == 1


def test_another_owner_may_have_the_same_title():
    draft()
    first = row("2025", 1)
    assert row("2025", 2, owner="mio", title=first["title"])["title"] == first["title"]


def test_a_changed_row_keeps_its_code_and_tells_what_changed():
    draft()
    code = row("2025")["code"]
    changed = act("keeper", "civic_item_update", edition="2025", code=code, period="DAILY", owner=AKMOLA)
    assert (changed["code"], changed["period"], changed["owner"]["name"]) == (code, "DAILY", AKMOLA)
    assert events(type="item.changed")[-1]["public"]["fields"] == ["owner", "period"]


def test_what_may_be_left_out_can_be_taken_back():
    draft()
    code = row(
        "2025", way="API", schedule={"kind": "after", "days": 5}, first_due="2025-03-31", note="x",
        composition=["регион"], theme={"ru": "Здоровье"},
    )["code"]
    empty = {"way": "", "schedule": "", "first_due": "", "note": "", "composition": "", "theme": ""}
    shown = act("keeper", "civic_item_update", edition="2025", code=code, **empty)
    assert [shown[name] for name in empty] == [None, None, None, "", [], {}]


def test_a_row_that_stays_as_it_is_tells_nothing():
    draft()
    made = row("2025")
    act("keeper", "civic_item_update", edition="2025", code=made["code"], period=made["period"])
    assert events(type="item.changed") == []


def test_a_change_that_collides_is_refused():
    draft()
    first, second = row("2025", 1), row("2025", 2)
    for given, field in (({"number": 1}, "number"), ({"title": first["title"]}, "title")):
        assert list(refusal("keeper", "civic_item_update", edition="2025", code=second["code"], **given)) == [field]


def test_a_row_that_is_taken_out_stays_in_the_editions_that_have_it():
    draft()
    code = row("2025")["code"]
    draft("2026", copy_of="2025")
    assert act("keeper", "civic_item_delete", edition="2026", code=code) == {"code": code}
    assert [one["edition"] for one in act("keeper", "civic_item_show", code=code)["editions"]] == ["2025"]
    with pytest.raises(tk.ObjectNotFound):
        act("keeper", "civic_item_delete", edition="2026", code=code)
    assert row("2026", code=code)["code"] == code


def test_a_code_is_never_given_twice():
    draft()
    first = row("2025")["code"]
    act("keeper", "civic_item_delete", edition="2025", code=first)
    assert row("2025")["code"] != first


def test_rows_of_a_law_stand():
    draft()
    code = row("2025")["code"]
    _law()
    assert list(refusal("keeper", "civic_item_delete", edition="2025", code=code)) == ["state"]
    assert list(refusal("keeper", "civic_item_update", edition="2025", code=code, note="x")) == ["state"]


def test_of_two_rows_added_at_once_one_wins(monkeypatch):
    draft()
    got = race(monkeypatch, (items, "_check_free"), lambda: row("2025", 1), lambda: row("2025", 2))
    assert got[0]["number"] == 1
    assert list(got[1].error_dict) == ["conflict"]
    assert act("keeper", "civic_edition_show", id="2025")["rows"] == 1


# --- shown ------------------------------------------------------------------------------------------------


def test_an_item_shows_its_numbers_and_titles_in_all_editions_and_who_owes_it():
    draft()
    code = row("2025", 5, owner="mio")["code"]
    _law()
    draft("2026", copy_of="2025")
    act("keeper", "civic_item_update", edition="2026", code=code, number=9, title={"kk": "Балабақшалар", "ru": "Сады"})
    shown = act("", "civic_item_show", code=code)
    assert (shown["number"], shown["edition"]["number"], len(shown["duties"])) == (5, "2025", 20)
    assert [(one["edition"], one["number"]) for one in shown["editions"]] == [("2025", 5)]
    kept = act("keeper", "civic_item_show", code=code)
    assert [(one["edition"], one["number"], one["title"]["ru"]) for one in kept["editions"]] == [
        ("2025", 5, "Школы 5"), ("2026", 9, "Сады"),
    ]
    assert act("keeper", "civic_item_show", id=shown["id"], edition="2026")["number"] == 9
    with pytest.raises(tk.ObjectNotFound):
        act("", "civic_item_show", code=code, edition="2026")


def test_an_item_of_a_draft_alone_is_for_keepers():
    draft()
    code = row("2025")["code"]
    assert act("keeper", "civic_item_show", code=code)["edition"]["number"] == "2025"
    for key in (code, "MZ-999"):
        with pytest.raises(tk.ObjectNotFound):
            act("citizen", "civic_item_show", code=key)


# --- searched ---------------------------------------------------------------------------------------------


@pytest.fixture
def ten_rows() -> list[str]:
    draft()
    codes = [
        row("2025", number, owner=HEALTH if number < 7 else "mio", category="health" if number % 2 else "education",
            period="DAILY" if number < 4 else "YEARLY")["code"]
        for number in range(1, 11)
    ]
    _law()
    return codes


@pytest.mark.parametrize(
    ("given", "numbers"),
    [
        ({}, range(1, 11)), ({"q": "школы 10"}, [10]), ({"q": "МЕКТЕПТЕР 10"}, [10]), ({"q": "mz-002"}, [2]),
        ({"q": "100%"}, []), ({"q": "_"}, []), ({"owner": "mio"}, [7, 8, 9, 10]), ({"owner": "nobody"}, []),
        ({"owner": HEALTH, "category": "health"}, [1, 3, 5]), ({"period": "ежедневно"}, [1, 2, 3]),
        ({"limit": 3, "offset": 4}, [5, 6, 7]), ({"sort": "code", "limit": 2}, [7, 8]),
    ],
)
def test_rows_are_found(ten_rows, given, numbers):
    found = act("", "civic_item_search", **given)
    assert [one["number"] for one in found["results"]] == list(numbers)
    assert found["edition"] == "2025"


def test_facets_count_with_the_other_filters_kept(ten_rows):
    facets = act("", "civic_item_search", category="health", limit=1)["facets"]
    assert [(one["value"], one["count"]) for one in facets["owner"]] == [(HEALTH, 3), ("mio", 2)]
    assert {one["value"]: one["count"] for one in facets["category"]} == {"health": 5, "education": 5}
    assert {one["value"]: one["count"] for one in facets["period"]} == {"DAILY": 2, "YEARLY": 3}
    assert facets["owner"][1]["title"]["en"] == "Local executive bodies (all)"


@pytest.mark.parametrize("given", [{"limit": 101}, {"limit": -1}, {"sort": "colour"}, {"period": "SOMETIMES"}])
def test_a_wrong_search_is_refused(ten_rows, given):
    assert list(refusal("", "civic_item_search", **given)) == list(given)


def test_without_a_law_there_is_no_list():
    draft()
    with pytest.raises(tk.ObjectNotFound):
        act("", "civic_item_search")


def test_a_search_costs_the_same_however_many_rows(ten_rows, statements):
    counts = []
    for limit in (1, 3, 10):
        model.Session.remove()
        statements.clear()
        assert len(act("", "civic_item_search", limit=limit)["results"]) == limit
        counts.append(len(statements))
    assert len(set(counts)) == 1
    assert counts[0] <= 12


def test_an_item_costs_the_same_however_many_owe_it(ten_rows, statements):
    counts = []
    for code in (ten_rows[0], ten_rows[9]):
        model.Session.remove()
        statements.clear()
        act("", "civic_item_show", code=code)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 12


# --- what will change, and what did -----------------------------------------------------------------------


def test_impact_tells_new_lost_and_moved_duties_of_each_body():
    draft()
    health, common, gone = row("2025", 1)["code"], row("2025", 2, owner="mio")["code"], row("2025", 3)["code"]
    _law()
    draft("2026", copy_of="2025")
    act("keeper", "civic_item_update", edition="2026", code=health, owner=AKMOLA, period="YEARLY")
    act("keeper", "civic_item_update", edition="2026", code=common, period="DAILY")
    act("keeper", "civic_item_delete", edition="2026", code=gone)
    row("2026", 4, owner=SHYMKENT)
    found = act("keeper", "civic_edition_impact", id="2026")
    assert (found["in_force"], found["new"], found["lost"], found["moved"]) == ("2025", 1, 1, 1)
    assert {body["agency"]["name"]: (body["new"], body["lost"], body["moved_in"], body["moved_out"])
            for body in found["bodies"]} == {HEALTH: (0, 1, 0, 1), AKMOLA: (0, 0, 1, 0), SHYMKENT: (1, 0, 0, 0)}
    assert found["looser"] == [{"code": health, "field": "period", "before": "MONTHLY", "after": "YEARLY"}]


def test_the_first_list_is_all_new():
    draft()
    row("2025", 1, owner="mio")
    found = act("keeper", "civic_edition_impact", id="2025")
    assert (found["in_force"], found["new"], len(found["bodies"]), found["looser"]) == (None, 20, 20, [])


def test_impact_counts_datasets_that_lose_their_duty():
    from ckanext.civic_list.model import Duty, Link

    draft()
    stays, goes = row("2025", 1)["code"], row("2025", 2)["code"]
    _law()
    duties = {shown["code"]: shown["duties"][0]["id"] for shown in (
        act("", "civic_item_show", code=code) for code in (stays, goes))}
    for dataset, codes in (("one", [goes]), ("both", [stays, goes]), ("other", [stays])):
        for code in codes:
            model.Session.add(Link(
                duty_id=duties[code], dataset_id=dataset, dataset_title={}, state="confirmed", since=clock.today(),
                made_by="keeper", made_at=clock.now(),
            ))
    model.Session.commit()
    draft("2026", copy_of="2025")
    act("keeper", "civic_item_delete", edition="2026", code=goes)
    assert act("keeper", "civic_edition_impact", id="2026")["datasets"] == 1
    assert model.Session.scalar(sa.select(sa.func.count(Duty.id))) == 2


def test_the_database_itself_refuses_a_number_or_a_title_twice():
    draft()
    row("2025", 1)
    row("2025", 2)
    for value in ({"number": 1}, {"title_key": "x"}):
        with pytest.raises(sa.exc.IntegrityError):
            model.Session.execute(sa.update(ItemVersion).values(**value))
        model.Session.rollback()
