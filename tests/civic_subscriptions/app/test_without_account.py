"""Subscribing by an e-mail address alone: only who has the mailbox can, and nobody learns whom the portal knows."""
from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from civic_list.portal import act, race, refusal
from civic_subscriptions.posting import MAIL, ask, channels, confirmed, count, posted, token_in, wish

from ckanext.civic_core import clock, signing
from ckanext.civic_core.guard.rate_limit import RateLimited
from ckanext.civic_subscriptions import asking, sending, settings
from ckanext.civic_subscriptions.model import Address, Errand, Sent, Subscription, Wish
from ckanext.civic_subscriptions.ticking import tick

pytestmark = pytest.mark.usefixtures("visitors")
NOON = datetime(2026, 3, 2, 7, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_visitor_may_not_where_the_operator_does_not_want_it(monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.civic_subscriptions.without_account", False)
    with pytest.raises(tk.NotAuthorized):
        ask()
    assert count(Address) == 0


def test_a_visitor_without_an_address_may_not():
    with pytest.raises(tk.NotAuthorized):
        ask(email="")


def test_nothing_is_followed_before_the_address_says_so():
    assert ask(tempo="weekly") == {"asked": True}
    assert count(Subscription) == 0
    letter = posted("confirm_address")[0]
    assert (letter["address"], letter["language"]) == (MAIL, "en")
    done = act("", "civic_subscription_confirm", token=token_in(letter))
    assert done["confirmed"] is True
    row = act("", "civic_subscription_list", token=done["token"])["results"][0]
    assert (row["target_type"], row["tempo"], row["channels"]) == ("agency", "weekly", ["email"])
    assert count(Wish) == 0


def test_a_second_confirmation_is_fine_and_changes_nothing():
    ask()
    token = token_in(posted("confirm_address")[0])
    first = act("", "civic_subscription_confirm", token=token)
    row = act("", "civic_subscription_list", token=first["token"])["results"][0]
    act("", "civic_subscription_update", token=first["token"], id=row["id"], tempo="weekly")
    again = act("", "civic_subscription_confirm", token=token)
    shown = act("", "civic_subscription_list", token=again["token"])["results"]
    assert [one["tempo"] for one in shown] == ["weekly"]


def test_a_stranger_changes_nothing_of_a_confirmed_address():
    token = confirmed(tempo="daily")
    before = act("", "civic_subscription_list", token=token)
    ask(tempo="at_once")
    assert act("", "civic_subscription_list", token=token) == before
    act("", "civic_subscription_confirm", token=token_in(posted("confirm_address")[-1]))
    assert act("", "civic_subscription_list", token=token) == before


def test_the_answer_is_the_same_whoever_asks_for_whom():
    confirmed("known@mail.example")
    ask("waiting@mail.example")
    people = ["known@mail.example", "waiting@mail.example", "citizen@portal.example", "new@mail.example"]
    answers = {json.dumps(ask(one)).encode() for one in people for _ in range(2)}
    assert answers == {b'{"asked": true}'}


def test_one_letter_a_day_and_three_in_all():
    letters = []
    for day in range(6):
        with clock.stopped_at(NOON + day * DAY):
            for _ in range(2):
                ask()
            letters.append(len(posted("confirm_address")))
    assert letters == [1, 2, 3, 3, 3, 3]


def test_the_count_outlives_the_address_and_ends_when_it_agrees():
    for day in range(3):
        with clock.stopped_at(NOON + day * DAY):
            ask()
    with clock.stopped_at(NOON + 30 * DAY):
        tick(model.Session, clock.now())
        assert count(Address) == 0
        ask()
        assert len(posted("confirm_address")) == 3
    assert not any(MAIL in row for row in model.Session.scalars(sa.select(Sent.digest)))


def test_of_two_workers_at_once_one_sends_the_letter(monkeypatch):
    wish()
    wish()
    got = race(monkeypatch, (asking, "_address"), lambda: sending.work(model.Session()),
               lambda: sending.work(model.Session()))
    assert sorted(got) == [1, 1]
    assert len(posted("confirm_address")) == 1
    assert (count(Address), count(Wish), count(Errand)) == (1, 1, 0)


def test_nobody_looks_at_the_address_before_the_answer(statements):
    confirmed("known@mail.example")
    ask("waiting@mail.example")
    sending.work(model.Session())
    for call in (wish, lambda email: act("", "civic_subscription_manage_link", email=email)):
        sent = []
        for email in ("known@mail.example", "waiting@mail.example", "citizen@portal.example", "new@mail.example"):
            model.Session.remove()
            statements.clear()
            call(email)
            sent.append(list(statements))
        assert sent[0] == sent[1] == sent[2] == sent[3]
        assert not any("civic_subscriptions_address" in one for one in sent[0])


def test_what_fails_is_tried_again_and_keeps_nobody_waiting(monkeypatch):
    wish("first@mail.example")
    wish("second@mail.example")
    with monkeypatch.context() as broken:
        broken.setattr(asking, "_address", _fail_once(asking._address))
        sending.work(model.Session())
    assert [one["address"] for one in posted("confirm_address")] == ["second@mail.example"]
    with clock.stopped_at(clock.now() + timedelta(minutes=2)):
        assert [one["address"] for one in posted("confirm_address")][1:] == ["first@mail.example"]
    assert count(Errand) == 0


def _fail_once(real: Any) -> Any:
    left = [True]

    def failing(*args: Any) -> Any:
        if left.pop() if left else False:
            raise RuntimeError("no luck")
        return real(*args)

    return failing


def test_who_asks_from_one_place_is_slowed_down():
    for number in range(10):
        ask(f"reader{number}@mail.example")
    with pytest.raises(RateLimited):
        ask("reader10@mail.example")
    assert count(Address) == 10


def test_the_letter_names_all_that_was_asked_for():
    ask()
    with clock.stopped_at(clock.now() + DAY):
        ask(target_type="search", target_id="", query="q=вода")
        letter = posted("confirm_address")[-1]
        assert "“вода”" in letter["text"]
        assert letter["text"].count("— ") == 2
        done = act("", "civic_subscription_confirm", token=token_in(letter))
        assert act("", "civic_subscription_list", token=done["token"])["count"] == 2


@pytest.mark.parametrize("email", ["no address", "a@b", "a@b.c", "a b@mail.example", "x@mail.example\nBcc: y@z.example",
                                   "<x@mail.example>", "@mail.example"])
def test_what_is_no_address(email):
    with pytest.raises(tk.ValidationError) as caught:
        ask(email=email)
    assert list(caught.value.error_dict) == ["email"]
    assert email not in str(caught.value.error_dict["email"])


def test_capital_letters_are_the_same_address():
    ask("Reader@Mail.Example")
    ask("reader@mail.example")
    assert count(Address) == 1


def test_the_letter_speaks_the_language_that_was_asked_for():
    ask(language="ru")
    assert posted("confirm_address")[0]["language"] == "ru"


def test_an_old_link_confirms_nothing():
    with clock.stopped_at(NOON):
        ask()
        token = token_in(posted("confirm_address")[0])
    with clock.stopped_at(NOON + settings.unconfirmed() - timedelta(seconds=1)):
        assert act("", "civic_subscription_confirm", token=token)["confirmed"]
    with clock.stopped_at(NOON + settings.unconfirmed()):
        assert list(refusal("", "civic_subscription_confirm", token=token)) == ["token"]


def test_a_link_for_something_else_confirms_nothing():
    ask()
    address = model.Session.scalar(sa.select(Address.id))
    for purpose in ("subscriptions", "stop"):
        token = signing.sign(purpose, address, DAY)
        assert list(refusal("", "civic_subscription_confirm", token=token)) == ["token"]
    assert count(Subscription) == 0


def test_an_address_that_is_forgotten_cannot_be_confirmed():
    ask()
    token = token_in(posted("confirm_address")[0])
    model.Session.execute(sa.delete(Address))
    model.Session.commit()
    assert list(refusal("", "civic_subscription_confirm", token=token)) == ["token"]


def test_what_nobody_confirmed_is_forgotten_after_a_week():
    with clock.stopped_at(NOON):
        ask("silent@mail.example")
        confirmed()
    with clock.stopped_at(NOON + 7 * DAY):
        assert tick(model.Session, clock.now()) == []
    with clock.stopped_at(NOON + 7 * DAY + timedelta(seconds=1)):
        assert tick(model.Session, clock.now()) == ["addresses that nobody confirmed were forgotten: 1"]
        assert tick(model.Session, clock.now()) == []
    assert list(model.Session.scalars(sa.select(Address.email))) == [MAIL]


def test_a_link_to_manage_is_sent_to_who_is_known_and_the_answer_is_the_same():
    confirmed()
    people = [MAIL, "citizen@portal.example", "nobody@mail.example"]
    answers = {json.dumps(act("", "civic_subscription_manage_link", email=one)) for one in people}
    assert answers == {'{"sent": true}'}
    letters = posted("manage_link")
    assert [letter["address"] for letter in letters] == [MAIL, "citizen@portal.example"]
    assert act("", "civic_subscription_list", token=token_in(letters[0]))["count"] == 1
    assert act("", "civic_subscription_list", token=token_in(letters[1]))["count"] == 0


def test_links_to_manage_are_sent_three_times_a_day():
    confirmed()
    for _ in range(5):
        assert act("", "civic_subscription_manage_link", email=MAIL) == {"sent": True}
    assert len(posted("manage_link")) == 3


def test_an_address_that_waits_gets_no_link_to_manage():
    ask()
    assert act("", "civic_subscription_manage_link", email=MAIL) == {"sent": True}
    assert posted("manage_link") == []


def test_where_no_email_is_sent_that_is_said_to_everybody(monkeypatch):
    confirmed()
    channels(monkeypatch, "sms")
    for action in ("civic_subscription_create", "civic_subscription_manage_link"):
        answers = [refusal("", action, email=one, target_type="agency") for one in (MAIL, "new@mail.example")]
        assert answers[0] == answers[1]
        assert list(answers[0]) == ["email"]
