"""The pages of the list in a browser: on narrow and wide screens, in two languages, by keyboard, without scripts."""
from __future__ import annotations

import pytest
from civic_list.portal import AKMOLA, HEALTH, SHYMKENT
from civic_list.reading import CODES

PAGES = {
    "list": "/list", "nothing": "/list?q=zzz", "duty": "/list/item/{schools}/" + HEALTH,
    "no-data": "/list/item/{akimats}/" + SHYMKENT, "item": "/list/item/{akimats}", "editions": "/list/editions",
    "edition": "/list/editions/2025", "difference": "/list/editions/2025/diff/2026", "agency": f"/list/agency/{HEALTH}",
    "datasheet": "/dataset/offered",
}

pytestmark = pytest.mark.usefixtures("reading_day")


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("language", ["ru", "kk"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_can_be_read_by_all(new_page, axe, too_wide, name, language, width):
    page, complaints = new_page(width=width), []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"/{language}{PAGES[name].format(**CODES)}")
    assert page.get_attribute("html", "lang") == language
    assert axe(page) == []
    assert too_wide(page) == []
    assert complaints == []


def test_a_citizen_finds_out_what_is_owed_without_scripts_and_by_keyboard(new_page):
    page = new_page(width=320, javascript=False)
    page.goto("/en/list")
    page.focus("#filter-q")
    page.keyboard.type(CODES["akimats"])
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("tbody tr").count() == 20
    page.select_option("#filter-agency", AKMOLA)
    with page.expect_navigation():
        page.click("form.cv-filter button")
    page.focus("tbody th a")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith(f"/en/list/item/{CODES['akimats']}/{AKMOLA}")
    assert page.get_by_role("heading", name="No dataset answers this duty yet").is_visible()


def test_a_figure_of_the_difference_leads_to_its_part(page):
    page.goto("/en/list/editions/2025/diff/2026")
    page.get_by_role("link", name="renamed").click()
    assert page.url.endswith("#renamed")
    assert page.locator("#renamed ins").evaluate("one => getComputedStyle(one).borderBottomStyle") == "solid"
    assert page.locator("#period del").evaluate("one => getComputedStyle(one).textDecorationLine") == "line-through"


def test_the_difference_can_be_saved(page):
    page.goto("/en/list/editions/2025/diff/2026")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download, CSV").click()
    assert saved.value.suggested_filename == "unified-list-2025-2026.csv"
