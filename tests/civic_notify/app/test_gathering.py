"""Digests: each at its reader's hour, once, with what is still to be told."""
from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import ckan.model as model
import pytest
from civic_notify.readers import NOON, later, rows, sent

from ckanext.civic_notify import gathering
from ckanext.civic_notify.channels import memory
from ckanext.civic_notify.channels.base import Outcome

#: 09:00 of the next day, and of the next Monday, in the portal's zone
TUESDAY, MONDAY = datetime(2026, 3, 3, 4, tzinfo=UTC), datetime(2026, 3, 9, 4, tzinfo=UTC)


def states():
    return rows("kind", "state")


def test_the_news_of_a_day_are_one_message_at_the_readers_hour(town):
    town.readers.follow("ann", tempo="daily")
    town.ring("a", "a")
    town.work()
    assert sent() == []
    with later(TUESDAY - timedelta(minutes=1)):
        town.work()
        assert sent() == []
    with later(TUESDAY):
        town.work()
        town.work()
    assert sent() == ["ann"]
    assert states() == [("event", "sent"), ("event", "sent"), ("digest", "sent")]


def test_a_week_is_one_message_on_monday(town):
    town.readers.follow("ann", tempo="weekly")
    for day in range(5):
        with later(NOON + timedelta(days=day)):
            town.ring("a")
            town.work()
    assert sent() == []
    with later(MONDAY):
        town.work()
    assert sent() == ["ann"]
    assert rows("state", kind="event") == ["sent"] * 5


def test_each_reader_has_his_own_hour(town):
    town.readers.follow("ann", tempo="daily")
    town.readers.follow("ben", tempo="daily")
    town.readers.change("ben", hour=18)
    town.ring("a")
    town.work()
    with later(NOON + timedelta(hours=4)):  # 18:00 of the same day
        town.work()
        assert sent() == ["ben"]
    with later(TUESDAY):
        town.work()
    assert sent() == ["ben", "ann"]


def test_an_hour_that_is_changed_before_counts(town):
    town.readers.follow("ann", tempo="daily")
    town.ring("a")
    town.work()
    town.readers.change("ann", hour=18)
    with later(TUESDAY):
        town.work()
    assert sent() == ["ann"]


def test_what_is_no_longer_wanted_or_true_is_left_out(town):
    town.readers.follow("ann", tempo="daily")
    town.readers.follow("ann", bell="b", tempo="daily")
    town.ring("a", "b")
    town.work()
    town.bells.silent.add("b")
    with later(TUESDAY):
        town.work()
    assert rows("state", "reason", kind="event") == [("sent", ""), ("suppressed", "no_longer_true")]
    assert "Bell a" in memory.box("email").sent[0].text
    assert "Bell b" not in memory.box("email").sent[0].text


def test_a_digest_of_which_nothing_is_left_is_not_sent(town):
    town.readers.follow("ann", tempo="daily")
    town.ring("a")
    town.work()
    town.bells.silent.add("a")
    with later(TUESDAY):
        town.work()
    assert sent() == []
    assert rows("kind", "state", "reason") == [
        ("event", "suppressed", "no_longer_true"), ("digest", "suppressed", "nothing_left"),
    ]


def test_who_paused_gets_no_digest_and_its_news_say_why(town):
    town.readers.follow("ann", tempo="daily")
    town.ring("a")
    town.work()
    town.readers.change("ann", paused=True)
    with later(TUESDAY):
        town.work()
    assert rows("state", "reason") == [("suppressed", "paused")] * 2


def test_a_digest_that_fails_for_a_while_keeps_its_news(town):
    town.readers.follow("ann", tempo="daily")
    town.ring("a")
    town.work()
    memory.box("email").answer_with(Outcome("temporary", "451"))
    with later(TUESDAY):
        town.work()
        assert states() == [("event", "queued"), ("digest", "failed_temporary")]
    with later(TUESDAY + timedelta(hours=1)):
        town.work()
    assert states() == [("event", "sent"), ("digest", "sent")]


def test_a_digest_that_is_refused_for_good_settles_its_news(town):
    town.readers.follow("ann", tempo="daily")
    town.ring("a")
    town.work()
    memory.box("email").answer_with(Outcome("permanent", "550", gone=("ann@mail.example",)))
    with later(TUESDAY):
        town.work()
    assert states() == [("event", "failed_permanent"), ("digest", "failed_permanent")]


def test_after_an_outage_of_days_the_digest_comes_once(town):
    town.readers.follow("ann", tempo="daily")
    town.ring("a")
    with later(TUESDAY + timedelta(days=3)):
        town.work()
        town.work()
    assert sent() == ["ann"]


def test_news_after_the_digest_of_the_day_wait_for_the_next(town):
    town.readers.follow("ann", tempo="daily")
    town.ring("a")
    town.work()
    with later(TUESDAY):
        town.work()
        town.ring("a")
        town.work()
        assert sent() == ["ann"]
    with later(TUESDAY + timedelta(days=1)):
        town.work()
    assert sent() == ["ann", "ann"]


def test_two_workers_begin_a_digest_once(town):
    for number in range(6):
        town.readers.follow(f"reader {number}", tempo="daily")
    town.ring("a")
    town.work()

    def worker():
        gathering.gather(model.Session())
        model.Session.remove()

    with later(TUESDAY):
        threads = [threading.Thread(target=worker) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        town.work()
    assert sorted(sent()) == [f"reader {number}" for number in range(6)]
    assert rows("state") == ["sent"] * 12


@pytest.mark.parametrize("readers", [1, 30])
def test_gathering_costs_the_same_for_one_as_for_many(town, statements, readers):
    for number in range(readers):
        town.readers.follow(f"reader {number}", tempo="daily")
    town.ring("a")
    town.work()
    with later(TUESDAY):
        statements.clear()
        gathering.gather(model.Session())
    assert len(statements) == 3
