"""Links that stand for a login: for whom, for what, until when."""
from __future__ import annotations

from datetime import timedelta

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
from civic_list.portal import AKMOLA, HEALTH, act, refusal
from civic_subscriptions.posting import channels, confirmed, count, user_id

from ckanext.civic_core import clock, signing
from ckanext.civic_core.domain.news import Target
from ckanext.civic_subscriptions.model import Preferences, Subscription
from ckanext.civic_subscriptions.who import ADDRESS, manage_token, read_stop, stop_token

YEAR = timedelta(days=365)
BY_TOKEN = ("civic_subscription_list", "civic_subscription_update", "civic_subscription_delete",
            "civic_notification_preferences_show", "civic_notification_preferences_update")


def _follow(agency: str = AKMOLA) -> Target:
    made = act("citizen", "civic_subscription_create", target_type="agency", target_id=agency)
    return Target("agency", made["target_id"])


@pytest.mark.parametrize("action", BY_TOKEN)
def test_a_link_that_does_not_count_is_no_login(action):
    citizen = user_id("citizen")
    bad = [
        "", "x", manage_token(citizen)[:-2], stop_token(citizen, None), manage_token("nobody"),
        manage_token(f"{ADDRESS}nobody"), signing.sign("subscriptions", [citizen], YEAR),
        signing.sign("confirm_address", citizen, YEAR),
    ]
    for token in bad:
        with pytest.raises(tk.NotAuthorized):
            act("", action, token=token)


@pytest.mark.parametrize("action", BY_TOKEN)
def test_a_wrong_link_is_not_healed_by_a_login(action):
    with pytest.raises(tk.NotAuthorized):
        act("operator", action, token="x")


def test_a_link_counts_a_year():
    now = clock.now()
    token = manage_token(user_id("citizen"))
    with clock.stopped_at(now + YEAR - timedelta(minutes=1)):
        assert act("", "civic_subscription_list", token=token)["count"] == 0
    with clock.stopped_at(now + YEAR + timedelta(seconds=1)), pytest.raises(tk.NotAuthorized):
        act("", "civic_subscription_list", token=token)


def test_the_link_of_a_deleted_account_opens_nothing():
    token = manage_token(user_id("citizen"))
    act("operator", "user_delete", id="citizen")
    with pytest.raises(tk.NotAuthorized):
        act("", "civic_subscription_list", token=token)


@pytest.mark.parametrize("action", [
    "civic_push_subscribe", "civic_push_unsubscribe", "civic_phone_confirm", "civic_subscription_from_follows",
    "civic_subscription_create",
])
def test_a_link_opens_nothing_else(action):
    with pytest.raises(tk.NotAuthorized):
        act("", action, token=manage_token(user_id("citizen")), target_type="agency", target_id=AKMOLA)


def test_one_press_ends_one_subscription():
    target, other = _follow(), _follow(HEALTH)
    token = stop_token(user_id("citizen"), target)
    assert act("", "civic_subscription_stop", token=token) == {"stopped": "subscription"}
    left = act("citizen", "civic_subscription_list")["results"]
    assert [one["target_id"] for one in left] == [other.id]
    assert act("", "civic_subscription_stop", token=token) == {"stopped": "subscription"}


def test_the_link_of_a_digest_pauses_everything():
    _follow()
    token = stop_token(user_id("citizen"), None)
    assert act("", "civic_subscription_stop", token=token) == {"stopped": "all"}
    assert act("citizen", "civic_notification_preferences_show")["paused"] is True
    assert count(Subscription) == 1
    assert act("", "civic_subscription_stop", token=token) == {"stopped": "all"}


def test_news_of_work_stop_by_email_alone():
    akmola = model.Group.get(AKMOLA).id
    token = stop_token(user_id("akmola_editor"), Target("agency_editors", akmola))
    assert act("", "civic_subscription_stop", token=token) == {"stopped": "work"}
    assert act("akmola_editor", "civic_notification_preferences_show")["work_channels"] == []


def test_other_channels_of_work_stay(monkeypatch):
    channels(monkeypatch, "email", "sms")
    act("akmola_editor", "civic_notification_preferences_update", work_channels=["email", "sms"])
    token = stop_token(user_id("akmola_editor"), Target("list_keepers", ""))
    act("", "civic_subscription_stop", token=token)
    assert act("akmola_editor", "civic_notification_preferences_show")["work_channels"] == ["sms"]


def test_a_link_that_stops_is_read_for_the_page():
    target = Target("agency", "x")
    assert read_stop(stop_token("someone", target)) == ("someone", target)
    assert read_stop(stop_token("someone", None)) == ("someone", None)
    assert read_stop(manage_token("someone")) is None
    assert read_stop(None) is None


def test_who_has_no_link_stops_nothing():
    _follow()
    for token in ("x", manage_token(user_id("citizen"))):
        assert list(refusal("", "civic_subscription_stop", token=token)) == ["token"]
    assert count(Subscription) == 1


def test_by_a_link_addresses_are_partly_covered(visitors):
    token = confirmed()
    shown = act("", "civic_notification_preferences_show", token=token)
    assert (shown["email"], shown["account"]) == ("r•••@mail.example", False)
    by_link = act("", "civic_notification_preferences_show", token=manage_token(user_id("citizen")))
    assert by_link["email"] == "c•••@portal.example"
    assert act("citizen", "civic_notification_preferences_show")["email"] == "citizen@portal.example"


def test_a_late_press_brings_nothing_back_of_who_is_gone():
    tokens = [stop_token(user_id("citizen"), target) for target in (None, Target("list_keepers", ""), Target("x", "y"))]
    act("operator", "user_delete", id="citizen")
    stopped = [act("", "civic_subscription_stop", token=one)["stopped"] for one in tokens]
    assert stopped == ["all", "work", "subscription"]
    assert count(Preferences) == 0


def test_a_pause_by_link_lasts_since_the_first_press():
    token = stop_token(user_id("citizen"), None)
    act("", "civic_subscription_stop", token=token)
    first = act("citizen", "civic_notification_preferences_show")["paused_since"]
    with clock.stopped_at(clock.now() + timedelta(days=1)):
        act("", "civic_subscription_stop", token=token)
    assert act("citizen", "civic_notification_preferences_show")["paused_since"] == first
