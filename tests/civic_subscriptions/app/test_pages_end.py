"""The link in every message by which it is ended: no login, no cookie, no JavaScript."""
from __future__ import annotations

from datetime import timedelta

import ckan.model as model
import pytest
from civic_list.app.reader import Reader, words
from civic_list.portal import AKMOLA, act
from civic_subscriptions.posting import count, user_id

from ckanext.civic_core import clock
from ckanext.civic_core.domain.news import Target
from ckanext.civic_subscriptions.model import Subscription
from ckanext.civic_subscriptions.who import stop_token


@pytest.fixture
def visitor(app):
    return Reader(app)


@pytest.fixture
def agency(office):
    made = act("citizen", "civic_subscription_create", target_type="agency", target_id=AKMOLA)
    return Target("agency", made["target_id"])


def _stop(target: Target | None) -> str:
    return f"/subscriptions/stop/{stop_token(user_id('citizen'), target)}"


def test_opening_it_says_what_would_end_and_changes_nothing(visitor, agency, statements):
    path = _stop(agency)
    statements.clear()
    page = visitor.opens(path)
    assert model.Group.get(AKMOLA).title in words(visitor.opens(f"/ru{path}"))
    assert page.select_one("form[method=post] button")
    assert [sent for sent in statements if sent.startswith(("INSERT", "UPDATE", "DELETE"))] == []
    assert count(Subscription) == 1


def test_a_mail_program_ends_it_with_one_post_and_a_second_is_fine(app, agency):
    path = _stop(agency)
    for _ in range(2):
        answer = app.post(path, data="List-Unsubscribe=One-Click",
                          headers={"Content-Type": "application/x-www-form-urlencoded"}, status=200)
        assert "Set-Cookie" not in answer.headers
        assert count(Subscription) == 0


def test_it_is_believed_also_where_forms_need_a_token(app, agency, monkeypatch):
    monkeypatch.setitem(app.flask_app.config, "WTF_CSRF_ENABLED", True)
    app.post(_stop(agency), data={"List-Unsubscribe": "One-Click"}, status=200)
    assert count(Subscription) == 0


def test_the_page_afterwards_names_what_ended(visitor, agency):
    page = visitor.sends(_stop(agency))
    assert "Done" in words(page)
    assert act("citizen", "civic_subscription_list")["count"] == 0


def test_what_is_gone_can_still_be_ended(visitor, agency):
    path = _stop(Target("agency", "gone"))
    assert "something that is gone" in words(visitor.opens(path))
    visitor.sends(path)
    assert count(Subscription) == 1


def test_the_link_of_a_digest_pauses_everything(visitor, agency):
    assert "All messages of this portal to you will be paused." in words(visitor.opens(_stop(None)))
    visitor.sends(_stop(None))
    assert act("citizen", "civic_notification_preferences_show")["paused"] is True
    assert count(Subscription) == 1


def test_the_link_of_news_of_ones_work_ends_that(visitor, agency):
    path = _stop(Target("agency_editors", agency.id))
    assert "Messages about your work" in words(visitor.opens(path))
    visitor.sends(path)
    assert "email" not in act("citizen", "civic_notification_preferences_show")["work_channels"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_is_old_or_not_ours_says_what_to_do(app, agency, method):
    with clock.stopped_at(clock.now() - timedelta(days=366)):
        old = _stop(agency)
    for path in (old, "/subscriptions/stop/x", _stop(agency)[:-2]):
        answer = getattr(app, method)(path, status=404)
        assert "/subscriptions/link" in answer.body
    assert count(Subscription) == 1
