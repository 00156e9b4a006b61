"""How often one person may write."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import redis
from ckan.tests import factories

from ckanext.civic_core import clock
from ckanext.civic_core.guard import rate_limit
from ckanext.civic_core.guard.rate_limit import Limit, RateLimited, allow, parse

NOON = datetime(2026, 3, 2, 7, tzinfo=UTC)
NAME = "test_writing"
THREE = Limit(3, timedelta(minutes=5))


@pytest.fixture(autouse=True)
def empty(portal: Any) -> None:
    connection = rate_limit._connection(tk.config["ckan.redis.url"])
    for key in connection.scan_iter(f"{tk.config['ckan.site_id']}:civic:rate:*"):
        connection.delete(key)


def _at(seconds: float, person: str = "anna", limit: Limit = THREE) -> int:
    with clock.stopped_at(NOON + timedelta(seconds=seconds)):
        try:
            allow(NAME, person, limit)
        except RateLimited as refused:
            return refused.retry_after
    return 0


def test_the_window_slides():
    assert [_at(s) for s in (0, 100, 200, 250, 299.5, 300, 301, 400)] == [0, 0, 0, 50, 1, 0, 99, 0]


def test_a_refused_attempt_does_not_lengthen_the_wait():
    assert [_at(s) for s in (0, 0, 0, *range(1, 300), 300)][-1] == 0


def test_each_person_has_his_own_count():
    assert [_at(0, person) for person in ("anna", "anna", "anna", "anna", "boris")] == [0, 0, 0, 300, 0]


def test_the_setting_goes_before_the_default(monkeypatch):
    monkeypatch.setitem(tk.config, f"ckanext.civic_core.rate_limit.{NAME}", "1 per day")
    assert [_at(0), _at(0)] == [0, 86400]
    monkeypatch.setitem(tk.config, f"ckanext.civic_core.rate_limit.{NAME}", "unlimited")
    assert [_at(0) for _ in range(9)] == [0] * 9


def test_nobody_said_anything_of_this_write():
    assert all(allow(NAME, "anna") is None for _ in range(9))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(40, "in 40 seconds"), (1, "in 1 second"), (61, "in 2 minutes"), (3600, "in 1 hour"), (86400, "in 24 hours")],
)
def test_the_refusal_says_when_to_try_again(seconds, words):
    refused = RateLimited(seconds)
    assert isinstance(refused, tk.ValidationError)
    assert refused.error_dict["rate_limit"][0].endswith(words)


def test_when_redis_is_down_the_write_is_let_through_and_counted(monkeypatch):
    monkeypatch.setitem(tk.config, "ckan.redis.url", "redis://127.0.0.1:1/0")
    before = rate_limit.unguarded[NAME]
    assert [_at(0) for _ in range(5)] == [0] * 5
    assert rate_limit.unguarded[NAME] == before + 5


def test_what_is_kept_names_nobody_and_goes_away():
    _at(0, "anna@example.kz")
    connection = rate_limit._connection(tk.config["ckan.redis.url"])
    keys = list(connection.scan_iter(f"{tk.config['ckan.site_id']}:civic:rate:{NAME}:*"))
    assert len(keys) == 1
    assert b"anna" not in keys[0]
    assert 0 < connection.pttl(keys[0]) <= 300_000
    assert isinstance(connection, redis.Redis)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("10 per 5 minutes", Limit(10, timedelta(minutes=5))),
        ("1 per minute", Limit(1, timedelta(minutes=1))),
        (" 3  Per  Day ", Limit(3, timedelta(days=1))),
        ("unlimited", None),
        ("", None),
    ],
)
def test_how_a_rate_is_written(text, limit):
    assert parse(text) == limit


@pytest.mark.parametrize("text", ["ten per minute", "10/5m", "0 per minute", "1 per 0 hours", "-1 per day", "often"])
def test_a_rate_that_makes_no_sense_is_named_at_the_start(text):
    key = f"ckanext.civic_core.rate_limit.{NAME}"
    with pytest.raises(ValueError, match=key):
        rate_limit.check({key: text, "ckan.site_id": "x"})


@pytest.mark.usefixtures("clean_db")
def test_an_account_is_counted_by_its_id_and_a_visitor_by_his_address(portal):
    user = factories.User()
    assert rate_limit.who({"user": user["name"]}) == user["id"]
    with portal.flask_app.test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.7"}):
        assert rate_limit.who({"user": ""}) == "address:192.0.2.7"
