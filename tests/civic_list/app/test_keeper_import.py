"""The import page: what is wrong in a file, what it could mean, and what is written."""
from __future__ import annotations

import json

import pytest
from civic_list.app.reader import Reader, words
from civic_list.portal import FIXTURES, act, draft, make_law

from ckanext.civic_core import clock

pytestmark = pytest.mark.usefixtures("desk")


def _uploads(reader: Reader, name: str, number: str = "2025", **more):
    with (FIXTURES / name).open("rb") as file:
        return reader.sends(f"/desk/list/editions/{number}/import", {"upload": (file, name), "check": "1", **more})


def _form(page) -> dict[str, str]:
    fields = page.select('form[action$="/import"] input[type=hidden], form[action$="/import"] input[checked]')
    return {field["name"]: field["value"] for field in fields if field.get("name") != "_csrf_token"}


def test_every_error_is_shown_with_its_place_and_nothing_is_written(keeper):
    expected = json.loads((FIXTURES / "expected-errors.json").read_text(encoding="utf-8"))
    draft("2025")
    page = _uploads(keeper, "unified-list-broken.xlsx")
    places = {
        (tr.select("td")[0].get_text(strip=True), tr.select("td")[1].find(string=True, recursive=True).strip())
        for tr in page.select("table:has(caption) tbody tr") if len(tr.select("td")) == 4
    }
    wanted = {
        (str(one["row"]), one["column"] if one["column"] != "*" else "whole row")
        for one in expected["files"]["unified-list-broken.xlsx"] if one["verdict"] == "error"
    }
    assert wanted <= places
    assert "Nothing was written" in words(page, ".cv-note")
    assert not page.select("button[name=apply]")
    assert act("keeper", "civic_edition_show", id="2025")["rows"] == 0


def test_no_file_is_said_beside_the_field(keeper):
    draft("2025")
    page = keeper.sends("/desk/list/editions/2025/import", {"check": "1"})
    assert "Choose a file" in words(page, "#field-upload-error")


def test_the_real_list_is_checked_and_written(keeper):
    draft("2025")
    page = _uploads(keeper, "unified-list-2025.xlsx")
    assert words(page, ".cv-figure:first-child b") == "148"
    page = keeper.sends("/desk/list/editions/2025/import", {**_form(page), "apply": "1"})
    assert "The rows are in the draft" in words(page, ".flash-messages")
    assert act("keeper", "civic_edition_show", id="2025")["rows"] == 148


@pytest.fixture
def next_edition(keeper) -> str:
    """The list of 2025 is law, the draft of 2026 is a copy of it."""
    draft("2025")
    page = _uploads(keeper, "unified-list-2025.xlsx")
    keeper.sends("/desk/list/editions/2025/import", {**_form(page), "apply": "1"})
    make_law("2025", clock.today().isoformat())
    draft("2026", copy_of="2025")
    return "2026"


def test_each_likely_item_is_a_question_with_the_best_answer_marked(keeper, next_edition):
    page = _uploads(keeper, "unified-list-2026.xlsx", next_edition)
    questions = page.select("#questions fieldset")
    assert len(questions) == 17
    marked = [one.select_one("input[checked]")["value"] for one in questions]
    assert "same:MIO-021" in marked
    assert sum(value.startswith("split:") for value in marked) == 4
    page = keeper.sends("/desk/list/editions/2026/import", {**_form(page), "apply": "1"})
    assert "The rows are in the draft" in words(page, ".flash-messages")
    assert act("keeper", "civic_edition_show", id="2026")["rows"] == 154


def test_decisions_stay_when_the_file_is_checked_again_and_when_it_is_put_right(keeper, next_edition):
    page = _uploads(keeper, "unified-list-2026.xlsx", next_edition)
    form = _form(page)
    name = next(name for name, value in form.items() if value == "same:MIO-021")
    again = keeper.sends("/desk/list/editions/2026/import", {**form, name: "new", "check": "1"})
    assert again.select_one(f'input[name="{name}"][checked]')["value"] == "new"
    assert len(again.select("#questions .cv-status")) == 17
    corrected = _uploads(keeper, "unified-list-2026.csv", next_edition, **_form(again))
    mark = name.rpartition("-")[2]
    kept = [one for one in corrected.select("#questions input[checked]") if one["name"].endswith(mark)]
    assert [one["value"] for one in kept] == ["new"]


def test_two_rows_cannot_be_one_item_and_the_page_says_so(keeper, next_edition):
    page = _uploads(keeper, "unified-list-2026.xlsx", next_edition)
    form = _form(page)
    rival = next(
        field["name"] for field in page.select('#questions input[value="same:MIO-021"]')
        if not field.has_attr("checked")
    )
    page = keeper.sends("/desk/list/editions/2026/import", {**form, rival: "same:MIO-021", "apply": "1"})
    assert page.select_one("[role=alert]")
    assert page.select("#questions fieldset")
    assert act("keeper", "civic_edition_show", id="2026")["rows"] == 148


def test_a_file_that_is_gone_is_asked_for_again(keeper):
    draft("2025")
    page = keeper.sends("/desk/list/editions/2025/import", {"staged": "nothing", "check": "1"})
    assert "upload it again" in words(page, "[role=alert]")
