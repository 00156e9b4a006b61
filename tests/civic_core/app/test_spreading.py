"""From an event to its news: once, whoever is at work, and whatever breaks."""
from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import ckan.model as model
import pytest
import sqlalchemy as sa

from ckanext.civic_core import clock, working
from ckanext.civic_core.domain.events import Event
from ckanext.civic_core.domain.news import Audience, Target
from ckanext.civic_core.model import NewsRow, PendingRow
from ckanext.civic_core.news import pending, spreading
from ckanext.civic_core.record import SYSTEM, record, record_all

NOON = datetime(2026, 3, 2, 7, tzinfo=UTC)


@dataclass(frozen=True)
class BellRung(Event):
    type: ClassVar[str] = "bell.rung"
    stream: ClassVar[str] = "bell"
    loud: bool = True


@dataclass(frozen=True)
class BellCast(Event):
    """Nobody is told of it."""

    type: ClassVar[str] = "bell.cast"
    stream: ClassVar[str] = "bell"


class Bells:
    """A feature that answers for bells."""

    name = "bells"
    broken: ClassVar[set[str]] = set()

    def audiences(self, session, events):
        for event in events:
            if event.stream_id in self.broken:
                raise ZeroDivisionError(event.stream_id)
        return {
            event.id: Audience((Target("bell", event.stream_id), Target("town"), Target("town")), "data",
                               about=Target("bell", event.stream_id))
            for event in events if event.public["loud"]
        }


@pytest.fixture
def bells(clean_db, monkeypatch):
    answering = {"bell.rung": Bells()}
    monkeypatch.setattr(pending, "answering", lambda: answering)
    Bells.broken.clear()
    with clock.stopped_at(NOON):
        yield


def ring(*names, **fields):
    record_all(model.Session(), [BellRung(name, **fields) for name in names], actor=SYSTEM)
    model.Session.commit()


def news():
    rows = model.Session.execute(
        sa.select(NewsRow.target_type, NewsRow.target_id, NewsRow.rank, NewsRow.about_id).order_by(NewsRow.id)
    ).all()
    model.Session.rollback()
    return [tuple(row) for row in rows]


def waiting():
    count = model.Session.scalar(sa.select(sa.func.count()).select_from(PendingRow))
    model.Session.rollback()
    return count


def test_an_event_is_news_of_each_target_once(bells):
    ring("a")
    assert spreading.spread(model.Session()) == 1
    assert news() == [("bell", "a", 0, "a"), ("town", "", 1, "a")]
    assert waiting() == 0
    assert spreading.spread(model.Session()) == 0


def test_what_nobody_is_told_of_does_not_wait(bells):
    record(model.Session(), BellCast("a"), actor=SYSTEM)
    model.Session.commit()
    assert waiting() == 0


def test_an_event_that_concerns_nobody_is_done_with(bells):
    ring("a", loud=False)
    spreading.spread(model.Session())
    assert (news(), waiting()) == ([], 0)


def test_an_event_that_is_rolled_back_is_no_news(bells):
    record(model.Session(), BellRung("a"), actor=SYSTEM)
    model.Session.rollback()
    assert waiting() == 0


def test_a_worker_that_dies_before_its_commit_loses_nothing(bells, monkeypatch):
    ring("a", "b")
    real = spreading.add

    def dies(*args):
        real(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(spreading, "add", dies)
    with pytest.raises(KeyboardInterrupt):
        spreading.spread(model.Session())
    model.Session.rollback()
    assert (news(), waiting()) == ([], 2)
    monkeypatch.setattr(spreading, "add", real)
    spreading.spread(model.Session())
    assert len(news()) == 4


def test_an_event_that_cannot_be_spread_keeps_nobody_waiting(bells):
    Bells.broken.add("b")
    ring("a", "b", "c")
    assert spreading.spread(model.Session()) == 2
    assert [row[1] for row in news() if row[0] == "bell"] == ["a", "c"]
    assert waiting() == 1


def test_an_event_that_could_not_be_spread_is_tried_later_and_later(bells):
    Bells.broken.add("b")
    ring("b")
    waits = []
    for _ in range(3):
        spreading.spread(model.Session())
        row = model.Session.scalars(sa.select(PendingRow)).one()
        waits.append(row.after - clock.now())
        row.after = clock.now()
        model.Session.commit()
    assert waits == [timedelta(seconds=10), timedelta(seconds=20), timedelta(seconds=40)]
    Bells.broken.clear()
    spreading.spread(model.Session())
    assert [row[:2] for row in news()] == [("bell", "b"), ("town", "")]


def test_two_workers_at_once_share_what_waits(bells, monkeypatch):
    ring(*(f"bell {number}" for number in range(8)))
    monkeypatch.setattr(spreading, "_AT_ONCE", 3)
    done, lock = [], threading.Lock()

    def worker():
        while count := spreading.spread(model.Session()):
            with lock:
                done.append(count)
        model.Session.remove()

    threads = [threading.Thread(target=worker) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(done) == 8
    assert len([row for row in news() if row[0] == "bell"]) == 8
    assert waiting() == 0


@pytest.mark.parametrize("events", [1, 30])
def test_spreading_costs_the_same_for_one_as_for_many(bells, statements, events):
    ring(*(f"bell {number}" for number in range(events)))
    statements.clear()
    spreading.spread(model.Session())
    assert len(statements) == 6


def test_a_commit_gives_one_hint_and_a_rollback_none(bells, monkeypatch):
    from ckan.lib.redis import connect_to_redis

    given = []
    monkeypatch.setattr(working.tk, "enqueue_job", lambda *args, **kwargs: given.append(args[0]))
    connect_to_redis().delete(working._key())
    session = model.Session()
    record(session, BellRung("a"), actor=SYSTEM)
    session.rollback()
    assert given == []
    record(session, BellRung("a"), actor=SYSTEM)
    record(session, BellRung("b"), actor=SYSTEM)
    session.commit()
    ring("c")
    assert given == [working.work_through]


def test_a_hint_waits_for_the_commit_of_all_not_for_that_of_a_savepoint(bells, monkeypatch):
    from ckan.lib.redis import connect_to_redis

    given = []
    monkeypatch.setattr(working.tk, "enqueue_job", lambda *args, **kwargs: given.append(args[0]))
    connect_to_redis().delete(working._key())
    session = model.Session()
    with session.begin_nested():
        record(session, BellRung("a"), actor=SYSTEM)
    assert given == []
    session.commit()
    assert given == [working.work_through]


def test_a_job_lets_others_have_their_turn(bells, monkeypatch):
    given = []
    monkeypatch.setattr(working, "_hint", lambda: given.append("hint"))
    monkeypatch.setattr(spreading, "_AT_ONCE", 1)
    monkeypatch.setattr(working, "monotonic", iter(range(0, 1000, 15)).__next__)
    ring(*"abcd")
    given.clear()
    assert working.work_through(seconds=20) == 2
    assert given == ["hint"]
    assert working.work_through() == 2
    assert given == ["hint"]


def test_a_queue_that_is_away_does_not_undo_the_change(bells, monkeypatch):
    def away():
        raise ConnectionError

    monkeypatch.setattr(working, "connect_to_redis", away)
    ring("a")
    assert waiting() == 1
