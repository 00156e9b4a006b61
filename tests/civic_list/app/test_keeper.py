"""The keepers' desk: who may see it, and an edition's way from a draft to law by its pages."""
from __future__ import annotations

import json

import pytest
from civic_list.app.reader import Reader, value, words
from civic_list.portal import AKMOLA, BODY, FIXTURES, HEALTH, act, draft, make_law, row

from ckanext.civic_core import clock

pytestmark = pytest.mark.usefixtures("desk")

PAGES = (
    "/desk/list", "/desk/list/editions/new", "/desk/list/editions/2025", "/desk/list/editions/2025/rows",
    "/desk/list/editions/2025/data", "/desk/list/editions/2025/import", "/desk/list/editions/2025/items/new",
    "/desk/list/editions/2025/steps/submit", "/desk/list/proposals", "/desk/list/links", "/desk/list/owner-groups",
    "/desk/list/owner-groups/new", "/desk/list/owner-groups/mio", "/desk/list/successions",
)
TITLE = {"title-kk": "Мектептер", "title-ru": "Школы", "title-en": "Schools"}


@pytest.fixture
def keeper(app) -> Reader:
    return Reader(app, "keeper")


@pytest.fixture
def approver(app) -> Reader:
    return Reader(app, "approver")


# --- who may ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_a_visitor_is_sent_to_log_in(app, path):
    answer = app.get(path, follow_redirects=False, status=302)
    assert answer.headers["Location"].endswith(f"/user/login?came_from={path}")


@pytest.mark.parametrize("name", ["citizen", "akmola_editor", "akmola_admin"])
@pytest.mark.parametrize("path", PAGES)
def test_it_is_the_keepers_own(app, path, name):
    draft("2025")
    Reader(app, name).opens(path, status=403)


@pytest.mark.parametrize("name", ["keeper", "approver", "operator"])
def test_keepers_open_every_page(app, name):
    draft("2025")
    row("2025")
    reader = Reader(app, name)
    for path in PAGES:
        assert reader.opens(path).select_one("h1").get_text(strip=True)


def test_an_edition_that_does_not_exist_is_no_page(keeper):
    keeper.opens("/desk/list/editions/1999", status=404)


# --- drafts -----------------------------------------------------------------------------------------------


def test_a_draft_begins_as_a_copy(keeper):
    draft("2025")
    row("2025", code="MZ-001")
    page = keeper.sends("/desk/list/editions/new", {"number": "2026", "copy_of": "2025", "title-ru": "Перечень"})
    assert "The draft is there" in words(page, ".flash-messages")
    assert words(keeper.opens("/desk/list/editions/2026/rows"), "tbody small") == "MZ-001"


def test_a_number_that_is_taken_is_said_beside_its_field(keeper):
    draft("2025")
    page = keeper.sends("/desk/list/editions/new", {"number": "2025", "title-ru": "Перечень"})
    assert "There is an edition 2025 already" in words(page, "#field-number-error")
    assert value(page, "title-ru") == "Перечень"


def test_days_are_typed_as_the_country_writes_them(keeper):
    draft("2025")
    keeper.sends("/desk/list/editions/2025/data", {"act_number": "№ 1", "act_date": "31.01.2026"})
    assert act("keeper", "civic_edition_show", id="2025")["act_date"] == "2026-01-31"
    assert value(keeper.opens("/desk/list/editions/2025/data"), "act_date") == "31.01.2026"


def test_a_day_that_does_not_exist_stays_in_its_field(keeper):
    draft("2025")
    page = keeper.sends("/desk/list/editions/2025/data", {"act_number": "№ 1", "act_date": "31.02.2026"})
    assert value(page, "act_date") == "31.02.2026"
    assert words(page, '[role=alert] a[href="#field-act_date"]') == "This is not a day: write for example 31.01.2026."


# --- rows -------------------------------------------------------------------------------------------------


def test_a_row_is_added_changed_and_taken_out(keeper):
    draft("2025")
    form = {**TITLE, "owner": HEALTH, "category": "health", "period": "MONTHLY", "composition": "адрес\nчисло"}
    page = keeper.sends("/desk/list/editions/2025/items/new", form)
    code = words(page, "tbody small")
    shown = keeper.opens(f"/desk/list/editions/2025/items/{code}")
    assert (value(shown, "owner"), value(shown, "composition").strip()) == (HEALTH, "адрес\nчисло")
    keeper.sends(f"/desk/list/editions/2025/items/{code}", {**form, "title-ru": "Лицеи", "period": "YEARLY"})
    changed = act("keeper", "civic_item_show", code=code, edition="2025")
    assert (changed["title"]["ru"], changed["period"]) == ("Лицеи", "YEARLY")
    page = keeper.sends(f"/desk/list/editions/2025/items/{code}/delete")
    assert "The row is taken out" in words(page, ".flash-messages")
    assert act("keeper", "civic_item_search", edition="2025")["count"] == 0


def test_a_row_without_owner_keeps_what_was_typed(keeper):
    draft("2025")
    typed = {**TITLE, "owner": "", "category": "health", "period": ""}
    page = keeper.sends("/desk/list/editions/2025/items/new", typed)
    assert value(page, "title-kk") == "Мектептер"
    assert value(page, "category") == "health"
    assert {a["href"] for a in page.select("[role=alert] a")} == {"#field-owner", "#field-period"}


def test_rows_are_found_by_words_and_filters(keeper):
    draft("2025")
    row("2025", 1, code="MZ-001")
    row("2025", 2, code="MZ-002", period="YEARLY")
    page = keeper.opens("/desk/list/editions/2025/rows?period=YEARLY")
    assert words(page, "tbody small") == "MZ-002"
    assert "Nothing was found" in words(keeper.opens("/desk/list/editions/2025/rows?q=кит"))


# --- steps ------------------------------------------------------------------------------------------------


def test_an_edition_goes_from_draft_to_law(keeper, approver):
    draft("2025", title={"ru": "Перечень"})
    row("2025", owner="mio")
    page = keeper.opens("/desk/list/editions/2025/steps/submit")
    assert words(page, ".cv-figure:first-child b") == "20"
    keeper.sends("/desk/list/editions/2025/steps/submit")
    form = approver.opens("/desk/list/editions/2025/steps/approve")
    assert words(form, "[role=main] code") == act("keeper", "civic_edition_impact", id="2025")["annex_sha256"]
    typed = {name: value(form, name) for name in ("act_number", "act_date", "revision")}
    today = f"{clock.today():%d.%m.%Y}"
    page = approver.sends("/desk/list/editions/2025/steps/approve", {**typed, "effective_from": today})
    assert f"In force since {today}" in words(page)
    assert act("citizen", "civic_duty_search", facets=False)["count"] == 20


def test_who_submitted_is_told_why_she_cannot_approve(approver):
    draft("2025")
    row("2025")
    approver.sends("/desk/list/editions/2025/steps/submit")
    page = approver.opens("/desk/list/editions/2025/steps/approve")
    assert "you submitted this edition yourself" in words(page, ".cv-note")
    assert not page.select('form[action$="/steps/approve"]')
    page = approver.sends("/desk/list/editions/2025/steps/approve", {"act_number": "№ 1", "act_date": "2025-01-20"})
    assert "you submitted this edition yourself" in words(page, "[role=alert]")


def test_a_keeper_is_offered_no_approval(keeper):
    draft("2025")
    row("2025")
    keeper.sends("/desk/list/editions/2025/steps/submit")
    page = keeper.opens("/desk/list/editions/2025")
    assert not page.select('a.btn[href$="/steps/approve"]')
    assert "Only administrators of the authorised body approve" in words(page)
    keeper.sends("/desk/list/editions/2025/steps/approve", {"act_number": "№ 1"}, status=403)


def test_another_revision_than_the_one_looked_at_is_not_approved(keeper, approver):
    draft("2025")
    row("2025")
    keeper.sends("/desk/list/editions/2025/steps/submit")
    page = approver.sends("/desk/list/editions/2025/steps/approve", {"revision": "99"})
    assert "Somebody else changed this" in words(page, "[role=alert]")
    assert act("keeper", "civic_edition_show", id="2025")["state"] == "submitted"


def test_returning_needs_a_reason_and_shows_it(keeper, approver):
    draft("2025")
    row("2025")
    keeper.sends("/desk/list/editions/2025/steps/submit")
    page = approver.sends("/desk/list/editions/2025/steps/return", {"reason": ""})
    assert page.select_one('[role=alert] a[href="#field-reason"]')
    page = approver.sends("/desk/list/editions/2025/steps/return", {"reason": "Нет строки о школах"})
    assert "Нет строки о школах" in words(page, ".cv-note")


def test_an_empty_draft_cannot_be_submitted(keeper):
    draft("2025")
    page = keeper.opens("/desk/list/editions/2025/steps/submit")
    assert "has no rows yet" in words(page, ".cv-note")
    assert not page.select("[role=main] form")


def test_a_draft_is_withdrawn(keeper):
    draft("2025")
    page = keeper.sends("/desk/list/editions/2025/steps/withdraw", {"reason": "По ошибке"})
    assert "По ошибке" in words(page, ".cv-note")


def test_an_edition_is_revoked_under_an_act(approver):
    draft("2025")
    row("2025")
    make_law("2025", clock.today().isoformat())
    page = approver.sends("/desk/list/editions/2025/steps/revoke", {"act": "", "day": "вчера"})
    assert {a["href"] for a in page.select("[role=alert] a")} == {"#field-act", "#field-day"}
    assert value(page, "day") == "вчера"
    page = approver.sends("/desk/list/editions/2025/steps/revoke", {"act": "№ 9", "day": f"{clock.today():%d.%m.%Y}"})
    assert "№ 9" in words(page, ".cv-note")


def test_a_step_that_does_not_exist_is_no_page(keeper):
    draft("2025")
    keeper.opens("/desk/list/editions/2025/steps/burn", status=404)
    keeper.sends("/desk/list/editions/2025/steps/burn", status=404)


# --- import -----------------------------------------------------------------------------------------------


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


# --- proposals, links -------------------------------------------------------------------------------------


@pytest.fixture
def proposals() -> list[str]:
    """Two new rows that the akimat handed over."""
    for number in (1, 2):
        act("akmola_editor", "civic_item_proposal_create", agency=AKMOLA, kind="add", category="education",
            period="YEARLY", title={"kk": f"Балабақша {number}", "ru": f"Сады {number}", "en": f"Gardens {number}"})
    act("akmola_admin", "civic_agency_list_approve", agency=AKMOLA)
    return [one["id"] for one in act("keeper", "civic_item_proposal_list", state="proposed")["results"]]


def test_all_that_are_ticked_go_into_the_draft(keeper, proposals):
    draft("2025")
    page = keeper.sends("/desk/list/proposals", {"id": proposals, "decision": "accept", "edition": "2025"})
    assert "2 proposals are decided" in words(page, ".flash-messages")
    assert act("keeper", "civic_edition_show", id="2025")["rows"] == 2


def test_declining_without_a_reason_keeps_the_ticks(keeper, proposals):
    page = keeper.sends("/desk/list/proposals", {"id": proposals[:1], "decision": "decline", "reason": ""})
    assert page.select_one('[role=alert] a[href="#field-reason"]')
    assert [box["value"] for box in page.select("input[type=checkbox][checked]")] == proposals[:1]


def test_deciding_on_nothing_says_so(keeper, proposals):
    page = keeper.sends("/desk/list/proposals", {"decision": "accept"})
    assert "Tick the proposals" in words(page, "[role=alert]")


def test_a_keeper_disputes_a_link_and_confirms_it_again(office, app):
    keeper = Reader(app, "keeper")
    draft("2025")
    row("2025", code="MZ-001")
    make_law("2025", clock.today().isoformat())
    dataset = act("health_editor", "package_create", name="schools", owner_org=HEALTH, category="health",
                  title_translated={"kk": "Мектептер", "ru": "Школы", "en": "Schools"}, update_period="MONTHLY")
    link = act("health_editor", "civic_duty_link", duty=f"MZ-001@{HEALTH}", dataset=dataset["id"])["id"]
    keeper.sends(f"/desk/list/links/{link}", {"decision": "dispute", "reason": "Не те данные", "state": "confirmed"})
    page = keeper.opens("/desk/list/links?state=disputed")
    assert "Не те данные" in words(page)
    keeper.sends(f"/desk/list/links/{link}", {"decision": "confirm", "state": "disputed"})
    assert act("citizen", "civic_duty_show", id=f"MZ-001@{HEALTH}")["has_data"] is True


# --- owner groups, successions ----------------------------------------------------------------------------


def test_a_member_joins_an_owner_group_from_a_day(keeper):
    form = {
        "name": "cities", "title_translated-ru": "Города", "title_translated-kk": "Қалалар", "spellings": "все города",
        "member": ["akimat-shymkent-city", ""], "since": ["01.02.2026", ""], "until": ["", ""],
    }
    page = keeper.sends("/desk/list/owner-groups/new", form)
    assert (value(page, "member"), value(page, "since")) == ("akimat-shymkent-city", "01.02.2026")
    group = act("keeper", "civic_owner_group_show", name="cities")
    (member,) = group["members"]
    assert (member["agency"]["name"], member["since"]) == ("akimat-shymkent-city", "2026-02-01")


def test_a_wrong_day_of_a_member_is_said_and_kept(keeper):
    member = {"member": [AKMOLA], "since": ["30.02.2026"], "until": [""]}
    page = keeper.sends("/desk/list/owner-groups/new", {"name": "towns", "title_translated-ru": "Города", **member})
    assert value(page, "since") == "30.02.2026"
    assert page.select_one('[role=alert] a[href="#field-members"]')


def test_a_succession_is_shown_before_it_is_recorded(keeper):
    bodies = [option["value"] for option in keeper.opens("/desk/list/successions").select("#field-from option")]
    former, successor = [name for name in bodies if name not in {"", BODY, HEALTH, AKMOLA}][:2]
    draft("2025")
    row("2025", owner=former)
    make_law("2025", clock.today().isoformat())
    today = f"{clock.today():%d.%m.%Y}"
    form = {"from": former, "to": successor, "day": today, "act": "Указ № 1", "kind": "merged", "items": ""}
    page = keeper.sends("/desk/list/successions", form)
    assert words(page, ".cv-figure:first-child b") == "1"
    assert act("keeper", "civic_agency_succession_list")["count"] == 0
    confirmed = {field["name"]: field["value"] for field in page.select("form:has(button[name=confirm]) input")}
    page = keeper.sends("/desk/list/successions", {**confirmed, "confirm": "1"})
    assert "Указ № 1" in words(page, "#recorded")
    assert act("citizen", "civic_duty_search", agency=successor, facets=False)["count"] == 1


def test_a_succession_without_successor_keeps_what_was_typed(keeper):
    form = {"from": HEALTH, "to": "", "day": "01.02.2026", "act": "Указ № 1", "kind": "renamed"}
    page = keeper.sends("/desk/list/successions", form)
    assert page.select_one('[role=alert] a[href="#field-to"]')
    assert (value(page, "from"), value(page, "act")) == (HEALTH, "Указ № 1")
