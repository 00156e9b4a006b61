"""The database throws every worker out, again and again: nothing is lost, and nothing sent twice unseen."""
from __future__ import annotations

import time

import ckan.model as model
import pytest
import sqlalchemy as sa
from flows import mailing

from ckanext.civic_core import clock, working
from ckanext.civic_notify import claiming

FOLLOWERS = 200
_THROW_OUT = sa.text("""
    select count(pg_terminate_backend(pid)) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
""")


def patient() -> None:
    """Work as ``ckan civic deliver`` does: a failure is no reason to stop."""
    idle = 0
    while idle < 20:
        idle = 0 if working.work(model.Session) else idle + 1
        time.sleep(0.05 if idle else 0)


@pytest.fixture
def watched(office, tmp_path, monkeypatch):
    with mailing.mail_server(tmp_path) as server:
        mailing.send_to(server, monkeypatch)
        mailing.change_followed(FOLLOWERS)
        yield server


def test_a_worker_outlives_the_database(watched, monkeypatch):
    now = clock.now()

    def thrown_out():
        engine = sa.create_engine(model.ensure_engine().url, poolclass=sa.pool.NullPool)
        for _ in range(8):
            time.sleep(0.15)
            with engine.connect() as connection:
                connection.execute(_THROW_OUT)

    import os

    model.Session.remove()
    model.ensure_engine().dispose()
    if not (child := os.fork()):
        try:
            thrown_out()
        finally:
            os._exit(0)
    patient()
    os.waitpid(child, 0)
    patient()
    for _ in range(2):
        now += claiming.LEASE
        with clock.stopped_at(now + claiming.LEASE):
            patient()

    assert mailing.account() == {("sent", ""): FOLLOWERS}
    taken = watched.by_address()
    assert len(taken) == FOLLOWERS
    assert sum(taken.values()) - FOLLOWERS <= mailing.doubts()
