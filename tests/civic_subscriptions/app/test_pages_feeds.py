"""News of a thing as Atom and RSS: valid, public, cheap."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from civic_list.app.reader import Reader
from civic_list.listing import dataset
from civic_list.portal import HEALTH, act
from lxml import etree

from ckanext.civic_core.domain.events import Event
from ckanext.civic_core.domain.news import Said
from ckanext.civic_core.model import EventRow, NewsRow
from ckanext.civic_core.news import spreading, telling
from ckanext.civic_core.record import SYSTEM, record_dated

NOON = datetime(2026, 3, 2, 7, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass(frozen=True)
class BellRung(Event):
    type: ClassVar[str] = "bell.rung"
    stream: ClassVar[str] = "bell"
    loud: bool = True


class Bells:
    def say(self, session, told):
        return [
            Said(f"<{tk.h.lang()}> & {happened.stream_id}", "", "/dataset/schools", ("1 < 2.", str(happened.private)))
            for happened in (one.happened for one in told)
        ]


@pytest.fixture
def health(office, monkeypatch):
    monkeypatch.setattr(telling, "answering", lambda: {"bell.rung": Bells()})
    return model.Group.get(HEALTH).id


def _ring(agency: str, count: int = 1, *, about: str = "", topic: str = "data", first: int = 0) -> None:
    events = [(BellRung(stream_id=f"{number:03d}"), NOON + timedelta(minutes=number))
              for number in range(first, first + count)]
    record_dated(model.Session(), events, actor=SYSTEM)
    rows = model.Session.execute(sa.select(EventRow.id, EventRow.at).where(
        EventRow.type == "bell.rung", EventRow.stream_id.in_([event.stream_id for event, _ in events])))
    model.Session.execute(sa.insert(NewsRow), [
        {"event_id": row.id, "target_type": "agency", "target_id": agency, "rank": 0, "topic": topic, "at": row.at,
         "about_type": "dataset" if about else "", "about_id": about, "urgent": False} for row in rows.all()
    ])
    model.Session.commit()


def _atom(app, path: str):
    answer = app.get(path, status=200)
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    return etree.fromstring(answer.body.encode())


def _titles(feed) -> list[str]:
    return [one.text for one in feed.iter(f"{ATOM}title")][1:]


def test_atom_has_all_that_the_standard_asks_for(app, health):
    _ring(health, 2)
    feed = _atom(app, f"/ru/subscriptions/feed/agency/{HEALTH}.atom")
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "ru"
    assert _titles(feed) == ["<ru> & 001", "<ru> & 000"]
    assert feed.findtext(f"{ATOM}updated") == "2026-03-02T07:01:00+00:00"
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links["self"] == f"http://test.ckan.net/ru/subscriptions/feed/agency/{HEALTH}.atom"
    assert links["alternate"] == f"http://test.ckan.net/ru/organization/{HEALTH}"
    entry = feed.find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id").startswith("tag:test.ckan.net,2026:news/")
    assert entry.find(f"{ATOM}link").get("href") == "http://test.ckan.net/ru/dataset/schools"
    assert entry.findtext(f"{ATOM}content").splitlines() == ["1 < 2.", "{}"]


def test_ids_are_unique_and_stay(app, health):
    _ring(health, 3)
    feeds = [_atom(app, f"/{language}/subscriptions/feed/agency/{health}.atom") for language in ("ru", "kk")]
    ids = [[one.text for one in feed.iter(f"{ATOM}id")][1:] for feed in feeds]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 3


def test_rss_says_the_same(app, health):
    _ring(health, 2)
    answer = app.get(f"/subscriptions/feed/agency/{health}.rss", status=200)
    channel = etree.fromstring(answer.body.encode()).find("channel")
    assert answer.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    assert [item.findtext("title") for item in channel.findall("item")] == ["<en> & 001", "<en> & 000"]
    assert channel.find("item").findtext("description") == "1 &lt; 2.<br>{}"
    assert channel.findtext("language") == "en"
    assert channel.find("item").findtext("pubDate") == "Mon, 02 Mar 2026 07:01:00 +0000"
    assert channel.find("item/guid").get("isPermaLink") == "false"


def test_what_is_not_for_everybody_is_left_out(app, health):
    public, private = dataset("health_admin", HEALTH), dataset("health_admin", HEALTH, name="secret", private=True)
    _ring(health, about=public["id"])
    _ring(health, about=private["id"], first=1)
    _ring(health, topic="work", first=2)
    _ring(health, topic="own", first=3)
    path = f"/subscriptions/feed/agency/{health}.atom"
    assert _titles(_atom(app, path)) == ["<en> & 000"]
    act("health_admin", "package_patch", id=public["id"], private=True)
    assert _titles(_atom(app, path)) == []


def test_fifty_and_no_more_and_their_number_costs_nothing(app, health, statements):
    def cost() -> int:
        statements.clear()
        app.get(path)
        return len(statements)

    path = f"/subscriptions/feed/agency/{health}.atom"
    _ring(health)
    app.get(path)
    one = cost()
    _ring(health, 70, first=1)
    assert len(_titles(_atom(app, path))) == 50
    assert cost() == one


def test_who_comes_again_is_told_that_nothing_changed(app, health):
    _ring(health)
    path = f"/subscriptions/feed/agency/{health}.atom"
    first = app.get(path)
    assert first.headers["Last-Modified"] == "Mon, 02 Mar 2026 07:00:00 GMT"
    assert "Set-Cookie" not in first.headers
    app.get(path, headers={"If-None-Match": first.headers["ETag"]}, status=304)
    _ring(health, first=1)
    app.get(path, headers={"If-None-Match": first.headers["ETag"]}, status=200)


def test_a_thing_without_news_has_an_empty_feed(app, health):
    feed = _atom(app, "/subscriptions/feed/category/health.atom")
    assert _titles(feed) == []
    assert feed.findtext(f"{ATOM}updated")


@pytest.mark.parametrize("path", ["editions/-.atom", "overdue/-.atom"])
def test_what_there_is_only_one_of_has_its_feed_under_a_dash(app, health, path):
    assert _atom(app, f"/subscriptions/feed/{path}").findtext(f"{ATOM}title")


@pytest.mark.parametrize("path", [
    "planet/x.atom", "agency/none.atom", "agency/-.rss", "dataset/secret.atom", "user/citizen.atom",
    "agency_editors/x.rss", "search.atom", "search.atom?page=2", "agency/x.json",
])
def test_there_is_no_feed_of_what_is_not_there_or_not_public(app, health, path):
    dataset("health_admin", HEALTH, name="secret", private=True)
    app.get(f"/subscriptions/feed/{path}", status=404)


def test_a_search_is_a_feed_of_the_datasets_that_it_finds(app, health):
    dataset("health_admin", HEALTH)
    dataset("health_admin", HEALTH, name="secret", private=True)
    feed = _atom(app, f"/ru/subscriptions/feed/search.atom?q=школы&organization={HEALTH}&page=3")
    assert _titles(feed) == ["Школы"]
    assert feed.find(f"{ATOM}entry/{ATOM}link").get("href") == "http://test.ckan.net/ru/dataset/schools"
    assert _titles(_atom(app, "/subscriptions/feed/search.atom?q=nosuchword")) == []


@pytest.mark.parametrize("path", ["/dataset/schools", f"/organization/{HEALTH}", f"/list/agency/{HEALTH}",
                                  "/group/health", "/dataset/?q=schools"])
def test_every_page_names_the_feeds_of_what_it_is_about(app, health, path):
    dataset("health_admin", HEALTH)
    page = Reader(app).opens(path)
    found = {link["type"]: link["href"] for link in page.select("link[rel=alternate]")
             if "/subscriptions/feed/" in link["href"]}
    assert set(found) == {"application/atom+xml", "application/rss+xml"}
    for address in found.values():
        app.get(address, status=200)


def test_what_really_happened_is_told_in_the_readers_language(app, office):
    dataset("health_admin", HEALTH)
    dataset("health_admin", HEALTH, name="secret", private=True)
    while spreading.spread(model.Session()):
        pass
    model.Session.remove()
    for place in ("category/health", f"agency/{HEALTH}"):
        feed = _atom(app, f"/ru/subscriptions/feed/{place}.atom")
        assert [title for title in _titles(feed) if "Школы" in title], place
        assert "secret" not in etree.tostring(feed, encoding="unicode")
