"""What stands in a message: the words of the news, why it came, how to stop it, in each reader's language."""
from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup
from civic_list.portal import AKMOLA
from civic_notify.owing import BELL, NASTY, SECRET, TOWER, Bells, ring_for
from civic_notify.readers import NOON

from ckanext.civic_core.domain.news import (
    ADMINS,
    EDITORS,
    KEEPERS,
    USER,
    Endpoint,
    Happened,
    Links,
    Reach,
    Target,
    Told,
)
from ckanext.civic_core.speaking import speaking
from ckanext.civic_notify import rendering, stationery
from ckanext.civic_notify.items import Item


class Readers:
    """Who knows the readers."""

    def links(self, recipient: str, target: Target) -> Links:
        return Links("", f"https://p.example/stop/{target.id}?who={recipient}")


@pytest.fixture
def bells(desk: None, monkeypatch: pytest.MonkeyPatch) -> Bells:
    feature = ring_for(monkeypatch)
    monkeypatch.setattr(rendering, "known", lambda: Readers())
    monkeypatch.setitem(tk.config, "ckan.site_title", "Open data & more")
    rendering._common.cache_clear()
    return feature


def told(number: int = 1, target: Target = BELL, hours: int = 0) -> Told:
    return Told(Happened(number, "bell.rung", "bell", "a", NOON - timedelta(hours=hours)), target)


def item(number: int = 1, *news: Told, who: str = "ann", **how: Any) -> Item:
    reach = Reach(who, how.pop("language", "en"), user_id=how.pop("user_id", who), email=f"{who}@mail.example",
                  phone="+77010000000", endpoints=(Endpoint("e1", "https://push.example", "k", "a"),))
    links = Links(f"https://p.example/manage?who={who}&x=1", f"https://p.example/stop?who={who}&x=1")
    made = Item(number, "event", "email", f"{number}.key", "", reach, links, news or (told(),))
    return replace(made, **how)


def rendered(*items: Item) -> Any:
    return rendering.render(model.Session(), items)


def one(*items: Item) -> Any:
    return next(iter(rendered(*items).values()))


def page(message: Any) -> BeautifulSoup:
    return BeautifulSoup(message.html, "html.parser")


# -- an event --------------------------------------------------------------------------------------------


def test_a_message_says_what_happened_where_why_and_how_to_stop_it(bells):
    message = one(item())
    assert (message.key, message.recipient, message.to, message.language) == ("1.key", "ann", "ann@mail.example", "en")
    assert message.subject == "[en] The bell a was rung"
    assert message.url.endswith("/bell/1")
    assert message.stop == "https://p.example/stop?who=ann&x=1"
    for part in (
        "[en] The bell a was rung\n", "Rung 3 times.\n", message.url, message.stop, "https://p.example/manage?who=ann&x=1",
        "You get this message because you are subscribed: bell in en “Bell & a”.", "Open data & more",
    ):
        assert part in message.text
    found = page(message)
    assert {link["href"] for link in found.select("a")} == {
        "http://test.ckan.net/", message.url, message.stop, "https://p.example/manage?who=ann&x=1",
    }
    assert "because you are subscribed: bell in en “Bell & a”." in found.get_text()


def test_nothing_of_a_title_becomes_markup_and_text_stays_text(bells):
    bells.subject = NASTY + " {}"
    message = one(item())
    assert page(message).select("script") == []
    assert page(message).select_one("h1").get_text() == f"[en] {NASTY} a"
    assert f"By {NASTY}." in message.text
    assert "&amp;" not in message.text
    assert message.subject == f"[en] {NASTY} a"


def test_a_message_wears_the_operators_colour(bells, monkeypatch):
    assert "#006a80" in one(item()).html
    monkeypatch.setitem(tk.config, "ckanext.civic_core.colours.accent", "#123456")
    assert "background-color:#123456" in one(item()).html


def test_a_subject_is_one_line(bells):
    bells.subject = "Bell\r\nBcc: everybody@mail.example {}"
    assert one(item()).subject == "[en] Bell Bcc: everybody@mail.example a"


def test_what_stands_for_the_readers_words_cannot_be_in_a_title(bells):
    bells.subject = stationery.MARKS.stop + " {}"
    assert one(item()).html.count("/stop") == 1


@pytest.mark.parametrize(("language", "prefix"), [("en", ""), ("ru", "/ru"), ("kk", "/kk")])
def test_each_reader_is_spoken_to_in_his_language(bells, language, prefix):
    messages = rendered(item(1), item(2, language=language, who="bob"))
    assert messages[2].subject.startswith(f"[{language}]")
    assert messages[2].url == f"http://test.ckan.net{prefix}/bell/1"
    assert page(messages[2]).html["lang"] == messages[2].language == language
    assert messages[1].subject.startswith("[en]")


def test_a_language_that_the_portal_does_not_speak_becomes_its_own(bells):
    assert one(item(language="xx")).language == "en"


def test_what_nobody_can_say_any_more_is_left_out(bells):
    bells.erased = {1}
    assert list(rendered(item(1), item(2, told(2)))) == [2]


@pytest.mark.parametrize(("target", "why"), [
    (Target(KEEPERS), "because you keep the unified list."),
    (Target(USER, "ann"), "because it is about your own account or your own requests."),
    (SECRET, "because you are subscribed: bell in en."),
    (Target("unknown", "x"), "because you are subscribed to this news."),
])
def test_why_it_came(bells, target, why):
    assert f"You get this message {why}" in one(item(1, told(1, target))).text


@pytest.mark.parametrize(("role", "words"), [(EDITORS, "an editor"), (ADMINS, "an administrator")])
def test_an_official_gets_it_because_of_his_agency(bells, role, words):
    agency = Target(role, model.Group.get(AKMOLA).id)
    message = one(item(1, told(1, agency), language="ru"))
    title = rendered_title("ru")
    assert title in message.text
    assert f"because you are {words} of the agency: {rendered_title('en')}." in one(item(1, told(1, agency))).text


def rendered_title(language: str) -> str:
    with speaking(language):
        return str(tk.h.civic_title({"id": model.Group.get(AKMOLA).id, "name": AKMOLA})[0])


def test_a_message_that_nobody_can_unsubscribe_from_offers_no_way(bells):
    message = one(item(links=Links("https://p.example/manage")))
    assert message.stop is None
    assert "nsubscribe" not in message.text + message.html


def test_one_that_cannot_be_written_keeps_nobody_else_waiting(bells, monkeypatch):
    real = bells.say

    def say(session, told):
        assert all(one.happened.id != 2 for one in told), "what broke"
        return real(session, told)

    monkeypatch.setattr(bells, "say", say)
    with pytest.raises(rendering.Unwritable) as caught:
        rendered(*(item(number, told(number)) for number in (1, 2, 3)))
    assert (list(caught.value.messages), caught.value.failed) == ([1, 3], [2])


# -- channels --------------------------------------------------------------------------------------------


def test_a_text_message_is_short_and_carries_its_link(bells):
    message = one(item(channel="sms"))
    assert (message.to, message.html) == ("+77010000000", "")
    assert message.short == "Bell a http://test.ckan.net/bell/1"


def test_a_push_is_short_and_leads_to_the_page(bells):
    message = one(item(channel="web_push"))
    assert (message.to, [end.id for end in message.endpoints], message.html) == ("", ["e1"], "")
    assert (message.short, message.url) == ("Bell a", "http://test.ckan.net/bell/1")


# -- digests ---------------------------------------------------------------------------------------------


def digest(*news: Told, **how: Any) -> Item:
    return item(7, *news, kind="digest", tempo=how.pop("tempo", "daily"), **how)


def test_a_digest_has_its_news_by_thing_the_newest_first(bells):
    message = one(digest(told(1, BELL, 5), told(2, TOWER, 3), told(3, BELL, 1)))
    assert message.subject == "3 pieces of news of the day"
    headings = [(tag.name, tag.get_text()) for tag in page(message).select("h2, h3")]
    assert headings == [
        ("h2", "Bell in en “Bell & a”"), ("h3", "[en] The bell a was rung"), ("h3", "[en] The bell a was rung"),
        ("h2", "Bell in en “Bell & b”"), ("h3", "[en] The bell b was rung"),
    ]
    links = [link["href"] for link in page(message).select("h3 a")]
    assert links == [f"http://test.ckan.net/bell/{number}" for number in (3, 1, 2)]
    assert message.text.index("/bell/3") < message.text.index("/bell/1") < message.text.index("/bell/2")
    for thing in ("a", "b"):
        assert f"https://p.example/stop/{thing}?who=ann" in message.text
        assert page(message).select(f'a[href="https://p.example/stop/{thing}?who=ann"]')


@pytest.mark.parametrize(("tempo", "count", "subject"), [
    ("daily", 1, "1 piece of news of the day"), ("weekly", 1, "1 piece of news of the week"),
    ("weekly", 2, "2 pieces of news of the week"),
])
def test_a_digest_counts(bells, tempo, count, subject):
    assert one(digest(*(told(number + 1) for number in range(count)), tempo=tempo)).subject == subject


def test_a_long_digest_shows_the_newest_and_says_how_many_more_there_are(bells):
    message = one(digest(*(told(number, BELL, 100 - number) for number in range(1, 61))))
    assert message.subject == "60 pieces of news of the day"
    assert len(page(message).select("h3")) == 50
    assert "/bell/60\n" in message.text
    assert "/bell/10\n" not in message.text
    assert "and 10 more: http://test.ckan.net/subscriptions/messages?digest=7" in message.text


def test_a_digest_of_who_has_no_account_leads_to_his_own_page(bells):
    message = one(digest(told(), channel="sms", user_id=None))
    assert message.short == "1 piece of news on the portal https://p.example/manage?who=ann&x=1"


def test_a_digest_tells_what_is_left(bells):
    bells.erased = {1}
    assert one(digest(told(1), told(2))).subject == "1 piece of news of the day"
    bells.erased = {1, 2}
    assert rendered(digest(told(1), told(2))) == {}


# -- letters ---------------------------------------------------------------------------------------------


def letter(**given: Any) -> Item:
    words = {"kind": "confirm_address", "address": "new@mail.example", "subject": "Confirm", "language": "en",
             "text": "Hello <you>\n\nhttps://p.example/confirm?a=1&b=2", "html": "", "short": "Code 12",
             "headers": {"X-Test": "1"}, **given}
    return Item(9, "letter", "email", "9.key", "", Reach("", words["language"]), Links(""), letter=words)


def test_a_letter_is_framed_and_goes_to_its_address(bells):
    message = one(letter())
    assert (message.to, message.subject, message.short) == ("new@mail.example", "Confirm", "Code 12")
    assert message.stop is None
    assert message.headers == {"X-Test": "1"}
    assert message.text.startswith("Hello <you>\n\nhttps://p.example/confirm?a=1&b=2\n")
    assert "Open data & more" in message.text
    assert page(message).select('a[href="https://p.example/confirm?a=1&b=2"]')
    assert "Hello <you>" in page(message).get_text()


def test_a_letter_with_a_page_of_its_own_shows_that(bells):
    assert page(one(letter(html="<p class=own>Own</p>"))).select_one(".own").get_text() == "Own"


def test_what_ckan_wrote_stays_as_it_is(bells):
    message = one(letter(kind=rendering.BARE, text="As CKAN wrote it"))
    assert (message.text, message.html) == ("As CKAN wrote it", "")


# -- templates -------------------------------------------------------------------------------------------


@pytest.fixture
def folder(bells, tmp_path, app, monkeypatch):
    """An operator's own template folder."""
    own = tmp_path / "civic_notify" / "messages"
    own.mkdir(parents=True)
    loader = app.flask_app.jinja_env.loader
    monkeypatch.setattr(loader, "searchpath", [str(tmp_path), *loader.searchpath])
    app.flask_app.jinja_env.cache.clear()
    stationery._plain.cache_clear()
    yield own
    app.flask_app.jinja_env.cache.clear()
    stationery._plain.cache_clear()


def test_an_operator_replaces_a_template(folder):
    (folder / "event.html").write_text("Own: {{ subject }} {{ links.stop }}")
    assert one(item()).html == "Own: [en] The bell a was rung https://p.example/stop?who=ann&amp;x=1"


def test_a_template_of_a_language_comes_before_the_common_one(folder):
    (folder / "event.kk.txt").write_text("Өз үлгісі: {{ subject }}")
    assert one(item(language="kk")).text == "Өз үлгісі: [kk] The bell a was rung\n"
    assert "Open on the portal" in one(item()).text


# -- cost ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3, 30])
def test_statements_do_not_grow_with_the_batch(bells, statements, count):
    office = Target(EDITORS, model.Group.get(AKMOLA).id)
    items = [item(number, told(number, target), who=f"r{number}") for number in range(1, count + 1)
             for target in (BELL, office)]
    rendered(*items)
    statements.clear()
    rendered(*items)
    assert len(statements) == 3  # what is followed, names of agencies, words


def test_many_readers_of_one_event_cost_the_words_once(bells, monkeypatch):
    written = []
    real = rendering.write
    monkeypatch.setattr(rendering, "write", lambda *given: written.append(given) or real(*given))
    messages = rendered(*(item(number, who=f"r{number}") for number in range(1, 101)))
    assert bells.asked == [1]
    assert len(written) == 2
    assert {message.text.count(f"who={message.recipient}&") for message in messages.values()} == {2}
    assert len({message.html for message in messages.values()}) == 100
