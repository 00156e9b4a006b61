"""What subscriptions owe to time."""
from __future__ import annotations

from datetime import timedelta

import ckan.model as model
import pytest
import sqlalchemy as sa
from civic_list.portal import AKMOLA, HEALTH, SHYMKENT, act
from civic_subscriptions.posting import channels, confirmed, count, user_id, without_account

from ckanext.civic_core import clock
from ckanext.civic_core.record import record
from ckanext.civic_list.domain.events_duties import AgencySucceeded
from ckanext.civic_subscriptions.model import Address, Preferences, Search, Subscription
from ckanext.civic_subscriptions.ticking import faults, sync, tick


def _tick(after: timedelta = timedelta()) -> list[str]:
    with clock.stopped_at(clock.now() + after):
        return tick(model.Session, clock.now())


def _follow(user: str, agency: str, **how: str) -> None:
    act(user, "civic_subscription_create", target_type="agency", target_id=agency, **how)


def _succeed(old: str, new: str | None) -> None:
    ids = [model.Group.get(name).id if name else None for name in (old, new)]
    record(model.Session(), AgencySucceeded(ids[0] or "", "s", ids[1], "merged", clock.today()), actor="system")
    model.Session.commit()


def _followed(user: str) -> dict[str, str]:
    rows = act(user, "civic_subscription_list")["results"]
    return {model.Group.get(one["target_id"]).name: one["tempo"] for one in rows}


def test_who_followed_a_body_follows_its_successor_too():
    _follow("citizen", AKMOLA, tempo="weekly")
    _follow("keeper", AKMOLA, tempo="weekly")
    _follow("keeper", SHYMKENT, tempo="at_once")
    _succeed(AKMOLA, SHYMKENT)
    assert _tick() == ["followers taken along to successors: 1"]
    assert _followed("citizen") == {AKMOLA: "weekly", SHYMKENT: "weekly"}
    assert _followed("keeper") == {AKMOLA: "weekly", SHYMKENT: "at_once"}


def test_who_then_leaves_the_successor_is_not_brought_back():
    _follow("citizen", AKMOLA)
    _succeed(AKMOLA, SHYMKENT)
    _tick()
    act("citizen", "civic_subscription_delete", target_type="agency", target_id=model.Group.get(SHYMKENT).id)
    assert _tick() == []
    assert set(_followed("citizen")) == {AKMOLA}


def test_a_chain_of_successors_and_a_body_without_one():
    _follow("citizen", AKMOLA)
    _succeed(AKMOLA, SHYMKENT)
    _succeed(SHYMKENT, HEALTH)
    _succeed(HEALTH, None)
    _tick()
    assert set(_followed("citizen")) == {AKMOLA, SHYMKENT, HEALTH}


def test_what_a_deleted_account_had_goes():
    _follow("citizen", AKMOLA)
    _follow("keeper", AKMOLA)
    act("citizen", "civic_notification_preferences_update", paused=True)
    act("operator", "user_delete", id="citizen")
    assert _tick() == ["subscriptions of deleted accounts removed: 1"]
    assert list(model.Session.scalars(sa.select(Subscription.recipient))) == [user_id("keeper")]
    assert count(Preferences) == 0
    assert _tick() == []


def test_what_accounts_had_that_are_not_there_at_all(visitors):
    _follow("citizen", AKMOLA)
    confirmed()
    model.Session.execute(sa.update(Subscription).where(Subscription.recipient == user_id("citizen"))
                          .values(recipient="nobody"))
    model.Session.commit()
    assert sync(model.Session) == ["subscriptions of accounts that are gone removed: 1"]
    assert sync(model.Session) == []
    assert model.Session.scalar(sa.select(Subscription.recipient)).startswith("address:")


def test_a_search_that_nobody_follows_any_more_is_forgotten():
    kept = act("citizen", "civic_subscription_create", target_type="search", query="q=a")
    left = act("citizen", "civic_subscription_create", target_type="search", query="q=b")
    act("citizen", "civic_subscription_delete", id=left["id"])
    _tick()
    assert count(Search) == 2
    _tick(timedelta(hours=25))
    assert list(model.Session.scalars(sa.select(Search.id))) == [kept["target_id"]]


def test_an_address_that_follows_nothing_any_more_is_forgotten(visitors):
    token, other = confirmed(), confirmed("other@mail.example")
    row = act("", "civic_subscription_list", token=token)["results"][0]
    act("", "civic_notification_preferences_update", token=token, language="ru")
    act("", "civic_subscription_delete", token=token, id=row["id"])
    _tick()
    assert act("", "civic_notification_preferences_show", token=token)["language"] == "ru"
    _tick(timedelta(days=8))
    assert list(model.Session.scalars(sa.select(Address.email))) == ["other@mail.example"]
    assert count(Preferences) == 0
    assert act("", "civic_subscription_list", token=other)["count"] == 1


def test_a_tick_costs_the_same_however_much_there_is(statements):
    costs = []
    for amount in (0, 30):
        now = clock.now()
        for number in range(amount):
            model.Session.add(Subscription(
                recipient=f"u{number}", target_type="agency", target_id="x", label={}, tempo="daily",
                channels=["email"], since=now, created=now))
        model.Session.commit()
        statements.clear()
        _tick()
        costs.append(len(statements))
    assert costs[0] == costs[1]


@pytest.mark.parametrize(("names", "open_to_all", "amount"), [
    (["email"], True, 0), (["email"], False, 0), (["sms"], True, 1), (["sms"], False, 0), ([], True, 1), ([], False, 0),
])
def test_what_the_operator_is_told(monkeypatch, names, open_to_all, amount):
    channels(monkeypatch, *names)
    if open_to_all:
        without_account(monkeypatch)
    assert len(faults(model.Session())) == amount
