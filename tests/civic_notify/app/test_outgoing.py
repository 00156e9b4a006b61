"""Letters in the outbox: those of other features, and what CKAN itself sends."""
from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import ckan.lib.mailer as mailer
import ckan.model as model
import ckan.plugins as p
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from civic_list.portal import AKMOLA, act
from civic_notify.readers import NOON, later, rows

from ckanext.civic_core.domain.news import Letter
from ckanext.civic_core.interfaces import IOutbox
from ckanext.civic_core.speaking import speaking
from ckanext.civic_notify import outbox, outgoing, sending
from ckanext.civic_notify.channels import memory
from ckanext.civic_notify.channels.base import Outcome
from ckanext.civic_notify.model import Delivery


@pytest.fixture
def office(desk, monkeypatch):
    """The sample's accounts, an empty outbox, e-mail that is kept in this process, and no SMTP server."""
    monkeypatch.setitem(tk.config, "ckanext.civic_notify.email.adapter", "memory")
    monkeypatch.setitem(tk.config, "ckanext.civic_notify.sms.adapter", "")
    monkeypatch.setattr(mailer, "_mail_recipient", lambda *_, **__: pytest.fail("CKAN sent it as well"))
    monkeypatch.setitem(tk.config, "smtp.server", "localhost")
    monkeypatch.setitem(tk.config, "ckanext.civic_core.rate_limit.password_reset", "unlimited")
    model.Session.execute(sa.delete(Delivery))
    model.Session.commit()
    memory.clear()
    sending._open.clear()
    with later(NOON):
        yield
    model.Session.rollback()
    sending._open.clear()


def deliver() -> list[Any]:
    """Work until nothing waits; what was sent."""
    while outbox.work(model.Session()):
        pass
    return memory.box("email").sent


def letter(**given: Any) -> Letter:
    return Letter(**{
        "kind": "confirm_address", "channel": "email", "address": "new@mail.example", "language": "en",
        "subject": "Confirm", "text": "https://p.example/confirm", "expires": NOON + timedelta(hours=1), **given,
    })


def post(**given: Any) -> bool:
    done = outgoing.post(model.Session(), letter(**given))
    model.Session.commit()
    return done


def everything() -> str:
    """All that the database holds of deliveries and events."""
    tables = ("civic_notify_delivery", "civic_core_event", "civic_core_pending")
    found = [str(list(map(tuple, model.Session.execute(sa.text(f"select * from {name}"))))) for name in tables]
    model.Session.rollback()
    return "".join(found)


# -- letters of other features ---------------------------------------------------------------------------


def test_a_letter_waits_and_goes_once(office):
    assert post()
    assert rows("kind", "recipient", "topic", "state", "urgent") == [("letter", "", "confirm_address", "queued", True)]
    assert [(one.to, one.subject) for one in deliver()] == [("new@mail.example", "Confirm")]
    assert deliver() == memory.box("email").given
    assert len(memory.box("email").given) == 1


def test_nothing_of_a_letter_is_kept_when_it_has_gone(office):
    post()
    assert "new@mail.example" in everything()
    deliver()
    assert rows("state", "letter") == [("sent", None)]
    assert "new@mail.example" not in everything()
    assert "https://p.example" not in everything()


def test_letters_with_one_mark_are_one(office):
    for _ in range(2):
        assert post(once="confirm new 2026-03-02")
    post(once="confirm new 2026-03-03")
    post()
    post()
    assert len(rows()) == 4


def test_a_letter_through_a_channel_that_is_not_there_is_not_taken(office):
    assert not post(channel="sms")
    assert rows() == []


def test_a_letter_is_part_of_the_transaction_under_way(office):
    outgoing.post(model.Session(), letter())
    model.Session.rollback()
    assert rows() == []


def test_a_letter_that_comes_too_late_is_not_sent(office):
    post()
    with later(NOON + timedelta(hours=2)):
        assert deliver() == []
    assert rows("state", "reason", "letter") == [("expired", "too_late", None)]


def test_the_words_of_a_letter_go_when_its_time_is_over_even_if_its_channel_is_gone(office, monkeypatch):
    post()
    post(expires=NOON + timedelta(days=1), address="later@mail.example")
    monkeypatch.setitem(tk.config, "ckanext.civic_notify.email.adapter", "")
    with later(NOON + timedelta(hours=1)):
        assert outgoing.erase(model.Session()) == ["1 letters that came too late erased"]
        assert outgoing.erase(model.Session()) == []
    assert rows("state", "reason") == [("expired", "too_late"), ("queued", "")]
    assert "new@mail.example" not in everything()
    assert "later@mail.example" in everything()


def test_other_features_find_the_outbox(office):
    (plugin,) = p.PluginImplementations(IOutbox)
    assert plugin.post(model.Session(), letter())
    assert plugin.channels()["email"]["label"]
    assert "sms" not in plugin.channels()
    model.Session.rollback()


# -- what CKAN writes ------------------------------------------------------------------------------------


def test_what_ckan_sends_goes_through_the_outbox(office):
    mailer.mail_recipient(
        "Ann", "ann@mail.example", "Hello\r\nBcc: x@mail.example", "As it is", body_html="<p>As it is</p>",
        headers={"Reply-To": "desk@portal.example", "To": "x@mail.example", "X-Odd": "a\r\nBcc: y@mail.example"},
    )
    (message,) = deliver()
    assert (message.to, message.subject, message.text) == ("ann@mail.example", "Hello", "As it is")
    assert message.html == "<p>As it is</p>"
    assert message.headers == {"Reply-To": "desk@portal.example", "X-Odd": "a Bcc: y@mail.example"}
    assert rows("kind", "topic", "state", "letter") == [("letter", "core", "sent", None)]


def test_it_is_there_whatever_becomes_of_the_transaction_around_it(office):
    model.Session.add(model.User(name="half", email="half@mail.example"))
    model.Session.flush()
    mailer.mail_recipient("Ann", "ann@mail.example", "Hello", "text")
    model.Session.rollback()
    assert rows() == ["queued"]
    assert model.User.get("half") is None


def test_with_attachments_it_is_left_to_ckan_unread(office, monkeypatch):
    sent = []
    monkeypatch.setattr(mailer, "_mail_recipient", lambda *given: sent.append(given[-1][0][1].read()))
    mailer.mail_recipient("Ann", "ann@mail.example", "Hello", "text", attachments=[("a.txt", io.BytesIO(b"kept"))])
    assert (sent, rows()) == ([b"kept"], [])


def test_without_e_mail_it_is_left_to_ckan(office, monkeypatch):
    sent = []
    monkeypatch.setattr(mailer, "_mail_recipient", lambda *given: sent.append(given[1]))
    monkeypatch.setitem(tk.config, "ckanext.civic_notify.email.adapter", "")
    mailer.mail_recipient("Ann", "ann@mail.example", "Hello", "text")
    assert (sent, rows()) == (["ann@mail.example"], [])


def test_what_another_plugin_has_sent_is_not_sent_again(office):
    assert outgoing.notify_recipient(True, "ann@mail.example", "Hello", "text")
    assert outgoing.notify_about_topic(True, "request_password_reset", {"user": model.User.get("citizen")})
    assert rows() == []


# -- a new password, an invitation -----------------------------------------------------------------------


def reset(app, account: str = "citizen", path: str = "/user/reset") -> Any:
    return app.post(path, data={"user": account}, follow_redirects=False, status=302)


def test_a_link_for_a_new_password_comes_and_works(app, office):
    reset(app)
    (message,) = deliver()
    assert message.to == "citizen@portal.example"
    key = model.User.get("citizen").reset_key
    link = f"http://test.ckan.net/user/reset/{model.User.get('citizen').id}?key={key}"
    assert link in message.text
    assert link in message.html.replace("&amp;", "&")
    app.get(link.removeprefix("http://test.ckan.net"), status=200)


def test_no_reset_link_is_kept_or_shown(app, office):
    memory.box("email").answer_with(Outcome("permanent", "550"))
    reset(app)
    key = model.User.get("citizen").reset_key
    assert key in everything()
    listed = act("operator", "civic_delivery_list")
    assert key not in json.dumps(listed)
    assert "citizen" not in json.dumps(listed)
    assert key not in json.dumps(act("operator", "civic_event_list"))
    deliver()
    assert rows("state", "letter") == [("failed_permanent", None)]
    assert key not in everything()


def test_a_link_for_a_new_password_is_not_sent_after_an_hour(app, office):
    reset(app)
    with later(NOON + timedelta(minutes=61)):
        assert deliver() == []
    assert model.User.get("citizen").reset_key not in everything()


@pytest.mark.parametrize(("language", "path"), [("en", ""), ("ru", "/ru"), ("kk", "/kk")])
def test_it_speaks_the_language_of_the_page(app, office, language, path):
    reset(app, path=f"{path}/user/reset")
    (message,) = deliver()
    assert message.language == language
    with speaking(language):
        assert message.subject == tk._("A new password for {site}").format(site=tk.config["ckan.site_title"])
    assert f"http://test.ckan.net{path}/user/reset/" in message.text


def test_nobody_learns_whether_an_account_is_there(app, office):
    there, not_there = reset(app), reset(app, "nobody")
    assert there.headers["Location"] == not_there.headers["Location"]
    assert len(rows()) == 1


def test_an_account_is_not_flooded_with_links(app, office, monkeypatch):
    monkeypatch.setitem(tk.config, "ckanext.civic_core.rate_limit.password_reset", "2 per hour")
    answers = {reset(app, "health_admin").headers["Location"] for _ in range(4)}
    assert len(answers) == 1
    assert len(rows()) == 2
    assert model.User.get("health_admin").reset_key in deliver()[-1].text  # the last link that came counts


def test_who_is_invited_gets_a_link_and_hears_where_he_belongs(office):
    act("operator", "user_invite", email="guest@mail.example", group_id=AKMOLA, role="editor")
    (message,) = deliver()
    assert message.to == "guest@mail.example"
    invited = model.Session.scalars(sa.select(model.User).where(model.User.email == "guest@mail.example")).one()
    assert invited.reset_key in message.text
    assert tk.h.civic_title(act("operator", "organization_show", id=AKMOLA))[0] in message.text
    assert "Editor" in message.text
    assert rows("topic") == ["user_invited"]
    assert invited.reset_key not in everything()


def test_who_has_no_address_is_left_to_ckan(office):
    user = model.User.get("citizen")
    user.email = None
    assert not outgoing.notify_about_topic(False, "request_password_reset", {"user": user})
    assert not outgoing.notify_about_topic(False, "something_else", {"user": user})
    model.Session.rollback()


# -- the order of plugins --------------------------------------------------------------------------------


def test_a_plugin_behind_ours_that_sends_too_is_told_to_the_operator(monkeypatch):
    class Another:
        name = "another"

    (ours,) = p.PluginImplementations(p.INotifier)
    assert outgoing.faults() == []
    monkeypatch.setattr(outgoing.p, "PluginImplementations", lambda _: [ours, Another()])
    (fault,) = outgoing.faults()
    assert "civic_notify must come after another" in fault
