"""The parts of the pages, as people with different eyes and screens meet them."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest

USUAL, BLACK_ON_WHITE, WHITE_ON_BLACK = "", "cv-bw cv-large", "cv-wb cv-large cv-serif"
CASES = [("kk", USUAL), ("ru", USUAL), ("en", USUAL), ("ru", BLACK_ON_WHITE), ("kk", WHITE_ON_BLACK)]


@pytest.fixture(autouse=True)
def debug(monkeypatch):
    monkeypatch.setitem(tk.config, "debug", True)


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize(("language", "view"), CASES)
def test_every_part_can_be_read_by_all(new_page, axe, too_wide, language, view, width):
    page = new_page(width=width)
    page.goto(f"/{language}/design")
    page.evaluate("names => document.documentElement.className += ' ' + names", view)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert page.get_attribute("html", "lang") == language
    assert axe(page) == []
    assert too_wide(page) == []


def test_the_menu_opens_without_javascript_on_a_narrow_screen(new_page):
    page = new_page(width=320, javascript=False)
    page.goto("/en/design")
    menu = page.locator("#main-navigation-toggle")
    assert not menu.is_visible()
    page.click("a.navbar-toggler")
    assert menu.is_visible()
    menu.get_by_role("link", name="Datasets").click()
    assert page.url.endswith("/en/dataset/")


def test_states_are_told_apart_without_colour(page):
    page.goto("/en/design")
    shapes = page.eval_on_selector_all("#states tbody .cv-state", """badges => badges.map(badge => {
        const {clipPath, borderRadius, borderWidth, height, boxShadow} = getComputedStyle(badge, '::before');
        return [clipPath, borderRadius, borderWidth, height, boxShadow.replace(/rgba?[(][^)]*[)]/g, '')].join('|');
    })""")
    assert len(shapes) == len(set(shapes)) == 8


def test_a_table_stays_a_table_where_it_looks_like_cards(new_page):
    page = new_page(width=320)
    page.goto("/en/design")
    row = page.get_by_role("row", name="Vacant land plots")
    assert row.get_by_role("cell").count() == 3
    assert row.get_by_role("rowheader").count() == 1
    assert row.evaluate("row => getComputedStyle(row).display") == "flex"


def test_focus_can_be_seen(page):
    page.goto("/en/design")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == "Skip to main content"
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"


def test_the_accessible_version_is_kept_only_for_who_asks(new_page):
    page = new_page(javascript=False)
    page.goto("/en/design")
    assert page.context.cookies() == []
    page.click("text=Accessible version >> nth=0")
    page.check("text=White on black")
    page.check("text=Large letters")
    page.click("[role=main] button[type=submit]")
    assert [cookie["value"] for cookie in page.context.cookies()] == ["wb-large"]
    page.goto("/en/design")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(0, 0, 0)"
    page.goto("/en/accessibility")
    page.check("text=Usual")
    page.uncheck("text=Large letters")
    page.click("[role=main] button[type=submit]")
    assert page.context.cookies() == []
    page.goto("/en/design")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
