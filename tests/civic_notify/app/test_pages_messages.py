"""The pages of the outbox: for operators, and for each reader his own."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from civic_list.app.reader import Reader, words
from civic_list.portal import AKMOLA
from civic_notify.owing import begin, owe, ring_for, user
from civic_notify.readers import NOON, later, rows

from ckanext.civic_core.domain.news import CHANNELS
from ckanext.civic_core.model import EventRow
from ckanext.civic_core.speaking import speaking
from ckanext.civic_notify import samples, shown
from ckanext.civic_notify import words as said
from ckanext.civic_notify.domain import states
from ckanext.civic_notify.model import ChannelState

OPERATORS = ["/desk/messages", "/desk/messages/list", "/desk/messages/templates"]


@pytest.fixture(autouse=True)
def outbox(desk: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The sample's accounts and an empty outbox. It is noon."""
    begin(monkeypatch)
    with later(NOON):
        yield
    model.Session.rollback()


@pytest.fixture
def bells(monkeypatch):
    """Deliveries are of bells, which can be followed."""
    return ring_for(monkeypatch)


# -- who may ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", OPERATORS)
@pytest.mark.parametrize(("who", "status"), [
    (None, 302), ("citizen", 403), ("health_admin", 403), ("keeper", 403), ("approver", 403), ("operator", 200),
])
def test_the_outbox_is_for_operators(app, path, who, status):
    Reader(app, who).opens(path, status=status)


def test_a_visitor_has_no_messages_and_may_log_in(app):
    answer = app.get("/subscriptions/messages", follow_redirects=False, status=302)
    assert "/user/login" in answer.headers["Location"]


@pytest.mark.parametrize(("who", "there"), [("operator", True), ("keeper", False), ("citizen", False)])
def test_the_menu_leads_to_it(app, who, there):
    page = Reader(app, who).opens("/subscriptions/messages")
    assert bool(page.select('a[href="/desk/messages"]')) is there


# -- the queue -------------------------------------------------------------------------------------------


def test_what_waits_and_what_failed_stands_there_with_its_reason(app):
    owe(due=NOON - timedelta(minutes=5))
    owe(state="failed_permanent", reason="gave_up", settled_at=NOON)
    owe(state="suppressed", reason="paused", settled_at=NOON)
    rests = NOON + timedelta(minutes=1)
    model.Session.add(ChannelState(name="sms", failures=4, closed_until=rests, last_failure="503"))
    model.Session.commit()
    page = Reader(app, "operator").opens("/desk/messages")
    assert "5 min" in words(page)
    assert "It was tried for as long as is allowed, without success." in words(page, "#failed")
    assert "All messages were paused." in words(page, "#suppressed")
    assert "rests The provider failed; failures in a row: 4; the last one: 503." in words(page, "#channels")
    assert "works" in words(page, "#channels")
    assert "02.03.2026" in words(page, "#prompt")


def test_a_number_leads_to_its_rows(app):
    number = owe(state="failed_permanent", reason="gave_up", settled_at=NOON)
    owe(state="failed_permanent", reason="refused", settled_at=NOON)
    owe(state="failed_permanent", reason="gave_up", settled_at=NOON - timedelta(days=2))
    reader = Reader(app, "operator")
    link = reader.opens("/desk/messages").select_one('#failed a[href*="gave_up"]')
    page = reader.opens(link["href"])
    assert [row["id"] for row in page.select("tbody tr")] == [f"message-{number}"]


def test_an_empty_outbox_says_so(app, monkeypatch):
    page = Reader(app, "operator").opens("/desk/messages")
    assert "Nothing failed." in words(page)
    assert "There are no such messages" in words(Reader(app, "operator").opens("/desk/messages/list"))
    for name in CHANNELS:
        monkeypatch.setitem(tk.config, f"ckanext.civic_notify.{name}.adapter", "")
    assert "No channel is configured" in words(Reader(app, "operator").opens("/desk/messages"))


def test_no_page_of_operators_names_anybody(app):
    owe(recipient=user("citizen"), state="failed_permanent", reason="refused", settled_at=NOON)
    owe("letter", letter={"address": "secret@mail.example", "text": "secret words"})
    for path in OPERATORS:
        page = str(Reader(app, "operator").opens(path))
        assert user("citizen") not in page
        assert "secret" not in page


def test_a_filter_that_makes_no_sense_is_refused(app):
    Reader(app, "operator").opens("/desk/messages/list?state=lost", status=400)


# -- sent again ------------------------------------------------------------------------------------------


def test_a_dead_letter_is_sent_again(app):
    number = owe(state="failed_permanent", reason="gave_up", settled_at=NOON)
    reader = Reader(app, "operator")
    page = reader.opens("/desk/messages/list?state=failed_permanent")
    assert page.select_one('form[method="post"] input[name="id"]')["value"] == str(number)
    page = reader.sends("/desk/messages/resend", {"id": number, "back-state": "failed_permanent"})
    assert rows("state") == ["queued"]
    assert "1 message waits to be sent again." in words(page, ".flash-messages")
    assert page.select_one('option[value="failed_permanent"]').has_attr("selected")


def test_all_of_a_reason_are_sent_again(app):
    for _ in range(3):
        owe(state="failed_permanent", reason="gave_up", settled_at=NOON)
    page = Reader(app, "operator").sends("/desk/messages/resend", {"channel": "email", "reason": "gave_up"})
    assert "3 messages wait to be sent again." in words(page, ".flash-messages")
    assert rows("state") == ["queued"] * 3


def test_why_a_message_cannot_be_sent_again_is_said(app):
    number = owe(state="sent", settled_at=NOON)
    page = Reader(app, "operator").sends("/desk/messages/resend", {"id": number})
    assert "Only a message that failed or is out of date can be sent again." in words(page, ".flash-messages")
    assert rows("state") == ["sent"]


@pytest.mark.parametrize("who", ["citizen", "keeper"])
def test_nobody_else_sends_again(app, who):
    number = owe(state="failed_permanent", reason="gave_up", settled_at=NOON)
    Reader(app, who).sends("/desk/messages/resend", {"id": number}, status=403)
    assert rows("state") == ["failed_permanent"]


def test_looking_changes_nothing(app):
    number = owe(state="failed_permanent", reason="gave_up", settled_at=NOON)
    Reader(app, "operator").opens(f"/desk/messages/resend?id={number}", status=404)
    assert rows("state") == ["failed_permanent"]


# -- templates -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("kind", samples.KINDS)
def test_every_kind_of_message_can_be_looked_at(app, kind, language):
    page = Reader(app, "operator").opens(f"/desk/messages/templates?kind={kind}&language={language}")
    frame = page.select_one("iframe")
    message = BeautifulSoup(frame["srcdoc"], "html.parser")
    assert frame.has_attr("sandbox")
    assert not frame["sandbox"]
    assert message.html["lang"] == language
    assert message.select_one("h1").get_text()
    assert message.select("a")
    text = page.select_one("pre").get_text()
    assert message.select_one("h1").get_text() in text or kind not in ("event", "digest")
    assert "http://test.ckan.net" in text
    assert bool(page.select("#sms")) is (kind in ("event", "digest"))


def test_the_parts_of_a_text_message_are_counted(app):
    sms = words(Reader(app, "operator").opens("/desk/messages/templates?kind=event&language=ru"), "#sms")
    assert "70 letters a part" in sms or "Аптеки" not in sms
    preview = samples.preview("event", "ru")
    assert (preview.parts, preview.coding) == (2, "ucs2")


def test_an_unknown_kind_or_language_shows_the_first(app):
    page = Reader(app, "operator").opens("/desk/messages/templates?kind=x&language=xx")
    assert "event.html" in words(page, "#email")


# -- one's own messages ----------------------------------------------------------------------------------


def test_a_reader_sees_what_became_of_his_messages_in_words(app, bells):
    me = user("citizen")
    owe(recipient=me, state="sent", settled_at=NOON)
    owe(recipient=me, state="suppressed", reason="paused", settled_at=NOON)
    owe(recipient=user("health_admin"), state="suppressed", reason="cap_reached", settled_at=NOON)
    page = Reader(app, "citizen").opens("/subscriptions/messages")
    first, second = (" ".join(row.get_text(" ", strip=True).split()) for row in page.select("tbody tr"))
    assert "not sent All messages were paused." in first
    assert "News: bell in en “Bell & a”" in first
    assert "[en] The bell a was rung" in second
    assert "sent The message was handed over; whether it arrived is not known." in second
    assert page.select_one('tbody a[href*="/bell/"]')


def test_only_what_he_was_told_is_said_in_its_words(app, bells):
    for state in states.STATES:
        owe(recipient=user("citizen"), state=state)
    page = Reader(app, "citizen").opens("/subscriptions/messages")
    assert words(page, "tbody").count("was rung") == 2


def test_what_he_may_not_read_any_more_is_not_said(app, bells):
    package = model.Package(name="secret", title="Secret", private=True, owner_org=model.Group.get(AKMOLA).id,
                            type="dataset")
    model.Session.add(package)
    model.Session.flush()
    about = {"about_type": "dataset", "about_id": package.id, "state": "sent", "settled_at": NOON}
    owe(recipient=user("citizen"), **about)
    owe(recipient=user("akmola_editor"), **about)
    assert "was rung" not in words(Reader(app, "citizen").opens("/subscriptions/messages"))
    assert "was rung" in words(Reader(app, "akmola_editor").opens("/subscriptions/messages"))
    package.state = "deleted"
    model.Session.commit()


def test_a_digest_leads_to_its_news(app, bells):
    me = user("citizen")
    digest = owe("digest", me, tempo="daily", state="sent", settled_at=NOON)
    for _ in range(2):
        owe(recipient=me, digest_id=digest, state="sent", settled_at=NOON)
    reader = Reader(app, "citizen")
    page = reader.opens("/subscriptions/messages")
    link = page.select_one("tbody a")
    assert link.get_text() == "Digest of the day"
    assert words(reader.opens(link["href"]), "tbody").count("was rung") == 2
    assert "No messages yet" in words(Reader(app, "health_admin").opens(link["href"]))


def test_many_messages_come_in_pages(app, bells):
    for _ in range(25):
        owe(recipient=user("citizen"))
    reader = Reader(app, "citizen")
    assert len(reader.opens("/subscriptions/messages").select("tbody tr")) == 20
    assert len(reader.opens("/subscriptions/messages?page=2").select("tbody tr")) == 5


@pytest.mark.parametrize("count", [1, 3, 20])
def test_ones_own_messages_take_the_same_statements_however_many(app, bells, statements, count):
    for _ in range(count):
        owe(recipient=user("citizen"), state="sent", about_type="dataset", about_id="x", settled_at=NOON)
    results = tk.get_action("civic_delivery_list")({"user": "citizen"}, {"mine": True})["results"]
    with speaking("en"):
        shown.own(model.Session(), results)
        statements.clear()
        assert len(shown.own(model.Session(), results)) == count
    assert len(statements) <= 4
    assert model.Session.scalar(sa.select(sa.func.count()).select_from(EventRow)) >= count


# -- words -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_state_and_reason_has_its_words(language):
    with speaking(language):
        for state in states.STATES:
            assert said.state_name(state) != state or state in ("sent", "delivered")
            assert said.state_sentence(state)
            assert said.mark_of(state)
        for code in (*states.SUPPRESSED_BECAUSE, "refused", "gave_up", "too_late", "not_delivered"):
            assert said.reason(code) != code


def test_a_code_without_words_is_shown_as_it_is():
    assert said.reason("something_else") == "something_else"
    assert said.channel_name("telegraph") == "telegraph"
    assert said.letter_name("odd") == "odd"


@pytest.mark.parametrize(("seconds", "text"), [
    (0, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (86400 * 3 + 5, "3 d"),
])
def test_how_long(seconds, text):
    with speaking("en"):
        assert shown.duration(seconds) == text
