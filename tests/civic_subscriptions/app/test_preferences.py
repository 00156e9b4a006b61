"""Language, pauses, quiet hours: for everything that one is sent."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta

import ckan.model as model
import pytest
from civic_list.portal import act, refusal
from civic_subscriptions.posting import channels, confirmed, user_id

from ckanext.civic_core import clock
from ckanext.civic_subscriptions.model import Endpoint
from ckanext.civic_subscriptions.who import manage_token

NOON = datetime(2026, 3, 2, 7, tzinfo=UTC)
SHOW, UPDATE = "civic_notification_preferences_show", "civic_notification_preferences_update"


def test_who_chose_nothing():
    assert act("citizen", SHOW) == {
        "language": None, "paused": False, "paused_since": None, "quiet_from": None, "quiet_until": None,
        "digest_hour": 9, "work_tempo": "daily", "work_channels": ["email"], "account": True,
        "email": "citizen@portal.example", "email_refused": False, "phone": None, "app_id": None, "endpoints": [],
        "follows_taken": False,
    }


def test_what_is_chosen_stays_and_the_rest_too():
    chosen = {"language": "kk", "quiet_from": "22:00", "quiet_until": "7:30", "digest_hour": 0, "work_tempo": "weekly",
              "app_id": "egov-7"}
    shown = act("citizen", UPDATE, **chosen)
    assert {name: shown[name] for name in chosen} == {**chosen, "quiet_until": "07:30"}
    assert act("citizen", UPDATE, digest_hour="23") == {**shown, "digest_hour": 23}
    assert act("citizen", SHOW)["language"] == "kk"
    cleared = act("citizen", UPDATE, language="", quiet_from="", quiet_until="", app_id="", work_channels="")
    assert [cleared[name] for name in ("language", "quiet_from", "app_id", "work_channels")] == [None, None, None, []]


def test_a_pause_lasts_since_it_began():
    with clock.stopped_at(NOON):
        assert act("citizen", UPDATE, paused=True)["paused_since"] == NOON.isoformat()
    with clock.stopped_at(NOON + timedelta(hours=1)):
        assert act("citizen", UPDATE, paused="true", digest_hour=8)["paused_since"] == NOON.isoformat()
        shown = act("citizen", UPDATE, paused=False)
    assert (shown["paused"], shown["paused_since"]) == (False, None)


@pytest.mark.parametrize(("data", "field"), [
    ({"language": "fr"}, "language"), ({"digest_hour": 24}, "digest_hour"), ({"digest_hour": "-1"}, "digest_hour"),
    ({"quiet_from": "22:00"}, "quiet_from"), ({"quiet_from": "22:00", "quiet_until": ""}, "quiet_from"),
    ({"quiet_from": "25:00", "quiet_until": "07:00"}, "quiet_from"), ({"work_tempo": "never"}, "work_tempo"),
    ({"work_channels": ["pigeon"]}, "work_channels"), ({"app_id": "x" * 101}, "app_id"),
])
def test_what_is_refused(data, field):
    before = act("citizen", SHOW)
    assert list(refusal("citizen", UPDATE, **data)) == [field]
    assert act("citizen", SHOW) == before


def test_a_channel_of_work_must_be_there(monkeypatch):
    channels(monkeypatch, "email", "sms")
    assert act("akmola_editor", UPDATE, work_channels=["sms", "email"])["work_channels"] == ["sms", "email"]


def test_by_a_link_all_but_the_application(visitors):
    token = confirmed()
    assert act("", UPDATE, token=token, paused=True, language="ru")["paused"] is True
    assert list(refusal("", UPDATE, token=token, app_id="me")) == ["app_id"]
    assert list(refusal("", UPDATE, token=manage_token(user_id("citizen")), app_id="me")) == ["app_id"]


def test_what_the_page_asks_costs_the_same_however_much_there_is(statements):
    costs = []
    for amount in (0, 1, 9):
        for number in range(amount):
            now = clock.now()
            model.Session.add(Endpoint(recipient=user_id("citizen"), address=f"https://push.example/{amount}/{number}",
                                       p256dh="x", auth="x", created=now))
        model.Session.commit()
        model.Session.remove()
        statements.clear()
        act("citizen", SHOW)
        costs.append(len(statements))
    assert len(set(costs)) == 1
    assert costs[0] <= 8
