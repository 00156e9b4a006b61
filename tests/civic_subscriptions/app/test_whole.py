"""From a dataset that changes to a message, through every part that is real, and back by the link in it."""
from __future__ import annotations

from datetime import timedelta

import ckan.model as model
import pytest
from civic_list.listing import dataset
from civic_list.portal import HEALTH, act
from civic_subscriptions.posting import MAIL, ask, posted, token_in

from ckanext.civic_core import clock, working
from ckanext.civic_notify.channels import memory
from ckanext.civic_notify.channels.base import Message

MINUTES = timedelta(minutes=2)


@pytest.fixture(autouse=True)
def empty_box() -> None:
    memory.clear()


def _work(after: timedelta = MINUTES) -> None:
    with clock.stopped_at(clock.now() + after):
        while working.work(model.Session):
            pass


def _sent(to: str) -> list[Message]:
    return [one for one in memory.box("email").sent if one.to == to]


def _token(url: str) -> str:
    return url.rstrip("/").rsplit("/", 1)[-1]


def _publish(name: str) -> None:
    dataset("health_editor", HEALTH, name=name)
    _work()


def test_who_follows_an_agency_is_told_and_stops_it_by_the_link():
    act("citizen", "civic_subscription_create", target_type="agency", target_id=HEALTH, tempo="at_once")
    _publish("first")
    messages = _sent("citizen@portal.example")
    assert len(messages) == 1
    assert messages[0].stop
    assert act("", "civic_subscription_stop", token=_token(messages[0].stop)) == {"stopped": "subscription"}
    _publish("second")
    assert len(_sent("citizen@portal.example")) == 1


def test_who_paused_is_not_told():
    act("citizen", "civic_subscription_create", target_type="agency", target_id=HEALTH, tempo="at_once")
    act("citizen", "civic_notification_preferences_update", paused=True)
    _publish("first")
    assert _sent("citizen@portal.example") == []


def test_a_dataset_that_is_removed_is_told_to_who_follows_it():
    made = dataset("health_editor", HEALTH)
    act("citizen", "civic_subscription_create", target_type="dataset", target_id=made["id"])
    act("operator", "package_delete", id=made["id"])
    _work()
    assert len(_sent("citizen@portal.example")) == 1


def test_who_follows_a_search_is_told_of_a_new_dataset():
    act("citizen", "civic_subscription_create", target_type="search", query="q=Школы", tempo="at_once")
    act("keeper", "civic_subscription_create", target_type="search", query="q=вулканы", tempo="at_once")
    dataset("health_editor", HEALTH)
    _work()
    _work(2 * MINUTES)
    assert len(_sent("citizen@portal.example")) == 1
    assert _sent("keeper@portal.example") == []


def test_who_has_no_account_confirms_by_the_letter_and_is_told(visitors):
    ask(target_type="agency", target_id=HEALTH, tempo="at_once")
    _publish("before")
    assert [message.subject for message in _sent(MAIL)] == ["CKAN: confirm your subscription"]
    act("", "civic_subscription_confirm", token=token_in({"text": _sent(MAIL)[0].text}))
    _publish("after")
    assert len(_sent(MAIL)) == 2
    assert act("", "civic_subscription_stop", token=_token(_sent(MAIL)[1].stop or ""))["stopped"] == "subscription"


def test_the_words_of_a_letter_are_erased_once_it_is_sent(visitors):
    ask()
    _work()
    assert posted("confirm_address") in ([None], [{}])
