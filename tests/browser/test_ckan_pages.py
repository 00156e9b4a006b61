"""CKAN's own pages under our look: they are read by the same people."""
from __future__ import annotations

import pytest
from ckan.tests import factories
from ckan.tests.helpers import call_action

PASSWORD = "long-and-secret-7"
VISITOR = ["/", "/dataset/", "/dataset/land", "/organization/", "/organization/land-agency", "/group/", "/user/login",
           "/user/register", "/user/reset", "/about", "/accessibility", "/dataset/nowhere"]
EDITOR = ["/dataset/new", "/dataset/edit/land", "/dataset/land/resource/new", "/dataset/activity/land"]


@pytest.fixture(scope="module", autouse=True)
def content(portal):
    """An agency with more datasets than a page of the search shows, and its editor."""
    from ckan.lib.search import clear_all
    from database import empty

    empty()
    clear_all()
    editor = factories.User(name="land-editor", password=PASSWORD)
    agency = factories.Organization(
        name="land-agency", title_translated={"kk": "Жер агенттігі", "ru": "Земельное агентство"},
        users=[{"name": editor["name"], "capacity": "editor"}],
    )
    site = {"user": call_action("get_site_user")["name"]}
    call_action("group_create", context=site, name="land", title_translated={"kk": "Жер", "ru": "Земля"})
    for number in range(21):
        call_action(
            "package_create", context=site, name=f"land-{number}" if number else "land", owner_org=agency["id"],
            title_translated={"kk": f"Жер {number}", "ru": f"Земля {number}"}, category="land",
            notes_translated={"ru": "Свободные земельные участки"}, tags_translated={"ru": ["земля"]},
            update_period="MONTHLY", resources=[{"url": "http://example.com/land.csv", "format": "CSV"}],
        )


@pytest.mark.parametrize("address", VISITOR)
@pytest.mark.parametrize(("width", "view"), [(320, ""), (1280, "cv-wb cv-large")])
def test_a_visitor_can_read_it(new_page, axe, too_wide, address, width, view):
    page = new_page(width=width)
    page.goto(f"/ru{address}")
    page.evaluate("names => document.documentElement.className += ' ' + names", view)
    assert axe(page) == []
    assert too_wide(page) == []


@pytest.mark.parametrize("address", EDITOR)
@pytest.mark.parametrize(("width", "view"), [(320, ""), (1280, "cv-wb")])
def test_an_editor_can_read_it(new_page, sign_in, axe, too_wide, address, width, view):
    page = new_page(width=width)
    sign_in(page, "land-editor", PASSWORD)
    page.goto(f"/kk{address}")
    page.evaluate("names => document.documentElement.className += ' ' + names", view)
    assert axe(page) == []
    assert too_wide(page) == []


def test_the_pages_of_a_search_can_be_turned_without_javascript(new_page):
    page = new_page(javascript=False)
    page.goto("/en/dataset/?organization=land-agency")
    assert page.locator(".dataset-item").count() == 20
    page.get_by_role("link", name="Next").click()
    assert page.locator(".dataset-item").count() == 1
    assert "organization=land-agency" in page.url


def test_a_narrow_screen_shows_what_was_asked_for_first(new_page):
    page = new_page(width=320)
    page.goto("/en/dataset/land")
    heading, beside = page.locator("[role=main] h1"), page.locator("aside.secondary")
    assert heading.bounding_box()["y"] < beside.bounding_box()["y"]


def test_who_is_signed_in_signs_out_without_javascript(new_page, sign_in):
    page = new_page(javascript=False)
    sign_in(page, "land-editor", PASSWORD)
    page.click(".cv-menu summary")
    page.click(".cv-menu button[type=submit]")
    page.goto("/en/")
    assert page.locator(".account.not-authed").is_visible()
