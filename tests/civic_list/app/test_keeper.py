"""The keepers' desk: who may see it, and an edition's way from a draft to law by its pages."""
from __future__ import annotations

import pytest
from civic_list.app.reader import Reader, value, words
from civic_list.portal import HEALTH, act, draft, make_law, row

from ckanext.civic_core import clock

pytestmark = pytest.mark.usefixtures("desk")

PAGES = (
    "/desk/list", "/desk/list/editions/new", "/desk/list/editions/2025", "/desk/list/editions/2025/rows",
    "/desk/list/editions/2025/data", "/desk/list/editions/2025/import", "/desk/list/editions/2025/items/new",
    "/desk/list/editions/2025/steps/submit", "/desk/list/proposals", "/desk/list/links", "/desk/list/owner-groups",
    "/desk/list/owner-groups/new", "/desk/list/owner-groups/mio", "/desk/list/successions",
)
TITLE = {"title-kk": "Мектептер", "title-ru": "Школы", "title-en": "Schools"}


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
