"""What is told of a row of the list: to who follows it, when an edition that becomes law says otherwise of it."""
from __future__ import annotations

import ckan.model as model
import pytest
import told
from civic_list.listing import begin_list, on
from civic_list.portal import act, draft, events, make_law

from ckanext.civic_core.domain.news import Target, Told
from ckanext.civic_core.news import telling

pytestmark = pytest.mark.usefixtures("office")
NEW = {"kk": "Ауруханалар", "ru": "Больницы", "en": "Hospitals"}


@pytest.fixture
def second() -> list[str]:
    """Of three rows the next edition renames the first and asks for it oftener, lacks the second, keeps the third."""
    with on("2025-01-20"):
        codes = begin_list(rows=3)
    with on("2025-05-05"):
        draft("2026", copy_of="2025")
        act("keeper", "civic_item_update", edition="2026", code=codes[0], title=NEW, period="WEEKLY")
        act("keeper", "civic_item_delete", edition="2026", code=codes[1])
        make_law("2026", "2025-06-02")
    return codes


def revised(code):
    return next(event for event in told.of_type("item.revised") if event.public["code"] == code)


def test_each_row_that_the_edition_changes_has_it_in_its_history(second):
    found = {one["public"]["code"]: one["public"] for one in events(type="item.revised")}
    assert set(found) == set(second[:2])
    assert found[second[0]]["how"] == "changed"
    assert set(found[second[0]]["fields"]) >= {"title", "period"}
    assert (found[second[1]]["how"], found[second[1]]["fields"]) == ("removed", [])


def test_it_concerns_who_follows_the_row(second):
    event = revised(second[0])
    assert told.targets(event) == [("item", event.stream_id)]


def test_the_words_say_what_changes_from_when(second):
    words = told.said(revised(second[0]))
    assert words.subject == "The row of the list changes: “Hospitals”"
    assert words.path == f"/list/item/{second[0]}"
    assert words.lines[0] == "Edition 2026 of the unified list, in force from 02.06.2025."
    assert "Title: Schools 1 → Hospitals" in words.lines
    assert "Period: Monthly → Weekly" in words.lines


def test_a_row_that_is_gone_is_called_what_it_was(second):
    words = told.said(revised(second[1]))
    assert words.subject == "Not in the new edition: “Schools 2”"
    assert len(words.lines) == 1


@pytest.mark.parametrize(("language", "subject"), [
    ("ru", "Строка перечня меняется: «Больницы»"), ("kk", "Тізбе жолы өзгереді: «Ауруханалар»"),
])
def test_in_the_readers_language(second, language, subject):
    assert told.said(revised(second[0]), language=language).subject == subject


def test_a_revoked_edition_changes_nothing_any_more(second):
    assert not told.outdated(revised(second[0]))
    with on("2025-05-20"):
        act("approver", "civic_edition_revoke", id="2026", act="№ 7", day="2025-06-02")
    assert told.outdated(revised(second[0]))


def test_the_first_edition_changes_no_row():
    with on("2025-01-20"):
        begin_list(rows=3)
    assert events(type="item.revised") == []


def test_a_day_that_is_set_later_says_it_then():
    with on("2025-01-20"):
        codes = begin_list(rows=2)
    with on("2025-05-05"):
        draft("2026", copy_of="2025")
        act("keeper", "civic_item_delete", edition="2026", code=codes[0])
        act("keeper", "civic_edition_submit", id="2026")
        act("approver", "civic_edition_approve", id="2026")
        assert events(type="item.revised") == []
        act("approver", "civic_edition_set_effective", id="2026", effective_from="2025-06-02")
    assert [one["public"]["code"] for one in events(type="item.revised")] == codes[:1]


@pytest.mark.parametrize("rows", [1, 30])
def test_the_words_take_the_same_statements_however_many(statements, rows):
    with on("2025-01-20"):
        codes = begin_list(rows=rows + 1)
    with on("2025-05-05"):
        draft("2026", copy_of="2025")
        for code in codes[:rows]:
            act("keeper", "civic_item_update", edition="2026", code=code, period="WEEKLY")
        make_law("2026", "2025-06-02")
    found = told.of_type("item.revised")
    assert len(found) == rows
    statements.clear()
    telling.said(model.Session(), [Told(event, Target("item", event.stream_id)) for event in found], "en")
    assert len(statements) == 2
