"""Who is owed what: once for each event, reader and channel."""
from __future__ import annotations

from datetime import timedelta

import ckan.model as model
import pytest
from civic_notify.readers import NOON, later, rows

from ckanext.civic_core.record import record_all
from ckanext.civic_notify import fanning


def test_who_follows_is_owed_the_news_once(town):
    town.readers.follow("ann")
    town.readers.follow("ben", bell="b")
    town.ring("a")
    assert rows("recipient", "channel", "state", "target_type", "target_id", "about_id") == [
        ("ann", "email", "queued", "bell", "a", "a")
    ]


def test_each_channel_is_owed_it(town):
    town.readers.follow("ann")
    town.readers.follow("ann", channel="sms")
    town.ring("a")
    assert sorted(rows("channel")) == ["email", "sms"]


def test_a_channel_that_is_not_configured_owes_nothing(town):
    town.readers.follow("ann", channel="app_push")
    town.ring("a")
    assert rows("id") == []


def test_who_follows_two_things_that_it_is_news_of_is_told_once_because_of_the_nearest(town):
    town.readers.follow("ann", target_type="town", target_id="")
    town.readers.follow("ann")
    town.ring("a")
    assert rows("target_type") == ["bell"]


def test_the_quickest_of_several_tempos_counts(town):
    town.readers.follow("ann", tempo="weekly")
    town.readers.follow("ann", target_type="town", target_id="", tempo="at_once")
    town.ring("a")
    assert rows("tempo", "gather", "target_type") == [("at_once", False, "town")]


def test_who_did_it_is_not_told(town):
    town.readers.follow("ann")
    town.readers.follow("ben")
    town.ring("a", actor="ann")
    assert rows("recipient") == ["ben"]


def test_what_happened_before_somebody_followed_is_not_told(town):
    town.ring("a")
    with later(NOON + timedelta(minutes=1)):
        town.readers.follow("ann")
        town.ring("a")
    assert len(rows("id")) == 1


def test_telling_again_owes_nothing_more(town):
    from ckanext.civic_core.news import spreading

    town.readers.follow("ann")
    town.ring("a")
    events = spreading.happened(model.Session(), [("bell", "a", 1)])
    assert fanning.owe(model.Session(), events) == 0
    assert len(rows("id")) == 1


def test_daily_and_weekly_news_wait_for_a_digest(town):
    town.readers.follow("ann", tempo="daily")
    town.readers.follow("ben", tempo="weekly")
    town.ring("a")
    assert rows("recipient", "tempo", "gather") == [("ann", "daily", True), ("ben", "weekly", True)]


def test_one_thing_is_told_at_once_only_once_a_day(town):
    town.readers.follow("ann", every_change=False)
    town.ring("a")
    town.ring("a", "a")
    assert rows("tempo", "gather") == [("at_once", False), ("daily", True), ("daily", True)]


def test_several_changes_at_one_time_are_one_message_at_once_and_the_rest_gathered(town):
    town.readers.follow("ann", every_change=False)
    town.ring("a", "a", "a")
    assert rows("gather") == [False, True, True]


def test_who_asked_for_each_change_gets_each(town):
    town.readers.follow("ann", every_change=True)
    town.ring("a", "a")
    town.ring("a")
    assert rows("gather") == [False, False, False]


def test_another_thing_and_another_day_are_told_at_once(town):
    town.readers.follow("ann", every_change=False)
    town.readers.follow("ann", bell="b", every_change=False)
    town.ring("a", "b")
    with later(NOON + timedelta(days=1)):
        town.ring("a")
    assert rows("gather") == [False, False, False]


def test_only_data_are_held_to_once_a_day(town):
    town.readers.follow("ann", every_change=False)
    town.ring("a", "a", why="state")
    assert rows("gather") == [False, False]


def test_ones_own_matter_never_waits_for_a_digest(town):
    town.readers.follow("ann", tempo="weekly")
    town.ring("a", why="own")
    assert rows("gather") == [False]


def test_what_is_too_old_is_not_told_and_that_is_on_record(town):
    town.readers.follow("ann", since=NOON - timedelta(days=90))
    from civic_notify.readers import BellRung

    record_all(model.Session(), [BellRung("a")], actor="x", at=NOON - timedelta(days=31))
    model.Session.commit()
    town.ring()
    assert rows("state", "reason") == [("suppressed", "too_old")]


@pytest.mark.parametrize("events", [1, 30])
def test_owing_is_one_statement(town, statements, events):
    from ckanext.civic_core.news import spreading

    town.readers.follow("ann")
    town.ring(*["a"] * events)
    found = spreading.happened(model.Session(), [("bell", "a", number) for number in range(1, events + 1)])
    statements.clear()
    fanning.owe(model.Session(), found)
    assert len(statements) == 1
