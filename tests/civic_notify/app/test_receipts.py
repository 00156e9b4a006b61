"""What a provider tells later: once it changes the state, twice, late or from a stranger nothing."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from civic_notify.readers import NOON, later, rows

from ckanext.civic_notify import keys, receiving
from ckanext.civic_notify.model import Delivery

SECRET = "a-secret-of-the-gateway"


@pytest.fixture
def taken(town, monkeypatch) -> Any:
    """A text message that the gateway took; answers its key."""
    monkeypatch.setattr(receiving, "known", lambda: town.readers)
    for channel in ("sms", "email"):
        monkeypatch.setitem(tk.config, f"ckanext.civic_notify.{channel}.receipt_secret", SECRET)
    town.readers.follow("asel", channel="sms")
    town.ring("a")
    town.work()
    assert rows("state") == ["sent"]
    return keys.of(rows("id")[0])


def tell(app, key: str, told: str, *, channel: str = "sms", secret: str = SECRET, method: str = "get") -> Any:
    send = getattr(app, method)
    given = {"query_string" if method == "get" else "data": {"key": key, "type": told}}
    return send(f"/notify/receipt/{channel}/{secret}", follow_redirects=False, **given)


def set_state(**values: Any) -> None:
    model.Session.execute(sa.update(Delivery).values(**values))
    model.Session.commit()


@pytest.mark.parametrize(
    ("told", "state", "reason"),
    [("1", "delivered", ""), ("2", "failed_permanent", "undelivered"), ("16", "failed_permanent", "undelivered"),
     ("delivered", "delivered", ""), ("failed", "failed_permanent", "undelivered"), ("8", "sent", ""),
     ("4", "sent", "")],
)
def test_a_receipt_says_what_became_of_a_message(app, taken, told, state, reason):
    with later(NOON + timedelta(minutes=3)):
        assert tell(app, taken, told).status_code == 200
    [(found, why, settled)] = rows("state", "reason", "settled_at")
    assert (found, why) == (state, reason)
    assert settled == (NOON + timedelta(minutes=3) if state == "failed_permanent" else NOON)


@pytest.mark.parametrize(("first", "second"), [("1", "1"), ("1", "2"), ("2", "1"), ("2", "2")])
def test_the_first_of_two_receipts_stays(app, taken, first, second):
    tell(app, taken, first)
    before = rows("state", "reason", "settled_at", "answer")
    with later(NOON + timedelta(hours=1)):
        assert tell(app, taken, second, method="post").status_code == 200
    assert rows("state", "reason", "settled_at", "answer") == before


@pytest.mark.parametrize(
    "state", ["queued", "failed_temporary", "failed_permanent", "delivered", "expired", "suppressed"]
)
def test_a_receipt_moves_only_what_was_sent(app, taken, state):
    set_state(state=state)
    assert tell(app, taken, "1").status_code == 200
    assert rows("state") == [state]


def test_a_receipt_that_is_faster_than_the_worker_is_to_come_again(app, taken):
    set_state(state="claimed")
    answer = tell(app, taken, "1")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    set_state(state="sent")
    assert tell(app, taken, "1").status_code == 200
    assert rows("state") == ["delivered"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_does_not_know_the_secret_changes_nothing(app, taken, method):
    for secret in ("another", SECRET[:-1], SECRET + "x", "с"):
        assert tell(app, taken, "1", secret=secret, method=method).status_code == 404
    assert rows("state") == ["sent"]


@pytest.mark.parametrize("channel", ["web_push", "app_push", "fax"])
def test_a_channel_without_a_secret_takes_no_receipts(app, taken, channel):
    assert tell(app, taken, "1", channel=channel).status_code == 404
    assert rows("state") == ["sent"]


def test_a_receipt_for_another_channel_changes_nothing(app, taken):
    assert tell(app, taken, "1", channel="email").status_code == 200
    assert rows("state") == ["sent"]


@pytest.mark.parametrize("key", ["1.00000000000000000000", "0", "x", "9" * 40, "-1.a"])
def test_a_key_that_is_not_ours_changes_nothing(app, taken, key):
    assert tell(app, key, "1").status_code == 200
    assert rows("state") == ["sent"]


@pytest.mark.parametrize(("key", "told"), [("", "1"), ("k", ""), ("k", "99"), ("", "")])
def test_what_is_no_receipt_is_told_so(app, taken, key, told):
    assert tell(app, key, told).status_code == 400
    assert rows("state") == ["sent"]


def test_a_provider_may_use_its_own_name_for_a_message(app, taken):
    set_state(reference="smsc-77")
    assert tell(app, "smsc-77", "1").status_code == 200
    assert rows("state") == ["delivered"]


def test_a_receipt_may_come_as_json(app, taken):
    answer = app.post(f"/notify/receipt/sms/{SECRET}", json={"key": taken, "type": "failed"})
    assert (answer.status_code, rows("state")) == (200, ["failed_permanent"])


def test_no_token_of_a_form_is_asked_of_a_provider(app, taken):
    app.flask_app.config["WTF_CSRF_ENABLED"] = True
    try:
        assert tell(app, taken, "1", method="post").status_code == 200
    finally:
        app.flask_app.config["WTF_CSRF_ENABLED"] = False
    assert rows("state") == ["delivered"]


def test_an_address_that_came_back_is_used_no_more(app, taken, town):
    town.readers.follow("berik", channel="email")
    town.ring("a")
    town.work()
    email = next(id for id, channel in rows("id", "channel") if channel == "email")
    for _ in range(2):
        assert tell(app, keys.of(email), "gone", channel="email").status_code == 200
    assert town.readers.gone == [("berik", "email", "berik@mail.example")]
    assert rows("state", channel="email") == ["failed_permanent"]


def test_the_news_of_a_digest_share_its_fate(app, taken, town):
    town.readers.follow("dana", channel="sms", tempo="daily")
    town.ring("a")
    town.ring("a")
    with later(NOON + timedelta(days=2)):
        town.work()
        [digest] = rows("id", kind="digest")
        assert rows("state", recipient="dana") == ["sent"] * 3
        tell(app, keys.of(digest), "2")
    assert rows("state", recipient="dana") == ["failed_permanent"] * 3


def test_a_receipt_takes_a_fixed_number_of_statements(app, taken, statements):
    statements.clear()
    receiving.receive(model.Session(), "sms", taken, "delivered")
    assert len(statements) == 2
