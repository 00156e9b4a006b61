"""J3: Subscribe on the datasheet, all subscriptions on one page, and out again by the link in a message."""
from __future__ import annotations

from datetime import timedelta

import ckan.model as model
import pytest
from browser.journeys import PASSWORD, begin
from civic_list.delivering import FIRST, put
from civic_list.listing import dataset
from civic_list.portal import AKMOLA, BODY, HEALTH, act
from civic_subscriptions import posting

from ckanext.civic_core import clock, working
from ckanext.civic_core.domain.news import Target
from ckanext.civic_notify.channels import memory
from ckanext.civic_subscriptions.who import stop_token


@pytest.fixture(autouse=True)
def schools(portal, clean_index, monkeypatch):
    import ckan.plugins.toolkit as tk

    monkeypatch.setitem(tk.config, "ckanext.civic_core.authorised_body", BODY)
    posting.channels(monkeypatch, "email", "sms")
    posting.without_account(monkeypatch)
    begin()
    posting.nobody_counted()
    made = dataset("health_admin", HEALTH)["id"]
    model.Session.remove()
    return made


@pytest.fixture
def reads(axe, too_wide):
    """What anybody must find right on the page they are on: axe, and no scrolling sideways at 320 pixels."""

    def check(page):
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 900})
            assert axe(page) == []
            assert too_wide(page) == []
        page.set_viewport_size({"width": 1280, "height": 900})

    return check


def _followed() -> list[dict]:
    found = act("citizen", "civic_subscription_list")["results"]
    model.Session.remove()
    return found


@pytest.mark.parametrize("javascript", [True, False], ids=["with", "without"])
@pytest.mark.parametrize("language", ["ru", "kk"])
def test_from_the_datasheet_to_the_message_and_out(new_page, reads, schools, language, javascript):
    look = reads if javascript else lambda page: None
    page = new_page(javascript=javascript)
    page.goto(f"/{language}/dataset/schools")
    assert page.get_attribute("html", "lang") == language
    look(page)
    page.click("header .content_action a[href*='/subscriptions/new']")
    look(page)
    page.click("[role=main] a.btn-primary[href*='/user/login']")
    page.fill("#field-login", "citizen")
    page.fill("#field-password", PASSWORD)
    page.click(".form-actions button[type=submit]")
    page.wait_for_url(f"**/{language}/subscriptions/new?*")
    look(page)
    page.check("input[name=tempo][value=weekly]")
    page.click("[role=main] form button[type=submit]")
    page.wait_for_selector(".cv-toast")
    look(page)
    [row] = _followed()
    assert (row["target_id"], row["tempo"], row["channels"]) == (schools, "weekly", ["email"])

    page.goto(f"/{language}/dataset/schools")
    page.click(f".content_action a[href$='/subscriptions#s-{row['id']}']")
    page.select_option(f"#field-tempo-{row['id']}", "daily")
    page.check(f"#field-channels-{row['id']}-sms")
    page.click("#followed form button.btn-primary")
    page.wait_for_selector(".flash-messages .alert-success")
    look(page)
    assert [(one["tempo"], one["channels"]) for one in _followed()] == [("daily", ["email", "sms"])]

    stranger = new_page(javascript=javascript)
    token = stop_token(posting.user_id("citizen"), Target("dataset", schools))
    stranger.goto(f"/{language}/subscriptions/stop/{token}")
    look(stranger)
    assert len(_followed()) == 1
    stranger.click("[role=main] form button[type=submit]")
    stranger.wait_for_selector(".cv-note[data-kind=ok]")
    look(stranger)
    assert _followed() == []
    assert stranger.context.cookies() == []


def _work() -> None:
    with clock.stopped_at(clock.now() + timedelta(minutes=2)):
        while working.work(model.Session):
            pass


@pytest.mark.parametrize(("language", "title"), [("ru", "Школы"), ("kk", "Мектептер")])
def test_a_new_file_is_one_message_in_ones_language_and_the_message_ends_itself(new_page, schools, language, title):
    memory.clear()
    act("citizen", "civic_notification_preferences_update", language=language)
    act("citizen", "civic_subscription_create", target_type="dataset", target_id=schools, tempo="at_once")
    put("schools", FIRST, "health_admin")
    _work()
    [message] = [one for one in memory.box("email").sent if one.to == "citizen@portal.example"]
    assert message.language == language
    assert title in message.subject
    page = new_page(javascript=False)
    page.goto(message.stop)
    assert page.get_attribute("html", "lang") == language
    page.click("[role=main] form button[type=submit]")
    page.wait_for_selector(".cv-note[data-kind=ok]")
    assert title in page.inner_text(".cv-note")
    assert _followed() == []


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_unsubscribe_on_the_page_and_pause_with_the_keyboard_alone(new_page, sign_in, reads, language):
    for number in range(3):
        act("citizen", "civic_subscription_create", target_type="search", query=f"q=water{number}")
    act("citizen", "civic_subscription_create", target_type="agency", target_id=AKMOLA)
    model.Session.remove()
    page = new_page()
    sign_in(page, "citizen", PASSWORD)
    page.goto(f"/{language}/subscriptions")
    reads(page)
    page.focus("#followed tbody tr:first-child button[name=stop]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".flash-messages .alert-success")
    assert len(_followed()) == 3
    page.focus("#field-paused")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_selector(".cv-note[data-kind=warn]")
    reads(page)


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_pages_of_mistakes_read_well(new_page, sign_in, reads, language):
    page = new_page()
    page.goto(f"/{language}/subscriptions/stop/x")
    reads(page)
    page.fill("#field-email", "nobody")
    page.evaluate("document.querySelector('[role=main] form').noValidate = true")
    page.click("[role=main] form button[type=submit]")
    page.wait_for_selector("[role=alert]")
    reads(page)
    page.goto(f"/{language}/subscriptions/new?type=dataset&id=schools")
    reads(page)
    sign_in(page, "akmola_editor", PASSWORD)
    page.goto(f"/{language}/subscriptions")
    reads(page)
    page.fill("#field-quiet_from", "25")
    page.click("#preferences form button[type=submit]")
    page.wait_for_selector("[role=alert]")
    reads(page)
