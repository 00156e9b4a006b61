"""The pages of delivery in a browser: on narrow and wide screens, in two languages, by keyboard, without scripts."""
from __future__ import annotations

import pytest
from civic_list.delivered import CODES
from civic_list.portal import HEALTH

PAGES = {
    "list": "/list", "fresh": "/list/item/{kept}/" + HEALTH, "missed": "/list/item/{silent}/" + HEALTH,
    "suspended": "/list/item/{rested}/" + HEALTH, "agency": f"/list/agency/{HEALTH}", "missing": "/list/missing",
    "nothing": "/list/missing?state=overdue&category=education", "excused": "/list/excused",
    "figures": "/list/figures", "rows": "/list/figures?rows=listed", "periods": "/list/figures?rows=missed",
    "datasets": "/list/figures?rows=all", "datasheet": "/dataset/data-kept", "updates": "/dataset/data-kept/updates",
    "search": "/dataset",
}

pytestmark = pytest.mark.usefixtures("delivery_day")


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("language", ["ru", "kk"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_can_be_read_by_all(new_page, axe, too_wide, name, language, width):
    page, complaints = new_page(width=width), []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"/{language}{PAGES[name].format(**CODES)}")
    assert page.get_attribute("html", "lang") == language
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    assert axe(page) == []
    assert too_wide(page) == []
    assert complaints == []


@pytest.mark.parametrize("view", ["cv-bw cv-large", "cv-wb cv-large cv-serif"])
@pytest.mark.parametrize("name", ["missed", "agency", "figures"])
def test_the_accessible_version_can_be_read(new_page, axe, too_wide, name, view):
    page = new_page(width=320)
    page.goto(f"/ru{PAGES[name].format(**CODES)}")
    page.evaluate("view => { document.documentElement.className = 'js ' + view }", view)
    assert axe(page) == []
    assert too_wide(page) == []


def test_a_citizen_finds_out_why_data_are_late_without_scripts_and_by_keyboard(new_page):
    page = new_page(width=320, javascript=False)
    page.goto("/en/list/missing")
    page.focus("text=Deadline missed")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.focus("tbody th a")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith(f"/en/list/item/{CODES['silent']}/{HEALTH}")
    assert page.get_by_text("The update for August 2025 did not come until 29.09.2025").is_visible()
    twin = page.locator("#periods table")
    assert not twin.is_visible()
    page.focus("#periods summary")
    page.keyboard.press("Enter")
    assert twin.is_visible()


def test_a_mark_of_the_strip_leads_to_its_row(page):
    page.goto(f"/en/list/item/{CODES['silent']}/{HEALTH}")
    page.locator("#periods .cv-strip a").nth(1).click()
    row = page.locator("#periods tr:target")
    assert row.is_visible()
    assert "February 2025" in row.inner_text()


def test_a_past_day_is_asked_for_by_a_form_and_a_number_opens_its_rows(new_page):
    page = new_page(javascript=False)
    page.goto("/en/list/figures")
    page.fill("#filter-as_of", "20.04.2025")
    with page.expect_navigation():
        page.press("#filter-as_of", "Enter")
    assert page.get_by_text("on 20.04.2025").is_visible()
    with page.expect_navigation():
        page.click(".cv-figure >> nth=1 >> a")
    assert page.locator("tbody tr").count() == 3
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download, CSV").click()
    assert saved.value.suggested_filename.endswith(".csv")
