"""CKAN's own followers become subscriptions, once."""
from __future__ import annotations

import ckan.model as model
import pytest
import sqlalchemy as sa
from civic_list.listing import dataset
from civic_list.portal import AKMOLA, HEALTH, act
from civic_subscriptions.posting import count

from ckanext.civic_subscriptions.model import Subscription

TAKE = "civic_subscription_from_follows"


@pytest.fixture
def followed() -> dict:
    made = dataset("health_editor", HEALTH)
    hidden = dataset("health_editor", HEALTH, name="hidden")
    act("citizen", "follow_dataset", id=made["id"])
    act("citizen", "follow_dataset", id=hidden["id"])
    act("citizen", "follow_group", id=AKMOLA)
    act("citizen", "follow_group", id="health")
    act("health_editor", "package_patch", id=hidden["id"], private=True)
    return made


def test_what_one_follows_in_ckan_becomes_subscriptions(followed):
    added = act("citizen", TAKE)["added"]
    assert sorted(one["target_type"] for one in added) == ["agency", "category", "dataset"]
    listed = act("citizen", "civic_subscription_list")["results"]
    assert {one["target_id"] for one in listed} == {one["target_id"] for one in added}
    assert {one["target_type"]: one["tempo"] for one in listed} == {
        "agency": "daily", "category": "daily", "dataset": "at_once"}
    assert act("citizen", "civic_notification_preferences_show")["follows_taken"] is True


def test_once_only(followed):
    act("citizen", TAKE)
    act("citizen", "civic_subscription_delete", target_type="dataset", target_id=followed["id"])
    assert act("citizen", TAKE) == {"added": []}
    assert count(Subscription) == 2


def test_what_is_subscribed_to_already_stays_as_it_is(followed):
    act("citizen", "civic_subscription_create", target_type="dataset", target_id=followed["id"], tempo="weekly")
    assert sorted(one["target_type"] for one in act("citizen", TAKE)["added"]) == ["agency", "category"]
    shown = act("citizen", "civic_subscription_list", target_type="dataset")["results"]
    assert [one["tempo"] for one in shown] == ["weekly"]


def test_who_follows_nothing():
    assert act("keeper", TAKE) == {"added": []}


def test_taking_many_costs_what_taking_one_does(statements):
    agencies = list(model.Session.scalars(sa.select(model.Group.name).where(model.Group.is_organization).limit(31)))
    costs = []
    for user, amount in (("keeper", 1), ("approver", 3), ("citizen", 30)):
        for name in agencies[:amount]:
            act(user, "follow_group", id=name)
        model.Session.remove()
        statements.clear()
        assert len(act(user, TAKE)["added"]) == amount
        costs.append(len(statements))
    assert len(set(costs)) == 1
