"""What is looked at once more when a message is claimed."""
from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from civic_notify.readers import NOON, later, rows, sent

from ckanext.civic_core.domain.news import Target
from ckanext.civic_notify.channels import memory


@pytest.fixture
def owed(town):
    """Ann follows a bell, and it was rung."""
    town.readers.follow("ann")
    town.ring("a")
    return town


def test_what_passes_is_sent(owed):
    owed.work()
    assert sent() == ["ann"]
    assert rows("state", "reason", "attempts") == [("sent", "", 1)]


def test_who_left_is_not_told(owed):
    owed.readers.leave("ann")
    owed.work()
    assert sent() == []
    assert rows("state", "reason") == [("suppressed", "unsubscribed")]


def test_who_left_the_bell_but_follows_the_town_is_told_because_of_the_town(town):
    town.readers.follow("ann")
    town.ring("a")
    town.readers.leave("ann")
    town.readers.follow("ann", target_type="town", target_id="")
    town.work()
    assert "because of town" in memory.box("email").sent[0].text


def test_who_paused_is_not_told(owed):
    owed.readers.change("ann", paused=True)
    owed.work()
    assert rows("state", "reason") == [("suppressed", "paused")]


def test_an_account_that_is_gone_is_not_told(owed):
    del owed.readers.reached["ann"]
    owed.work()
    assert rows("state", "reason") == [("suppressed", "account_gone")]


def test_who_has_no_address_is_not_told(owed):
    owed.readers.change("ann", email=None)
    owed.work()
    assert rows("state", "reason") == [("suppressed", "no_address")]


def test_what_is_no_longer_true_is_not_told(owed):
    owed.bells.silent.add("a")
    owed.work()
    assert rows("state", "reason") == [("suppressed", "no_longer_true")]


def test_what_waited_too_long_is_not_told(owed):
    with later(NOON + timedelta(days=31)):
        owed.work()
    assert rows("state", "reason") == [("suppressed", "too_old")]


def test_quiet_hours_hold_back_and_cost_no_try(owed):
    owed.readers.change("ann", quiet=(time(13), time(15)))
    owed.work()
    assert rows("state", "due", "attempts") == [("queued", datetime(2026, 3, 2, 10, tzinfo=UTC), 0)]
    with later(NOON + timedelta(hours=1)):
        owed.work()
    assert rows("state", "attempts") == [("sent", 1)]


@pytest.mark.parametrize("why", ["own", "security"])
def test_neither_pause_nor_quiet_hours_hold_back_ones_own_matter(town, why):
    town.readers.follow("ann")
    town.readers.change("ann", paused=True, quiet=(time(13), time(15)))
    town.ring("a", why=why)
    town.work()
    assert sent() == ["ann"]


def test_who_may_not_read_the_dataset_is_not_told_of_it(town, monkeypatch):
    monkeypatch.setattr(
        town.bells, "audiences",
        lambda session, events: {event.id: _about_dataset(event) for event in events},
    )
    town.readers.follow("ann")
    town.ring("a")
    town.work()
    assert rows("state", "reason") == [("suppressed", "may_not_read")]


def _about_dataset(event):
    from ckanext.civic_core.domain.news import Audience

    return Audience((Target("bell", event.stream_id),), "data", about=Target("dataset", "no-such-dataset"))


def test_a_cap_of_text_messages_a_day(town, monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.civic_notify.sms.cap", "2")
    town.readers.follow("ann", channel="sms")
    for _ in range(3):
        town.ring("a")
        town.work()
    assert rows("state", "reason") == [("sent", ""), ("sent", ""), ("suppressed", "cap_reached")]
    with later(NOON + timedelta(days=1)):
        town.ring("a")
        town.work()
    assert rows("state")[-1] == "sent"


def test_an_event_that_was_erased_is_not_told(owed):
    model.Session.execute(sa.text("update civic_notify_delivery set event_id = event_id"))
    model.Session.execute(sa.text("delete from civic_core_event"))
    model.Session.commit()
    owed.work()
    assert sent() == []


def test_the_language_is_that_of_the_moment(owed):
    owed.readers.change("ann", language="ru")
    owed.work()
    assert memory.box("email").sent[0].language == "ru"
