"""E-mail: what a message is on the line, and what becomes of it whatever the server does."""
from __future__ import annotations

import email
import email.policy
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from civic_notify.channels import making
from civic_notify.channels.servers import Post, certificate, free_port, post

from ckanext.civic_core import clock
from ckanext.civic_notify.channels import smtp
from ckanext.civic_notify.channels.mime import encoded_address, mailbox, unstructured

NOON = datetime(2026, 3, 2, 9, tzinfo=UTC)


def sent(server: Post, **changed: Any) -> Any:
    """A message as the server got it, read by the standard library."""
    given = changed.pop("adapter", {})
    adapter = making.smtp(server.port, **given)
    with clock.stopped_at(NOON):
        assert adapter.send(making.message(**changed)).result == "accepted"
    adapter.close()
    return email.message_from_bytes(server.mails[-1].content, policy=email.policy.default)


# --- what is sent -----------------------------------------------------------------------------------------


def test_a_message_has_all_that_mail_programs_ask_for(mail_server):
    got = sent(mail_server, adapter={"reply_to": "help@data.example.kz"})
    assert got["Subject"] == "Жол жөндеу кестесі: деректер жаңартылды"
    assert got["From"].addresses[0].display_name == "Ашық деректер"
    assert got["From"].addresses[0].addr_spec == "no-reply@data.example.kz"
    assert got["To"] == "reader@example.kz"
    assert got["Reply-To"] == "help@data.example.kz"
    assert got["Message-ID"] == f"<{making.KEY}@data.example.kz>"
    assert got["Date"].datetime == NOON
    assert got["List-Unsubscribe"] == "<https://data.example.kz/kk/stop/abc>"
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert got["List-Id"] == "<news.data.example.kz>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Content-Language"] == "kk"
    assert got.defects == []


def test_a_message_is_text_and_page(mail_server):
    got = sent(mail_server)
    assert got.get_content_type() == "multipart/alternative"
    text, page = got.iter_parts()
    assert (text.get_content_type(), page.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content().replace("\r\n", "\n") == "12 жол қосылды.\n\n.нүкте\n"
    assert page.get_content().strip() == "<p>12 жол қосылды.</p>"
    assert text.defects == page.defects == []


def test_a_letter_without_a_page_and_without_a_list_is_text_only(mail_server):
    got = sent(mail_server, html="", stop=None)
    assert got.get_content_type() == "text/plain"
    assert (got["List-Unsubscribe"], got["List-Id"], got["List-Unsubscribe-Post"]) == (None, None, None)


def test_every_line_is_ascii_and_short_and_ends_as_it_must(mail_server):
    sent(mail_server, subject="Тақырып " * 60, text="сөз " * 5000, html="<p>" + "сөз" * 5000 + "</p>")
    content = mail_server.mails[-1].content
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 78
    assert b"\n" not in content.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "subject",
    ["Plain words", "", "Жаңартылды", "x" * 70, "words " * 40, "сөз " * 100, "😀" * 50, "=?utf-8?b?0JbQvtC7?=",
     "a =?= b", "Деректер жаңартылды: 12 rows — «Жол»", "é" * 37],
)
def test_a_subject_comes_as_it_was_written(mail_server, subject):
    got = sent(mail_server, subject=subject)
    assert got["Subject"].rstrip() == subject.rstrip()
    for word in re.findall(rb"=\?utf-8\?b\?[^?]*\?=", mail_server.mails[-1].content):
        assert len(word) <= 75


def test_nobody_can_put_a_header_into_a_message(mail_server):
    got = sent(
        mail_server, subject="Жаңа\r\nBcc: thief@example.kz\n\nbody", stop="https://a/\r\nX-Evil: 1",
        headers={"X-Kind": "digest\r\nBcc: thief@example.kz", "X-Bad\r\nBcc": "a", "Bcc": "thief@example.kz",
                 "To": "thief@example.kz", "Content-Type": "text/evil", "Message-ID": "<x>", "X-Site": "Ашық"},
    )
    assert (got["Bcc"], got["X-Evil"], got["To"]) == (None, None, "reader@example.kz")
    assert got["X-Kind"] == "digest Bcc: thief@example.kz"
    assert got["X-Site"] == "Ашық"
    assert got["Message-ID"] == f"<{making.KEY}@data.example.kz>"
    assert got.get_content_type() == "multipart/alternative"
    assert mail_server.mails[-1].recipient == "reader@example.kz"
    assert [name.lower() for name in got].count("content-type") == 1


def test_a_header_of_the_message_takes_the_place_of_ours(mail_server):
    got = sent(
        mail_server, adapter={"reply_to": "help@data.example.kz"},
        headers={"reply-to": "Қолдау <support@data.example.kz>", "Content-Language": "ru"},
    )
    assert got.get_all("Reply-To")[0].addresses[0].addr_spec == "support@data.example.kz"
    assert got.get_all("Reply-To")[0].addresses[0].display_name == "Қолдау"
    assert len(got.get_all("Reply-To")) == 1
    assert got.get_all("Content-Language") == ["ru"]


def test_what_comes_back_names_the_delivery(mail_server):
    adapter = {"bounces": "bounces@data.example.kz"}
    sent(mail_server, adapter=adapter)
    assert mail_server.mails[-1].sender == f"bounces+{making.KEY}@data.example.kz"
    sent(mail_server, adapter=adapter, key="1." + "f" * 80)
    assert mail_server.mails[-1].sender == "bounces@data.example.kz"
    sent(mail_server)
    assert mail_server.mails[-1].sender == "no-reply@data.example.kz"


@pytest.mark.parametrize(
    ("given", "handed"),
    [("a@example.kz", "a@example.kz"), ("a@пример.рф", "a@xn--e1afmkfd.xn--p1ai"), ("a b@c.kz", None), ("a@", None),
     ("@b.kz", None), ("a", None), ("a@b.kz\r\n", None), ("<a@b.kz>", None), ("a@b.kz, c@d.kz", None)],
)
def test_an_address_is_handed_over_as_servers_take_it(given, handed):
    assert encoded_address(given) == handed


def test_letters_before_the_at_need_a_server_that_takes_them(mail_server):
    outcome = making.smtp(mail_server.port).send(making.message(to="оқырман@example.kz"))
    assert (outcome.result, outcome.gone) == ("permanent", ())
    with post(says=("SMTPUTF8",)) as server:
        assert making.smtp(server.port).send(making.message(to="оқырман@example.kz")).result == "accepted"
        assert "SMTPUTF8" in server.mails[0].options
        got = email.message_from_bytes(server.mails[0].content, policy=email.policy.default)
        assert got["To"] == "оқырман@example.kz"


@pytest.mark.parametrize(
    ("name", "written"),
    [("", "a@b.kz"), ("Open data", "Open data <a@b.kz>"), ('A "B", C', '"A \\"B\\", C" <a@b.kz>'),
     ("A\r\nB", "A B <a@b.kz>")],
)
def test_a_name_before_an_address(name, written):
    assert mailbox(name, "a@b.kz") == written


def test_a_long_ascii_header_is_folded_at_its_spaces():
    lines = unstructured("Subject", "word " * 40).split("\r\n")
    assert len(lines) > 2
    assert all(len(line) <= 76 for line in lines)
    assert "".join(lines).split() == ["word"] * 40


# --- the line ---------------------------------------------------------------------------------------------


def test_one_line_serves_many_messages(mail_server):
    adapter = making.smtp(mail_server.port, most=10)
    assert [adapter.send(making.message()).result for _ in range(25)] == ["accepted"] * 25
    assert (mail_server.lines, len(mail_server.mails)) == (3, 25)
    adapter.close()
    assert mail_server.commands.count("QUIT") == 3


def test_a_line_that_broke_while_nothing_was_sent_is_opened_again(mail_server):
    adapter = making.smtp(mail_server.port)
    assert adapter.send(making.message()).result == "accepted"
    mail_server.hang_up()
    assert adapter.send(making.message()).result == "accepted"
    assert (mail_server.lines, len(mail_server.mails)) == (2, 2)


def test_a_line_that_the_server_closes_with_a_word_is_opened_again(mail_server):
    adapter = making.smtp(mail_server.port)
    adapter.send(making.message())
    mail_server.answer_with("MAIL", "421 4.4.2 idle for too long")
    assert adapter.send(making.message()).result == "accepted"
    assert mail_server.lines == 2


def test_after_a_rest_the_server_is_asked_whether_it_is_there(mail_server, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(smtp, "monotonic", lambda: now[0])
    adapter = making.smtp(mail_server.port)
    for rest in (0, 1, 10, 100):
        now[0] += rest
        assert adapter.send(making.message()).result == "accepted"
    assert [word.upper() for word in mail_server.commands if word.upper() in ("NOOP", "QUIT")] == ["NOOP", "QUIT"]
    assert mail_server.lines == 2


def test_the_line_is_made_ready_after_a_refusal(mail_server):
    mail_server.answer_with("RCPT", "550 5.1.1 nobody")
    adapter = making.smtp(mail_server.port)
    assert adapter.send(making.message()).gone == ("reader@example.kz",)
    assert adapter.send(making.message()).result == "accepted"
    assert "RSET" in [word.upper() for word in mail_server.commands]
    assert mail_server.lines == 1


# --- faults -----------------------------------------------------------------------------------------------

DOWN, TEMPORARY, PERMANENT = "provider_down", "temporary", "permanent"
FAULTS = [
    ("CONNECT", "554 no service here", DOWN, False, False),
    ("CONNECT", "421 too busy", DOWN, False, False),
    ("CONNECT", Post.DROP, DOWN, False, False),
    ("CONNECT", Post.WAIT, DOWN, False, False),
    ("EHLO", Post.DROP, DOWN, False, False),
    ("MAIL", "421 4.3.2 closing", DOWN, False, False),
    ("MAIL", "530 5.7.0 sign in first", DOWN, False, False),
    ("MAIL", "550 5.1.8 no such sender", DOWN, False, False),
    ("MAIL", "451 4.3.0 later", TEMPORARY, False, False),
    ("MAIL", "452 4.3.1 no room", TEMPORARY, False, False),
    ("MAIL", Post.DROP, DOWN, False, False),
    ("MAIL", Post.WAIT, DOWN, False, False),
    ("RCPT", "550 5.1.1 nobody", PERMANENT, True, False),
    ("RCPT", "550 nobody", PERMANENT, True, False),
    ("RCPT", "551 moved", PERMANENT, True, False),
    ("RCPT", "553 5.1.3 no address", PERMANENT, True, False),
    ("RCPT", "554 5.1.10 null mx", PERMANENT, True, False),
    ("RCPT", "550 5.2.1 switched off", PERMANENT, True, False),
    ("RCPT", "550 5.7.1 we do not like your network", PERMANENT, False, False),
    ("RCPT", "554 5.7.1 relay access denied", PERMANENT, False, False),
    ("RCPT", "550 5.4.1 no route", PERMANENT, False, False),
    ("RCPT", "550 5.1.8 no such sender", DOWN, False, False),
    ("RCPT", "552 5.2.2 mailbox is full", TEMPORARY, False, False),
    ("RCPT", "450 4.2.0 greylisted", TEMPORARY, False, False),
    ("RCPT", "452 4.5.3 too many", TEMPORARY, False, False),
    ("RCPT", "421 4.7.0 too many from you", DOWN, False, False),
    ("RCPT", Post.DROP, DOWN, False, False),
    ("RCPT", Post.WAIT, DOWN, False, False),
    ("DATA", "451 4.3.0 later", TEMPORARY, False, False),
    ("DATA", "554 5.5.1 no", PERMANENT, False, False),
    ("DATA", "421 closing", DOWN, False, False),
    ("DATA", Post.DROP, DOWN, False, False),
    ("END", "550 5.7.1 looks like spam", PERMANENT, False, False),
    ("END", "552 5.3.4 too big", PERMANENT, False, False),
    ("END", "451 4.7.1 later", TEMPORARY, False, False),
    ("END", "421 4.3.2 closing", DOWN, False, False),
    ("END", Post.DROP, TEMPORARY, False, True),
    ("END", Post.WAIT, TEMPORARY, False, True),
]


@pytest.mark.parametrize(("command", "answer", "result", "gone", "doubt"), FAULTS)
def test_each_fault_has_its_outcome(mail_server, command, answer, result, gone, doubt):
    mail_server.answer_with(command, answer)
    adapter = making.smtp(mail_server.port, timeout=0.3)
    outcome = adapter.send(making.message())
    assert (outcome.result, outcome.doubt) == (result, doubt)
    assert outcome.gone == (("reader@example.kz",) if gone else ())
    assert outcome.code and "reader" not in outcome.code
    assert outcome.code.startswith("in_doubt") == doubt
    assert mail_server.mails == []
    assert adapter.send(making.message()).result == "accepted"


def test_what_is_not_there_at_all():
    assert making.smtp(free_port()).send(making.message()).code == "refused"
    unknown = making.smtp(25, host="nowhere.invalid").send(making.message())
    assert (unknown.result, unknown.code) == ("provider_down", "unknown_host")


# --- encryption and signing in ----------------------------------------------------------------------------


def test_a_line_is_encrypted_before_anything_is_said(own_certificate):
    with post(own_certificate.server) as server:
        adapter = making.smtp(server.port, tls="starttls", host="localhost", ca_file=str(own_certificate.file))
        assert adapter.send(making.message()).result == "accepted"
        commands = [word.split(" ")[0].upper() for word in server.commands]
        assert commands[:4] == ["EHLO", "STARTTLS", "EHLO", "MAIL"]


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(own_certificate):
    with post(own_certificate.server) as server:
        outcome = making.smtp(server.port, tls="starttls", host="localhost").send(making.message())
        assert (outcome.result, outcome.code, server.mails) == ("provider_down", "tls", [])


def test_a_certificate_of_another_host_is_not_trusted(tmp_path):
    other = certificate(tmp_path, "mail.other.kz")
    with post(other.server) as server:
        adapter = making.smtp(server.port, tls="starttls", host="localhost", ca_file=str(other.file))
        assert (adapter.send(making.message()).code, server.mails) == ("tls", [])


def test_a_server_without_encryption_gets_nothing_where_it_is_asked_for(mail_server):
    outcome = making.smtp(mail_server.port, tls="starttls").send(making.message())
    assert (outcome.result, mail_server.mails) == ("provider_down", [])
    assert "MAIL" not in " ".join(mail_server.commands)


def test_signing_in(mail_server, own_certificate):
    with post(own_certificate.server, says=("AUTH PLAIN",)) as server:
        given: Any = {"tls": "starttls", "host": "localhost", "ca_file": str(own_certificate.file), "user": "portal",
                      "password": "word"}
        assert making.smtp(server.port, **given).send(making.message()).result == "accepted"
        server.answer_with("AUTH", "535 5.7.8 who are you")
        outcome = making.smtp(server.port, **given).send(making.message())
        assert (outcome.result, outcome.gone) == ("provider_down", ())
        assert "535" in outcome.code
        assert len(server.mails) == 1
    outcome = making.smtp(mail_server.port, user="portal", password="word").send(making.message())
    assert (outcome.result, outcome.code) == ("provider_down", "SMTPNotSupportedError")
