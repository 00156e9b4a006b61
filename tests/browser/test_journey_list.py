"""J7: the keeper copies the list in force, imports a workbook, decides, submits; a second person approves it."""
from __future__ import annotations

import pytest
from browser.journeys import PASSWORD, begin, bring_list_into_force
from civic_list.portal import AKMOLA, BODY, FIXTURES, act, table

from ckanext.civic_core import clock


@pytest.fixture(autouse=True)
def authority(portal, clean_index, monkeypatch):
    import ckan.plugins.toolkit as tk

    monkeypatch.setitem(tk.config, "ckanext.civic_core.authorised_body", BODY)
    begin()
    bring_list_into_force()


@pytest.fixture
def reads(axe, too_wide):
    """What anybody must find right on the page they are on: axe, and no scrolling sideways at 320 pixels."""

    def check(page):
        assert axe(page) == []
        page.set_viewport_size({"width": 320, "height": 900})
        assert axe(page) == []
        assert too_wide(page) == []
        page.set_viewport_size({"width": 1280, "height": 900})

    return check


def _begin_draft(page, language: str) -> None:
    page.goto(f"/{language}/desk/list")
    page.click("a.btn-primary[href$='/desk/list/editions/new']")
    page.fill("#field-number", "2026")
    page.fill("#field-title-ru", "Перечень 2026 года")
    page.select_option("#field-copy_of", "2025")
    page.click("[role=main] form button[type=submit]")
    page.wait_for_url(f"**/{language}/desk/list/editions/2026")


def _upload(page, name: str) -> None:
    page.set_input_files("input[type=file] >> visible=true", FIXTURES / name)
    page.click("button[name=check] >> visible=true >> nth=0")
    page.wait_for_selector("[role=main] .cv-note")


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_the_list_of_2026_becomes_law(new_page, sign_in, reads, language):
    keeper = new_page()
    sign_in(keeper, "keeper", PASSWORD)
    _begin_draft(keeper, language)
    assert keeper.get_attribute("html", "lang") == language
    reads(keeper)

    keeper.click("a[href$='/editions/2026/import']")
    _upload(keeper, "unified-list-broken.xlsx")
    assert keeper.locator("table:has(caption) >> nth=0").locator("tbody tr").count() == 33
    assert keeper.locator("button[name=apply]").count() == 0
    reads(keeper)
    _upload(keeper, "unified-list-2026.xlsx")
    assert keeper.locator("#questions fieldset").count() == 17
    assert keeper.locator("#questions input:checked").count() == 17
    reads(keeper)
    keeper.click("button[name=apply]")
    keeper.wait_for_url(f"**/{language}/desk/list/editions/2026")
    assert act("keeper", "civic_edition_show", id="2026")["rows"] == 154

    keeper.click("a.btn-primary[href$='/steps/submit']")
    reads(keeper)
    keeper.click("[role=main] form button[type=submit]")
    keeper.wait_for_url(f"**/{language}/desk/list/editions/2026")
    assert keeper.locator("a.btn[href$='/steps/approve']").count() == 0

    approver = new_page()
    sign_in(approver, "approver", PASSWORD)
    approver.goto(f"/{language}/desk/list/editions/2026")
    approver.click("a.btn-primary[href$='/steps/approve']")
    approver.fill("#field-act_date", "31.02.2026")
    approver.click("[role=main] form button[type=submit]")
    approver.wait_for_selector("[role=alert]")
    assert approver.input_value("#field-act_date") == "31.02.2026"
    reads(approver)
    approver.fill("#field-act_number", "№ 1-НҚ")
    approver.fill("#field-act_date", "20.01.2026")
    approver.fill("#field-effective_from", f"{clock.today():%d.%m.%Y}")
    approver.click("[role=main] form button[type=submit]")
    approver.wait_for_selector(".cv-note[data-kind=ok]")
    reads(approver)

    _duties_stand()
    _the_difference_has_a_page(new_page(), reads, language)
    _the_agency_sees_what_is_new(new_page(), sign_in, reads, language)


def _duties_stand() -> None:
    akimats = [row["name"] for row in table("agencies.csv") if row["group"] == "MIO"]
    owed = {name: act("citizen", "civic_duty_search", agency=name, limit=1, facets=False)["count"] for name in akimats}
    assert len(owed) == 20
    assert set(owed.values()) == {act("citizen", "civic_item_search", owner="mio", limit=1)["count"]}


def _the_difference_has_a_page(page, reads, language: str) -> None:
    page.goto(f"/{language}/list/editions/2025/diff/2026")
    rows = {part: page.locator(f"#{part} tbody tr").count() for part in ("added", "removed", "renamed", "moved")}
    assert rows == {"added": 12, "removed": 8, "renamed": 10, "moved": 3}
    reads(page)


def _the_agency_sees_what_is_new(page, sign_in, reads, language: str) -> None:
    sign_in(page, "akmola_editor", PASSWORD)
    page.goto(f"/{language}/desk")
    told = {code.strip() for code in page.locator("#news small").all_inner_texts()}
    difference = act("citizen", "civic_edition_diff", **{"from": "2025", "to": "2026"})
    parts = [part for split in difference["split"] for part in split["into"]]
    new = {row["code"] for row in [*difference["added"], *parts] if row["owner"]["name"] in {"mio", AKMOLA}}
    assert new
    assert new <= told
    reads(page)
