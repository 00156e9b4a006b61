"""Changed datasets and the searches that find them, with a real Solr."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

import ckan.model as model
import pytest
import sqlalchemy as sa
from civic_list.listing import dataset
from civic_list.portal import HEALTH, act, race
from civic_subscriptions.posting import count
from ckan.lib.search import SearchError
from ckan.lib.search.common import SolrConnectionError

from ckanext.civic_core import clock
from ckanext.civic_core.model import NewsRow
from ckanext.civic_core.news import spreading
from ckanext.civic_list.model.delivery import CODES
from ckanext.civic_subscriptions import matching, searches
from ckanext.civic_subscriptions.model import ToMatch

LATER = timedelta(minutes=1)


def _follow(query: str, user: str = "citizen") -> str:
    return act(user, "civic_subscription_create", target_type="search", query=query)["target_id"]


def _spread() -> None:
    while spreading.spread(model.Session()):
        pass


def _match(after: timedelta = LATER) -> int:
    with clock.stopped_at(clock.now() + after):
        return matching.work(model.Session())


def _told() -> list[tuple[str, str, str]]:
    """Which search hears of which dataset, and the topic."""
    rows = model.Session.execute(
        sa.select(NewsRow.target_id, NewsRow.about_id, NewsRow.topic).where(NewsRow.target_type == "search")
        .order_by(NewsRow.id)
    )
    return [tuple(row) for row in rows]


def test_who_follows_a_search_hears_of_a_new_dataset_that_it_finds():
    by_word, by_filter = _follow("q=Школы"), _follow("groups=health")
    _follow("q=вулканы")
    _follow("groups=ecology")
    made = dataset("health_editor", HEALTH)
    _spread()
    assert count(ToMatch) > 0
    assert _match() > 0
    assert {(search, about) for search, about, _ in _told()} == {(by_word, made["id"]), (by_filter, made["id"])}
    assert count(ToMatch) == 0


def test_the_targets_that_were_known_come_first():
    _follow("groups=health")
    dataset("health_editor", HEALTH)
    _spread()
    _match()
    for event in set(model.Session.scalars(sa.select(NewsRow.event_id).where(NewsRow.target_type == "search"))):
        kinds = list(model.Session.scalars(
            sa.select(NewsRow.target_type).where(NewsRow.event_id == event).order_by(NewsRow.rank)))
        assert kinds[-1] == "search"
        assert "dataset" in kinds[:-1] or "agency" in kinds[:-1]


def test_it_is_matched_once():
    _follow("groups=health")
    dataset("health_editor", HEALTH)
    _spread()
    _match()
    told = _told()
    assert _match() == 0
    assert (_told(), count(ToMatch)) == (told, 0)


def test_a_private_dataset_is_found_by_nobody():
    _follow("groups=health")
    _follow("q=*:*")
    made = dataset("health_editor", HEALTH)
    act("health_editor", "package_patch", id=made["id"], private=True)
    _spread()
    _match()
    assert (_told(), count(ToMatch)) == ([], 0)


def test_a_dataset_that_is_deleted_meanwhile():
    _follow("groups=health")
    made = dataset("health_editor", HEALTH)
    _spread()
    act("operator", "package_delete", id=made["id"])
    _match()
    assert _told() == []
    assert count(ToMatch) == 0


def test_where_nobody_follows_a_search_nothing_waits():
    dataset("health_editor", HEALTH)
    _spread()
    assert count(ToMatch) == 0


def test_the_index_is_waited_for():
    """A dataset that the index does not show yet is asked about again, not lost."""
    from ckan.lib.search import clear, rebuild

    search = _follow("groups=health")
    made = dataset("health_editor", HEALTH)
    _spread()
    waiting = count(ToMatch)
    clear(made["id"])
    assert _match() == 0
    assert (_told(), count(ToMatch)) == ([], waiting)
    rebuild(made["id"])
    assert _match(2 * LATER) == waiting
    assert _told()[0][:2] == (search, made["id"])


def test_it_waits_half_a_minute_for_the_index():
    _follow("groups=health")
    dataset("health_editor", HEALTH)
    _spread()
    assert _match(timedelta(seconds=1)) == 0
    assert _match() > 0


def test_what_never_comes_into_the_index_is_given_up_after_a_day():
    from ckan.lib.search import clear

    _follow("groups=health")
    made = dataset("health_editor", HEALTH)
    _spread()
    clear(made["id"])
    assert _match(timedelta(hours=25)) > 0
    assert (_told(), count(ToMatch)) == ([], 0)


def test_a_worker_that_dies_leaves_a_lease_that_runs_out(monkeypatch):
    _follow("groups=health")
    dataset("health_editor", HEALTH)
    _spread()
    with monkeypatch.context() as dying:
        dying.setattr(matching, "_tell", _die)
        with pytest.raises(KeyboardInterrupt):
            _match()
    model.Session.rollback()
    assert _match() == 0
    assert _match(timedelta(minutes=17)) > 0
    assert len(_told()) > 0


def _die(*_: Any) -> None:
    raise KeyboardInterrupt


def test_solr_is_away_and_comes_back(monkeypatch):
    _follow("groups=health")
    dataset("health_editor", HEALTH)
    _spread()
    with monkeypatch.context() as away:
        away.setattr(searches, "ask", _no_solr)
        with pytest.raises(SolrConnectionError):
            _match()
    model.Session.rollback()
    assert _match(timedelta(minutes=17)) > 0
    assert len(_told()) > 0


def _no_solr(*_: Any, **__: Any) -> None:
    raise SolrConnectionError("away")


def test_a_search_that_cannot_be_read_any_more_does_not_keep_the_others(monkeypatch):
    broken, whole = _follow("q=a"), _follow("groups=health")
    real = searches.ask

    def ask(query: Any, **how: Any) -> Any:
        if query["q"] == "a":
            raise SearchError("SOLR returned an error running query: HTTP 400")
        return real(query, **how)

    dataset("health_editor", HEALTH)
    _spread()
    monkeypatch.setattr(searches, "ask", ask)
    assert _match() > 0
    assert {search for search, _, _ in _told()} == {whole}
    assert broken != whole


def test_a_filter_of_another_feature_is_asked_as_the_page_asks_it():
    """A dataset without duties has no state: a search for one of them does not find it."""
    by_state = {_follow(f"civic_state={code}") for code in CODES}
    daily, yearly = _follow("update_period=DAILY"), _follow("update_period=YEARLY&q=Школы")
    made = dataset("health_editor", HEALTH)
    _spread()
    _match()
    told = {search for search, about, _ in _told() if about == made["id"]}
    assert len(by_state) == len(CODES)
    assert told == {yearly}
    assert daily not in told


def test_of_two_workers_at_once_one_takes_an_event(monkeypatch):
    _follow("groups=health")
    dataset("health_editor", HEALTH)
    _spread()
    waiting = count(ToMatch)
    got = race(monkeypatch, (matching, "_found"), _match, _match)
    assert sorted(got) == [0, waiting]
    assert len({told[:2] for told in _told()}) == 1


def test_the_cost_does_not_grow_with_what_waits(monkeypatch, statements):
    _follow("groups=health")
    _follow("groups=education")
    requests, real = [], searches.ask
    monkeypatch.setattr(searches, "ask", lambda query, **how: requests.append(query) or real(query, **how))
    costs = []
    for amount in (1, 3, 10):
        for number in range(amount):
            dataset("health_editor", HEALTH, name=f"schools-{amount}-{number}")
        _spread()
        model.Session.remove()
        statements.clear()
        requests.clear()
        assert _match() > 0
        costs.append((len(statements), len(requests)))
    assert len(set(costs)) == 1
    assert costs[0][1] == 2
