"""Messages at the size of a country: a dataset that a hundred thousand follow, and a mail server."""
from __future__ import annotations

import resource
import smtplib
import statistics
import threading
import time
from datetime import timedelta
from typing import Any

import pytest

pytestmark = pytest.mark.bench

FOLLOWERS = 100_000
MESSAGES = 3_000
#: events a second, and for how many seconds
RATE, SECONDS = 10, 30
TEXT = "Набор данных обновлён: строк добавлено 12.\r\n" * 30


def _told(what: str, value: str) -> None:
    print(f"  {what:<58} {value}")


def _count(statements: list[str], task: Any) -> tuple[float, int]:
    statements.clear()
    begin = time.perf_counter()
    task()
    return time.perf_counter() - begin, len(statements)


def test_a_dataset_that_a_hundred_thousand_follow(office, statements, monkeypatch):
    import ckan.model as model
    import ckan.plugins.toolkit as tk
    import sqlalchemy as sa
    from civic_list.delivering import FIRST, put
    from civic_list.listing import dataset
    from civic_list.portal import HEALTH, act
    from flows import mailing

    from ckanext.civic_core import clock
    from ckanext.civic_core.news import spreading

    monkeypatch.setitem(tk.config, "ckanext.civic_notify.email.adapter", "memory")
    with clock.stopped_at(clock.now() - timedelta(hours=2)):
        put(dataset("health_editor", HEALTH)["name"], FIRST)
        mailing.work()
    alone = _requests("alone", statements)
    mailing.work()
    mailing.follow(act("citizen", "package_show", id="schools")["id"], FOLLOWERS)
    with model.ensure_engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("vacuum analyze"))
    followed = _requests("followed", statements)
    _told("the request that changes it, nobody follows (median)", f"{alone * 1000:8.1f} ms")
    _told("the same, 100,000 follow", f"{followed * 1000:8.1f} ms, {(followed - alone) * 1000:+.1f}")
    before = _deliveries(model, sa)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    put("schools", FIRST + f"2025-03;Abai;{clock.now():%S%f}\n".encode())
    seconds, sent = _count(statements, lambda: [None for _ in iter(lambda: spreading.spread(model.Session()), 0)])
    made = _deliveries(model, sa) - before
    _told("all rows of one change", f"{seconds:8.2f} s for {made:,} rows, {sent} statements")
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) // 1024
    _told("memory that this took more", f"{grown:8} MB")
    assert made >= FOLLOWERS
    assert sent < 60


def _requests(name: str, statements: list[str]) -> float:
    from civic_list.portal import act

    times = []
    for number in range(9):
        resources = act("health_editor", "package_show", id="schools")["resources"]
        seconds, _ = _count(statements, lambda number=number, resources=resources: act(
            "health_editor", "resource_patch", id=resources[0]["id"], description=f"{name} {number}",
        ))
        times.append(seconds)
    return statistics.median(times)


def _deliveries(model: Any, sa: Any) -> int:
    found = model.Session.scalar(sa.text("select count(*) from civic_notify_delivery"))
    model.Session.rollback()
    return int(found)


def _readers(town: Any, count: int, bells: int = 1) -> None:
    import ckan.model as model
    import sqlalchemy as sa

    from ckanext.civic_core import clock
    from ckanext.civic_core.domain.news import Reach

    for number in range(count):
        town.readers.reached[f"r{number}"] = Reach(f"r{number}", ("kk", "ru", "en")[number % 3],
                                                   email=f"r{number}@mail.example")
    model.Session.execute(sa.text("""
        insert into civic_test_follower
        select 'bell', 'bell ' || n % :bells, 'r' || n, 'email', 'at_once', true, :now
        from generate_series(0, :count - 1) n
    """), {"count": count, "bells": bells, "now": clock.now()})
    model.Session.commit()


def test_throughput_of_one_worker(town, statements, tmp_path, monkeypatch):
    import ckan.model as model
    from civic_notify.readers import rows
    from flows import mailing

    from ckanext.civic_notify import outbox

    with mailing.mail_server(tmp_path) as server:
        mailing.send_to(server, monkeypatch)
        _readers(town, MESSAGES)
        bare = _bare(server.port)
        town.ring("bell 0")
        statements.clear()
        begin = time.perf_counter()
        while outbox.work(model.Session()):
            pass
        ours = MESSAGES / (time.perf_counter() - begin)
        _told("a bare loop of smtplib on one line", f"{bare:8,.0f} messages/s")
        _told("one worker, each message settled on its own", f"{ours:8,.0f} messages/s, {ours / bare:.2f} of it")
        _told("SQL statements for each message", f"{len(statements) / MESSAGES:8.2f}")
        assert rows("state").count("sent") == MESSAGES
        assert len(server.by_address()) == MESSAGES + 1
    assert ours >= bare / 5


def _bare(port: int) -> float:
    line = smtplib.SMTP("127.0.0.1", port)
    begin = time.perf_counter()
    for _ in range(MESSAGES):
        line.sendmail("a@portal.example", ["b@mail.example"], f"Subject: x\r\n\r\n{TEXT}".encode())
    taken = time.perf_counter() - begin
    line.quit()
    return MESSAGES / taken


def test_from_commit_to_hand_over(town, tmp_path, monkeypatch):
    """Ten events a second while one worker rests half a second whenever nothing waits."""
    import ckan.model as model
    import sqlalchemy as sa
    from civic_notify.readers import BellRung
    from flows import mailing

    from ckanext.civic_core import clock, working
    from ckanext.civic_core.record import record_all
    from ckanext.civic_notify import keys

    monkeypatch.setattr(clock, "_source", clock._system)
    monkeypatch.setattr(working, "after_commit", lambda session: None)
    committed: dict[str, float] = {}
    stop = threading.Event()

    def worker() -> None:
        while not stop.is_set():
            if not working.work(model.Session):
                stop.wait(0.5)

    with mailing.mail_server(tmp_path) as server:
        mailing.send_to(server, monkeypatch)
        _readers(town, 50, bells=50)
        thread = threading.Thread(target=worker)
        thread.start()
        begin = time.time()
        for number in range(RATE * SECONDS):
            time.sleep(max(begin + number / RATE - time.time(), 0))
            record_all(model.Session(), [BellRung(f"bell {number % 50}")], actor="ringer")
            model.Session.commit()
            committed[str(number)] = time.time()
        time.sleep(3)
        stop.set()
        thread.join(30)
        rows = model.Session.execute(sa.text(
            "select d.id from civic_notify_delivery d order by d.event_id"
        )).scalars().all()
        taken = {key.strip("<>").rsplit("@", 1)[0]: at for at, _, key in server.taken()}
    waits = sorted(
        taken[keys.of(id_)] - at for id_, at in zip(rows, committed.values(), strict=True)
    )
    p95 = waits[int(len(waits) * 0.95)]
    _told(f"commit to hand-over at {RATE} events/s: p50, p95, most",
          f"{waits[len(waits) // 2]:8.2f} s, {p95:.2f} s, {waits[-1]:.2f} s")
    assert len(waits) == RATE * SECONDS
    assert p95 <= 2


def test_three_thousand_followers_and_workers_that_die(office, tmp_path, monkeypatch):
    from flows import test_everybody_is_told as flow

    monkeypatch.setattr(flow, "FOLLOWERS", 3_000)
    for zone in ("UTC", "Asia/Almaty"):
        from civic_list.fixtures import _begin_anew

        _begin_anew()
        folder = tmp_path / zone.replace("/", "-")
        folder.mkdir()
        flow.test_everybody_is_told_once_though_workers_die_and_the_queue_is_wiped(None, zone, folder, monkeypatch)
