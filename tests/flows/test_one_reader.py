"""One reader from «Subscribe» to the last message, with nothing faked but the mail server."""
from __future__ import annotations

import re

import ckan.plugins.toolkit as tk
import pytest
from civic_list.delivering import FIRST, SECOND, put
from civic_list.listing import dataset, on
from civic_list.portal import HEALTH, act
from flows import mailing

from ckanext.civic_notify.channels import memory

THIRD = b"period;region;count\n2025-03;Akmola;5\n2025-03;Abai;6\n"


@pytest.fixture
def reader(office, monkeypatch):
    """A citizen follows a dataset at once; its first file is there."""
    monkeypatch.setitem(tk.config, "ckanext.civic_notify.email.adapter", "memory")
    memory.clear()
    mailing.sending._open.clear()
    with on("2026-03-02"):
        put(dataset("health_editor", HEALTH)["name"], FIRST)
        act("citizen", "civic_subscription_create", target_type="dataset", target_id="schools", tempo="at_once")
        mailing.work()
    memory.clear()
    yield
    mailing.sending._open.clear()


def mails():
    """What the citizen got."""
    return [message for message in memory.box("email").sent if message.to == "citizen@portal.example"]


def bring(content, day):
    with on(day):
        put("schools", content)
        mailing.work()


def test_a_new_file_is_one_message_that_says_what_changed(reader):
    bring(SECOND, "2026-03-03")
    assert len(mails()) == 1
    message = mails()[0]
    assert "Schools" in message.subject
    assert "2" in message.text
    assert message.url in message.text
    assert message.stop in message.text


def test_one_post_of_the_link_ends_it_from_the_next_message_on(reader, app):
    bring(SECOND, "2026-03-03")
    stop = re.sub(r"^https?://[^/]+", "", mails()[0].stop)
    with on("2026-03-04"):
        assert app.get(stop).status_code == 200
    bring(THIRD, "2026-03-04")
    assert len(mails()) == 2, "a GET changed something"
    with on("2026-03-05"):
        put("schools", FIRST + SECOND)
        assert app.post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 200
        assert app.post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 200
        mailing.work()
    assert len(mails()) == 2


def test_what_became_private_before_it_was_told_is_in_no_message(reader):
    with on("2026-03-03"):
        put("schools", SECOND)
        act("health_editor", "package_patch", id="schools", private=True,
            title_translated={"kk": "Құпия", "ru": "Тайна", "en": "Secret"})
        mailing.work()
    words = " ".join(f"{one.subject} {one.text} {one.html} {one.short}" for one in mails())
    assert not re.search("Құпия|Тайна|Secret", words)
    assert all("rows" not in one.text for one in mails())


def test_a_private_dataset_is_told_of_to_nobody_but_its_agency(reader):
    with on("2026-03-03"):
        act("citizen", "civic_subscription_create", target_type="agency", target_id=HEALTH, tempo="at_once")
        put(dataset("health_editor", HEALTH, name="hidden", private=True,
                    title_translated={"kk": "Құпия", "ru": "Тайна", "en": "Secret"})["name"], SECOND)
        mailing.work()
    assert mails() == []


def test_the_message_is_in_the_language_that_the_reader_chose(reader):
    act("citizen", "civic_notification_preferences_update", language="kk")
    bring(SECOND, "2026-03-03")
    assert mails()[0].language == "kk"
    assert "Мектептер" in mails()[0].subject


def test_who_changed_it_is_not_told(reader):
    with on("2026-03-02"):
        act("health_editor", "civic_subscription_create", target_type="dataset", target_id="schools", tempo="at_once")
    bring(SECOND, "2026-03-03")
    assert "health_editor@portal.example" not in {message.to for message in memory.box("email").sent}
