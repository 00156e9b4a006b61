"""Telephones and browsers."""
from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta

import ckan.model as model
import pytest
import sqlalchemy as sa
from civic_list.portal import act, refusal
from civic_subscriptions.posting import channels, count, posted

from ckanext.civic_core import clock
from ckanext.civic_subscriptions.model import Endpoint, Phone
from ckanext.civic_subscriptions.ticking import tick

NOON = datetime(2026, 3, 2, 7, tzinfo=UTC)
NUMBER, WRITTEN = "+77011234567", "8 (701) 123-45-67"
CONFIRM = "civic_phone_confirm"


@pytest.fixture(autouse=True)
def by_sms(by_email: None, monkeypatch: pytest.MonkeyPatch) -> None:
    channels(monkeypatch, "email", "sms", "web_push")


def _code() -> str:
    found = re.search(r"\d{6}", posted("confirm_phone")[-1]["short"])
    assert found
    return found[0]


def _phone(user: str = "citizen") -> str | None:
    return act(user, "civic_notification_preferences_show")["phone"]


def test_a_number_is_used_once_its_code_is_typed():
    assert act("citizen", CONFIRM, number=WRITTEN) == {"sent": True}
    letter = posted("confirm_phone")[0]
    assert (letter["address"], letter["kind"]) == (NUMBER, "confirm_phone")
    assert len(letter["short"]) <= 120
    assert _phone() is None
    assert act("citizen", CONFIRM, number="+7 701 123 45 67", code=f" {_code()} ") == {"confirmed": True}
    assert _phone() == NUMBER


def test_the_code_is_not_in_the_table():
    act("citizen", CONFIRM, number=WRITTEN)
    assert _code() not in str(model.Session.execute(sa.select(Phone.code)).all())


def _sentences(**data: str) -> list[str]:
    return refusal("citizen", CONFIRM, **{"number": NUMBER, **data})["code"]


def test_every_wrong_code_is_answered_alike():
    never = _sentences(code="123456")
    act("citizen", CONFIRM, number=WRITTEN)
    right = _code()
    wrong = _sentences(code=f"{(int(right) + 1) % 10**6:06}")
    other = _sentences(number="+77010000000", code=right)
    with clock.stopped_at(clock.now() + timedelta(minutes=10, seconds=1)):
        late = _sentences(code=right)
    assert never == wrong == other == late
    assert _phone() is None


def test_five_tries():
    act("citizen", CONFIRM, number=WRITTEN)
    right = _code()
    for _ in range(5):
        _sentences(code="000000" if right != "000000" else "111111")
    assert _sentences(code=right)
    assert _phone() is None


def test_a_code_works_once():
    act("citizen", CONFIRM, number=WRITTEN)
    act("citizen", CONFIRM, number=WRITTEN, code=_code())
    assert _sentences(code=_code())
    assert _phone() == NUMBER


def test_three_codes_a_day_for_a_reader_and_for_a_number():
    with clock.stopped_at(NOON):
        for last in range(5):
            assert act("citizen", CONFIRM, number=f"+7701123450{last}") == {"sent": True}
        assert len(posted("confirm_phone")) == 3
        for user in ("keeper", "approver", "operator", "health_editor"):
            assert act(user, CONFIRM, number=NUMBER) == {"sent": True}
        assert [one["address"] for one in posted("confirm_phone")[3:]] == [NUMBER] * 3
    with clock.stopped_at(NOON + timedelta(days=1)):
        act("citizen", CONFIRM, number=NUMBER)
        assert len(posted("confirm_phone")) == 7


def test_another_number_takes_the_place_of_the_first():
    act("citizen", CONFIRM, number=WRITTEN)
    act("citizen", CONFIRM, number=WRITTEN, code=_code())
    act("citizen", CONFIRM, number="+77020000000")
    assert _phone() == NUMBER
    act("citizen", CONFIRM, number="+77020000000", code=_code())
    assert _phone() == "+77020000000"
    assert count(Phone) == 1
    assert act("citizen", "civic_notification_preferences_update", phone="")["phone"] is None
    assert count(Phone) == 0


def test_codes_that_nobody_typed_are_forgotten():
    act("citizen", CONFIRM, number=WRITTEN)
    with clock.stopped_at(clock.now() + timedelta(minutes=11)):
        tick(model.Session, clock.now())
    assert count(Phone) == 0


@pytest.mark.parametrize("number", ["12", "seven", "+7 701"])
def test_what_is_no_number(number):
    assert list(refusal("citizen", CONFIRM, number=number)) == ["number"]


def test_no_text_messages_no_number(monkeypatch):
    channels(monkeypatch, "email")
    assert list(refusal("citizen", CONFIRM, number=NUMBER)) == ["number"]


def _browser(address: str = "https://push.example/abc", **data: object) -> dict:
    def spelled(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    keys = {"p256dh": spelled(b"\x04" + b"x" * 64), "auth": spelled(b"y" * 16)}
    return {"endpoint": address, "keys": keys, "user_agent": "Firefox", **data}


def test_a_browser_is_kept_and_forgotten():
    made = act("citizen", "civic_push_subscribe", **_browser())
    assert act("citizen", "civic_push_subscribe", **_browser()) == made
    shown = act("citizen", "civic_notification_preferences_show")["endpoints"]
    assert [(one["id"], one["user_agent"]) for one in shown] == [(made["id"], "Firefox")]
    assert act("keeper", "civic_push_unsubscribe", id=made["id"]) == {"deleted": False}
    assert act("citizen", "civic_push_unsubscribe", endpoint="https://push.example/abc") == {"deleted": True}
    assert act("citizen", "civic_push_unsubscribe", id=made["id"]) == {"deleted": False}


def test_a_browser_belongs_to_who_signed_in_last():
    act("citizen", "civic_push_subscribe", **_browser())
    act("keeper", "civic_push_subscribe", **_browser())
    assert act("citizen", "civic_notification_preferences_show")["endpoints"] == []
    assert count(Endpoint) == 1


def test_ten_browsers_the_oldest_makes_room():
    for number in range(12):
        with clock.stopped_at(NOON + timedelta(minutes=number)):
            act("citizen", "civic_push_subscribe", **_browser(f"https://push.example/{number}"))
    left = model.Session.scalars(sa.select(Endpoint.address).order_by(Endpoint.created)).all()
    assert left == [f"https://push.example/{number}" for number in range(2, 12)]


@pytest.mark.parametrize(("data", "field"), [
    ({"endpoint": "http://push.example/a"}, "endpoint"), ({"endpoint": "https://localhost/a"}, "endpoint"),
    ({"endpoint": "https://a:b@push.example/"}, "endpoint"), ({"endpoint": "https://push.example/" + "x" * 999},
                                                              "endpoint"),
    ({"keys": {}}, "keys"), ({"keys": "x"}, "keys"), ({"keys": {"p256dh": "AA", "auth": "AA"}}, "keys"),
    ({"keys": {"p256dh": "!!!", "auth": "щ"}}, "keys"),
])
def test_what_no_browser_answers(data, field):
    assert list(refusal("citizen", "civic_push_subscribe", **_browser(**data))) == [field]
    assert count(Endpoint) == 0
