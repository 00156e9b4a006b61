"""A stranger cannot switch off the protection against forged requests."""
from __future__ import annotations

from typing import Any

import ckan.model as model
import pytest
from bs4 import BeautifulSoup
from ckan.config.middleware import flask_app
from ckan.tests import factories

from ckanext.civic_core.guard import csrf

pytestmark = pytest.mark.usefixtures("clean_db", "clean_index")

#: CKAN versions that exempt a view for good; take the guard out when the bundle supports none of them any more
AFFECTED = {"2.12.0"}


@pytest.fixture
def guarded(portal: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The application with the check of tokens on, as in production, and nothing exempted yet."""
    monkeypatch.setitem(portal.flask_app.config, "WTF_CSRF_ENABLED", True)
    monkeypatch.setattr(flask_app.csrf, "_exempt_views", set(flask_app.csrf._exempt_views))
    return portal


@pytest.fixture
def owner(guarded: Any) -> tuple[Any, dict[str, Any]]:
    """Somebody signed in, in a browser, with a dataset."""
    user = factories.User(password="correct horse")
    dataset = factories.Dataset(user=user)
    browser = guarded.test_client()
    form = {"login": user["name"], "password": "correct horse"}
    signed_in = browser.post("/user/login", data=form, follow_redirects=False)
    assert signed_in.status_code == 302
    return browser, dataset


def _state(dataset: dict[str, Any]) -> str:
    model.Session.expire_all()
    return model.Package.get(dataset["id"]).state


def _token(browser: Any, url: str) -> str:
    page = BeautifulSoup(browser.get(url).data, "html.parser")
    return page.select_one("form input[name=_csrf_token]")["value"]


def _replay(guarded: Any, browser: Any, url: str) -> list[int]:
    forged = browser.post(url, follow_redirects=False).status_code
    strange = guarded.test_client().get(url).status_code
    return [forged, strange, browser.post(url, follow_redirects=False).status_code]


def test_a_strangers_visit_does_not_exempt_a_page(guarded, owner):
    browser, dataset = owner
    url = f"/dataset/delete/{dataset['id']}"
    forged, _, again = _replay(guarded, browser, url)
    assert [forged, again] == [400, 400]
    assert _state(dataset) == "active"
    token = _token(browser, f"/dataset/edit/{dataset['id']}")
    assert browser.post(url, data={"_csrf_token": token}, follow_redirects=False).status_code == 302
    assert _state(dataset) == "deleted"


def test_without_the_guard_the_replay_succeeds(guarded, owner, monkeypatch):
    for name in ("exempt", "_is_exempt"):
        monkeypatch.setattr(flask_app.csrf, name, getattr(type(flask_app.csrf), name).__get__(flask_app.csrf))
    browser, dataset = owner
    hole = _replay(guarded, browser, f"/dataset/delete/{dataset['id']}")[2] == 302
    assert hole is (_state(dataset) == "deleted") is csrf.needed()


def test_the_guard_retires_with_the_versions_that_need_it(portal):
    from ckan import __version__

    assert csrf.needed() is (__version__ in AFFECTED)
    assert bool(getattr(flask_app.csrf, "civic_guard", False)) is csrf.needed()


def test_wrapping_twice_is_wrapping_once(portal):
    before = flask_app.csrf.exempt
    csrf.guard()
    assert flask_app.csrf.exempt is before


def test_what_needs_no_token_still_works(guarded, owner):
    browser, _ = owner
    stranger = guarded.test_client()
    search = "/api/3/action/package_search"
    assert stranger.post(search, json={}).status_code == 200
    assert browser.post(search, json={}).status_code == 400
    token = factories.APIToken(user=factories.Sysadmin()["id"])["token"]
    sent = stranger.post(search, json={}, headers={"Authorization": token})
    assert sent.status_code == 200
    assert browser.post(search, json={}).status_code == 400


def test_a_view_exempted_by_its_author_stays_exempt(portal):
    flask_app.csrf.exempt("somewhere.view")
    assert "somewhere.view" in flask_app.csrf._exempt_views
    flask_app.csrf._exempt_views.discard("somewhere.view")
