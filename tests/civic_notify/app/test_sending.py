"""From the claim to the provider and back: each message once, each outcome in its place."""
from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import timedelta

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
from civic_notify.readers import NOON, channel, later, rows, sent
from sqlalchemy.exc import OperationalError

from ckanext.civic_notify import checking, claiming, outbox, rendering, sending, settling, ticking
from ckanext.civic_notify.channels import memory
from ckanext.civic_notify.channels.base import Outcome


@pytest.fixture
def ten(town):
    """Ten readers are owed a message."""
    for number in range(10):
        town.readers.follow(f"reader {number}")
    town.ring("a")
    return town


def one(town, *outcomes):
    """One reader is owed a message, and the provider will answer this."""
    town.readers.follow("ann")
    town.ring("a")
    memory.box("email").answer_with(*outcomes)
    town.work()


# -- outcomes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("outcome", "state", "reason"), [
    (Outcome("accepted", reference="x1"), "sent", ""),
    (Outcome("delivered"), "sent", ""),
    (Outcome("temporary", "451 try again"), "failed_temporary", ""),
    (Outcome("provider_down", "timeout"), "failed_temporary", ""),
    (Outcome("permanent", "550 no such user"), "failed_permanent", "refused"),
    (Outcome("cap_reached"), "suppressed", "cap_reached"),
])
def test_what_becomes_of_each_answer(town, outcome, state, reason):
    one(town, outcome)
    assert rows("state", "reason", "answer", "reference") == [(state, reason, outcome.code, outcome.reference)]


def test_a_message_that_cannot_go_now_is_tried_later(town):
    one(town, Outcome("temporary", "451"))
    due = rows("due")[0]
    assert timedelta(seconds=15) <= due - NOON <= timedelta(seconds=30)
    town.work()
    assert sent() == []
    with later(due):
        town.work()
    assert sent() == ["ann"]
    assert rows("state", "attempts") == [("sent", 2)]


def test_a_message_that_may_have_gone_is_sent_again_and_counted(town):
    one(town, Outcome("temporary", "in_doubt: closed after DATA", doubt=True))
    with later(NOON + timedelta(minutes=1)):
        town.work()
    assert rows("state", "doubts") == [("sent", 1)]


def test_every_try_is_called_the_same(town):
    one(town, Outcome("temporary", "451"))
    with later(NOON + timedelta(minutes=1)):
        town.work()
    first, second = memory.box("email").given
    assert first.key == second.key


def test_a_provider_that_asks_for_time_gets_it(town):
    one(town, Outcome("temporary", "429", retry_after=600))
    assert rows("due")[0] - NOON == timedelta(seconds=600)


def test_after_a_day_it_is_a_dead_letter(town):
    one(town, Outcome("temporary", "451"))
    memory.box("email").answer = lambda message: Outcome("temporary", "451")
    for hour in range(1, 30):
        with later(NOON + timedelta(hours=hour)):
            town.work()
    assert rows("state", "reason") == [("failed_permanent", "gave_up")]
    assert 20 <= rows("attempts")[0] <= 25


def test_an_address_that_is_gone_is_used_no_more(town):
    one(town, Outcome("permanent", "550", gone=("ann@mail.example",)))
    assert town.readers.gone == [("ann", "email", "ann@mail.example")]
    town.ring("a")
    town.work()
    assert rows("state", "reason")[1] == ("suppressed", "no_address")


def test_what_cannot_be_written_waits_and_keeps_nobody_else(town, monkeypatch):
    town.readers.follow("ann")
    town.readers.follow("ben", bell="b")
    real = town.bells.say
    monkeypatch.setattr(town.bells, "say", lambda session, told: _broken_bell(told) or real(session, told))
    town.ring("a", "b")
    town.work()
    assert sent() == ["ann"]
    assert rows("state", "answer", recipient="ben") == [("failed_temporary", "unwritable")]
    monkeypatch.setattr(town.bells, "say", real)
    with later(NOON + timedelta(minutes=1)):
        town.work()
    assert sent() == ["ann", "ben"]


def _broken_bell(told):
    if any(one.happened.stream_id == "b" for one in told):
        raise ZeroDivisionError


def test_what_waits_for_a_channel_that_was_switched_off_ends_after_a_day(town, monkeypatch):
    town.readers.follow("ann")
    town.readers.follow("ben", tempo="daily")
    town.ring("a")
    monkeypatch.setitem(tk.config, "ckanext.civic_notify.email.adapter", "")
    with later(NOON + timedelta(hours=23)):
        ticking.tick(model.Session())
    assert rows("state") == ["queued", "queued"]
    with later(NOON + timedelta(hours=25)):
        ticking.tick(model.Session())
    assert rows("state", "reason") == [("suppressed", "channel_off")] * 2


def test_what_ended_long_ago_is_forgotten(town):
    town.readers.follow("ann")
    town.ring("a")
    town.work()
    with later(NOON + timedelta(days=90)):
        ticking.tick(model.Session())
    assert rows("state") == ["sent"]
    with later(NOON + timedelta(days=91)):
        ticking.tick(model.Session())
    assert rows("state") == []


# -- one refused among many ------------------------------------------------------------------------------------


def test_one_refused_address_harms_nobody_else(ten):
    memory.box("email").answer = lambda message: (
        Outcome("permanent", "550", gone=(message.to,)) if message.recipient == "reader 5" else None
    )
    ten.work()
    assert sorted(sent()) == [f"reader {number}" for number in range(10) if number != 5]
    assert sorted(rows("state")) == ["failed_permanent"] + ["sent"] * 9
    ten.work()
    assert len(sent()) == 9


# -- workers that die ------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The worker's process is gone."""


#: what the worker had come to when it died; then whether the message had gone without our having it on record
DEATHS = [
    ("claimed", False), ("checked", False), ("rendered", False), ("begun", False), ("handed over", True),
    ("settled, not committed", True), ("settled and committed", False),
]


@contextmanager
def dying(town, come_to, at):
    """The worker dies when it has come to a point for the so-manieth time."""
    owner, name = {
        "claimed": (claiming, "claim"), "checked": (checking, "check"), "rendered": (rendering, "render"),
        "begun": (settling, "begin"), "handed over": (memory.Memory, "send"),
        "settled, not committed": (settling, "settle"), "settled and committed": (sending, "_write"),
    }[come_to]
    real, came = getattr(owner, name), []

    def dies(*args, **kwargs):
        answer = real(*args, **kwargs)
        came.append(name)
        if len(came) == at:
            raise Killed(come_to)
        return answer

    setattr(owner, name, dies)
    try:
        with pytest.raises(Killed):
            town.work()
    finally:
        setattr(owner, name, real)
        model.Session.rollback()
        model.Session.remove()
    yield


@pytest.mark.parametrize("at", [1, 4, 10])
@pytest.mark.parametrize(("come_to", "gone"), DEATHS)
def test_a_worker_that_dies_loses_nothing_and_doubles_at_most_the_one_in_its_hands(ten, come_to, gone, at):
    if at > 1 and come_to in ("claimed", "checked", "rendered", "begun"):
        return  # once a batch
    with dying(ten, come_to, at):
        ten.work()
        assert len(rows("id", state="sent")) < 10 or come_to == "settled and committed"
    with later(NOON + claiming.LEASE + timedelta(seconds=1)):
        ten.work()
    assert rows("state") == ["sent"] * 10
    assert len(sent()) == 10 + gone
    assert len({message.key for message in memory.box("email").sent}) == 10
    assert sum(rows("doubts")) >= gone
    assert sum(rows("doubts")) <= 1


def test_a_worker_that_dies_keeps_a_lease_that_others_respect(ten):
    with dying(ten, "claimed", 1):
        ten.work()
    assert rows("state") == ["claimed"] * 10
    assert sent() == []


def test_a_worker_whose_lease_ran_out_does_not_undo_what_another_did(ten):
    rows_of_first = claiming.claim(model.Session(), "email", 1)
    with later(NOON + claiming.LEASE + timedelta(seconds=1)):
        ten.work()
        assert not settling.settle(model.Session(), rows_of_first[0], settling.End("refuse", reason="refused")).held
        model.Session.commit()
    assert rows("state") == ["sent"] * 10


def test_a_slow_provider_gives_back_what_the_lease_is_too_short_for(ten, monkeypatch):
    instants = iter([NOON] * 4 + [NOON + claiming.LEASE] * 100)
    monkeypatch.setattr(sending, "_runs_out", lambda row: next(instants) > row.claimed_until - timedelta(minutes=1))
    outbox.work(model.Session())
    assert len(sent()) == 4
    assert sorted(rows("state")) == ["queued"] * 6 + ["sent"] * 4
    assert sum(rows("doubts")) == 0


def test_two_workers_at_once_send_each_message_once(ten, monkeypatch):
    monkeypatch.setattr(claiming.claim, "__defaults__", (3,))

    def worker():
        while outbox.work(model.Session()):
            pass
        model.Session.remove()

    threads = [threading.Thread(target=worker) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(sent()) == [f"reader {number}" for number in range(10)]
    assert rows("state") == ["sent"] * 10


def test_a_database_that_restarts_costs_no_double(ten, monkeypatch):
    real, failures = settling.settle, []

    def fails_twice(*args, **kwargs):
        if len(failures) < 2:
            failures.append(1)
            raise OperationalError("update", {}, Exception("server closed the connection"))
        return real(*args, **kwargs)

    monkeypatch.setattr(settling, "settle", fails_twice)
    monkeypatch.setattr(sending, "_SETTLE_WAIT", 0)
    ten.work()
    assert len(sent()) == 10
    assert rows("state") == ["sent"] * 10


def test_a_queue_that_was_wiped_loses_nothing(ten):
    from ckan.lib.redis import connect_to_redis

    connect_to_redis().flushdb()
    ten.work()
    assert len(sent()) == 10


# -- providers that are down -----------------------------------------------------------------------------------


def test_a_provider_that_is_down_is_left_alone_for_a_while(ten):
    memory.box("email").answer = lambda message: Outcome("provider_down", "connection refused")
    ten.work()
    assert len(memory.box("email").given) == 3
    assert channel().failures == 3
    assert channel().closed_until == NOON + timedelta(seconds=30)
    assert channel().last_failure == "connection refused"
    assert sorted(rows("state", "attempts")) == [("failed_temporary", 1)] * 3 + [("queued", 0)] * 7


def test_after_the_rest_one_message_asks_how_it_is(ten):
    memory.box("email").answer = lambda message: Outcome("provider_down", "connection refused")
    ten.work()
    with later(NOON + timedelta(seconds=31)):
        ten.work()
    assert len(memory.box("email").given) == 4
    assert channel().closed_until == NOON + timedelta(seconds=31 + 60)


def test_an_hour_without_a_provider_loses_nothing_and_blocks_no_other_channel(ten):
    for number in range(10):
        ten.readers.follow(f"reader {number}", channel="sms")
    ten.ring("a")
    memory.box("email").answer = lambda message: Outcome("provider_down", "connection refused")
    for minute in range(60):
        with later(NOON + timedelta(minutes=minute)):
            ten.work()
    assert sent("email") == []
    assert len(sent("sms")) == 10
    memory.box("email").answer = None
    for minute in range(60, 180):
        with later(NOON + timedelta(minutes=minute)):
            ten.work()
    assert sorted(sent("email")) == sorted([f"reader {number}" for number in range(10)] * 2)
    assert rows("state") == ["sent"] * 30
    assert (channel().failures, channel().closed_until) == (0, None)


def test_a_rate_is_kept_by_all_workers_together(ten, monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.civic_notify.email.rate", "4")
    ten.work()
    assert len(sent()) == 4
    with later(NOON + timedelta(seconds=59)):
        ten.work()
    assert len(sent()) == 4
    with later(NOON + timedelta(seconds=60)):
        ten.work()
    assert len(sent()) == 8


def test_the_urgent_goes_first(ten):
    ten.readers.follow("ann", bell="alarm")
    with later(NOON + timedelta(minutes=1)):
        ten.ring("alarm", why="security")
        claimed = claiming.claim(model.Session(), "email", 1)
    assert [row.recipient for row in claimed] == ["ann"]


# -- cost ------------------------------------------------------------------------------------------------------


def _cost(town, statements, readers):
    for number in range(readers):
        town.readers.follow(f"reader {number}")
    town.ring("a")
    statements.clear()
    outbox.work(model.Session())
    return len(statements)


@pytest.mark.parametrize("readers", [3, 30])
def test_each_delivery_costs_one_statement(town, statements, readers):
    of_batch = 13
    assert _cost(town, statements, readers) == of_batch + readers
