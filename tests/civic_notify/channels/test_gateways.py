"""Text messages, web push and app push: what is asked, and what becomes of a message whatever is answered."""
from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from civic_notify.channels import making
from civic_notify.channels.conftest import Staged
from civic_notify.channels.servers import Answer, free_port, provider
from py_vapid import Vapid

from ckanext.civic_core import clock, outside
from ckanext.civic_core.domain.news import Endpoint
from ckanext.civic_notify.channels import lines, vapid
from ckanext.civic_notify.channels.web_push import WebPush

NOON = datetime(2026, 3, 2, 9, tzinfo=UTC)
PHONE = "+77015551234"
DOWN, TEMPORARY, PERMANENT, ACCEPTED = "provider_down", "temporary", "permanent", "accepted"


def query(path: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}


# --- faults that are the same for all ----------------------------------------------------------------------

DROP, WAIT = Answer(drop=True), Answer(wait=True)
LATER = {"Retry-After": "120"}
FAULTS: dict[str, list[tuple[Answer, str, bool, float | None]]] = {
    "kannel": [
        (Answer(202, "0: Accepted for delivery"), ACCEPTED, False, None),
        (Answer(202, "3: Queued for later delivery"), ACCEPTED, False, None),
        (Answer(200, "Sent."), ACCEPTED, False, None),
        (Answer(202, "4: Something else"), TEMPORARY, False, None),
        (Answer(302, headers={"Location": "http://127.0.0.1:1/"}), DOWN, False, None),
        (Answer(400, "Missing receiver"), PERMANENT, False, None),
        (Answer(401), DOWN, False, None),
        (Answer(403, "Authorization failed for sendsms"), DOWN, False, None),
        (Answer(404), PERMANENT, False, None),
        (Answer(429, headers=LATER), DOWN, False, 120),
        (Answer(500), DOWN, False, None),
        (Answer(503, "Temporal failure, try again later."), DOWN, False, None),
        (DROP, DOWN, False, None),
        (WAIT, DOWN, False, None),
    ],
    "vapid": [
        (Answer(201), ACCEPTED, False, None),
        (Answer(202), ACCEPTED, False, None),
        (Answer(302, headers={"Location": "http://127.0.0.1:1/"}), PERMANENT, False, None),
        (Answer(400), PERMANENT, False, None),
        (Answer(403), PERMANENT, False, None),
        (Answer(404), PERMANENT, True, None),
        (Answer(410), PERMANENT, True, None),
        (Answer(413), PERMANENT, False, None),
        (Answer(429, headers=LATER), DOWN, False, 120),
        (Answer(500), DOWN, False, None),
        (Answer(503, headers={"Retry-After": "Mon, 02 Mar 2026 09:05:00 GMT"}), DOWN, False, 300),
        (Answer(503, headers={"Retry-After": "soon"}), DOWN, False, None),
        (DROP, DOWN, False, None),
        (WAIT, DOWN, False, None),
    ],
    "webhook": [
        (Answer(200), ACCEPTED, False, None),
        (Answer(202), ACCEPTED, False, None),
        (Answer(204), ACCEPTED, False, None),
        (Answer(409), ACCEPTED, False, None),
        (Answer(302, headers={"Location": "http://127.0.0.1:1/"}), DOWN, False, None),
        (Answer(400), PERMANENT, False, None),
        (Answer(401), DOWN, False, None),
        (Answer(404), PERMANENT, False, None),
        (Answer(410), PERMANENT, True, None),
        (Answer(429, headers=LATER), DOWN, False, 120),
        (Answer(500), DOWN, False, None),
        (Answer(503, headers={"Retry-After": "9999999"}), DOWN, False, 24 * 3600),
        (DROP, DOWN, False, None),
        (WAIT, DOWN, False, None),
    ],
}


@pytest.mark.parametrize(
    ("staged", "answer", "result", "gone", "after"),
    [(name, *fault) for name, faults in FAULTS.items() for fault in faults], indirect=["staged"],
)
def test_each_answer_has_its_outcome(staged: Staged, answer, result, gone, after):
    server = staged.server
    server.answer_with(answer)
    with clock.stopped_at(NOON):
        outcome = staged.adapter.send(staged.message)
    assert (outcome.result, outcome.retry_after) == (result, after)
    assert bool(outcome.gone) == gone
    assert outcome.code and len(server.asked) == 1
    assert staged.adapter.send(staged.message).result == ACCEPTED


@pytest.mark.parametrize("staged", FAULTS, indirect=True)
def test_a_line_is_used_again_and_opened_again_when_it_broke(staged: Staged):
    server = staged.server
    assert [staged.adapter.send(staged.message).result for _ in range(5)] == [ACCEPTED] * 5
    assert server.lines == 1
    server.answer_with(Answer(202, headers={"Connection": "close"}))
    assert [staged.adapter.send(staged.message).result for _ in range(3)] == [ACCEPTED] * 3
    assert (server.lines, len(server.asked)) == (2, 8)


# --- text messages -----------------------------------------------------------------------------------------


def test_a_gateway_is_asked_as_kannel_wants_it(gateway):
    adapter = making.kannel(gateway.url, validity=60, receipts="https://data.example.kz/notify/receipt/sms/s3cret")
    outcome = adapter.send(making.message(to=PHONE))
    assert (outcome.result, outcome.reference, outcome.parts) == (ACCEPTED, making.KEY, 1)
    assert query(gateway.asked[0].path) == {
        "username": "portal", "password": "word & more", "from": "1414", "to": PHONE, "charset": "utf-8", "coding": "2",
        "text": "Жол жөндеу: 12 жол қосылды", "validity": "60", "dlr-mask": "19",
        "dlr-url": f"https://data.example.kz/notify/receipt/sms/s3cret?key={making.KEY}&type=%d",
    }


def test_no_reports_are_asked_for_where_there_is_no_secret(gateway):
    making.kannel(gateway.url).send(making.message(to=PHONE))
    assert not {"dlr-url", "dlr-mask", "validity"} & set(query(gateway.asked[0].path))


@pytest.mark.parametrize(
    ("short", "coding", "parts"),
    [("Code: 123456", "0", 1), ("a" * 170, "0", 2), ("ж" * 70, "2", 1), ("ж" * 71, "2", 2)],
)
def test_letters_decide_on_the_coding_and_the_parts(gateway, short, coding, parts):
    outcome = making.kannel(gateway.url).send(making.message(to=PHONE, short=short))
    assert (query(gateway.asked[0].path)["coding"], outcome.parts) == (coding, parts)


def test_a_text_is_cut_to_the_parts_that_are_paid_for_and_its_link_stays(gateway):
    link = "https://data.example.kz/kk/dataset/zhol"
    outcome = making.kannel(gateway.url, parts=2).send(
        making.message(to=PHONE, short="жол жөндеу " * 20 + link, url=link)
    )
    text = query(gateway.asked[0].path)["text"]
    assert (outcome.parts, text.endswith(f"… {link}")) == (2, True)


@pytest.mark.parametrize(
    "number", ["87015551234", "+7701", "+7 701 555 12 34", "+77015551234;+77015551235", "", "+0123456789"]
)
def test_what_is_no_number_is_not_sent(gateway, number):
    outcome = making.kannel(gateway.url).send(making.message(to=number))
    assert (outcome.result, outcome.gone, gateway.asked) == (PERMANENT, (number,) if number else (), [])


def test_a_gateway_that_may_have_taken_a_message_is_in_doubt(gateway):
    gateway.answer_with(DROP)
    assert making.kannel(gateway.url).send(making.message(to=PHONE)).doubt
    nobody = making.kannel(f"http://127.0.0.1:{free_port()}").send(making.message(to=PHONE))
    assert (nobody.result, nobody.code, nobody.doubt) == (DOWN, "refused", False)


def test_no_word_of_the_password_is_in_an_outcome(gateway):
    gateway.answer_with(Answer(500, "wrong password: word & more"), DROP)
    adapter = making.kannel(gateway.url)
    assert ["word" in repr(adapter.send(making.message(to=PHONE))) for _ in range(2)] == [False, False]


# --- web push ----------------------------------------------------------------------------------------------


def test_only_the_browser_can_read_what_is_pushed(push_service):
    browser = making.Browser(f"{push_service.url}/push/abc")
    message = making.message(to="", endpoints=(browser.endpoint,))
    assert making.web_push().send(message).result == ACCEPTED
    asked = push_service.asked[0]
    assert "дерек" not in asked.body.decode("latin-1")
    assert json.loads(browser.read(asked.body)) == {
        "title": message.subject, "body": message.short, "url": message.url, "tag": making.KEY, "lang": "kk",
    }
    assert (asked.headers["Content-Encoding"], asked.headers["TTL"]) == ("aes128gcm", "86400")
    assert len(asked.headers["Topic"]) == 32


def test_a_push_is_signed_for_its_service_once_in_a_while(push_service):
    private, public = vapid.made()
    adapter = WebPush(
        vapid.private_key(private), contact="mailto:portal@data.example.kz", services=("127.0.0.1",), allow_private=True
    )
    message = making.message(to="", endpoints=(making.Browser(f"{push_service.url}/push/abc").endpoint,))
    assert [adapter.send(message).result for _ in range(2)] == [ACCEPTED] * 2
    first, second = (one.headers["Authorization"] for one in push_service.asked)
    assert first == second
    token, key = (part.split("=", 1)[1] for part in first.removeprefix("vapid ").split(","))
    assert key == public
    claims = Vapid.from_raw_public(key.encode()).verify_token
    head, body, signature = token.split(".")
    assert claims(f"{head}.{body}".encode(), signature)
    import base64

    said = json.loads(base64.urlsafe_b64decode(body + "=="))
    assert (said["aud"], said["sub"]) == (push_service.url, "mailto:portal@data.example.kz")
    assert 0 < said["exp"] - clock.now().timestamp() < 24 * 3600


def test_one_browser_of_several_is_enough(push_service):
    browsers = tuple(making.Browser(f"{push_service.url}/push/{n}", f"b-{n}").endpoint for n in range(4))
    push_service.answer_with(Answer(410), Answer(503), Answer(201), Answer(404))
    outcome = making.web_push().send(making.message(to="", endpoints=browsers))
    assert (outcome.result, outcome.gone) == (ACCEPTED, ("b-0", "b-3"))
    push_service.answer_with(Answer(410), Answer(503, headers=LATER), Answer(413), Answer(410))
    outcome = making.web_push().send(making.message(to="", endpoints=browsers))
    assert (outcome.result, outcome.retry_after, outcome.gone) == (DOWN, 120, ("b-0", "b-3"))


def test_long_words_are_cut_to_what_a_push_may_hold(push_service):
    browser = making.Browser(f"{push_service.url}/push/abc")
    message = making.message(to="", short="😀\n" * 3000, endpoints=(browser.endpoint,))
    assert making.web_push().send(message).result == ACCEPTED
    assert len(push_service.asked[0].body) <= 4096
    assert json.loads(browser.read(push_service.asked[0].body))["body"].startswith("😀\n😀")


@pytest.mark.parametrize(
    "address",
    ["https://push.example.kz/a", "https://127.0.0.1.example/a", "http://fcm.googleapis.com/a", "https://push.apple.com/a",
     "https://evil.kz/.push.apple.com", "https://user@fcm.googleapis.com/a", "https://[", "", "file:///etc/passwd"],
)
def test_only_services_that_are_known_are_asked_and_only_encrypted(address, monkeypatch):
    monkeypatch.setattr(outside, "_addresses", lambda host: pytest.fail("was looked up") if "http:" in address else [])
    adapter = making.web_push(allow_private=False, services=("fcm.googleapis.com", ".push.apple.com"))
    endpoint = replace(making.Browser("").endpoint, address=address)
    outcome = adapter.send(making.message(to="", endpoints=(endpoint,)))
    assert (outcome.result, outcome.code, outcome.gone) == (PERMANENT, "refused_address", ("b-1",))


def test_a_known_service_inside_the_network_is_not_asked(push_service, monkeypatch):
    monkeypatch.setattr(outside, "_addresses", lambda host: ["127.0.0.1"])
    adapter = making.web_push(allow_private=False, services=("web.push.apple.com",))
    browser = making.Browser(f"https://web.push.apple.com:{push_service.port}/a")
    outcome = adapter.send(making.message(to="", endpoints=(browser.endpoint,)))
    assert (outcome.code, push_service.lines) == ("refused_address", 0)


def test_keys_that_are_none_are_gone(push_service):
    outcome = making.web_push().send(
        making.message(to="", endpoints=(Endpoint("b-9", f"{push_service.url}/push/abc", "AAAA", "BBBB"),))
    )
    assert (outcome.result, outcome.gone, push_service.asked) == (PERMANENT, ("b-9",), [])


# --- app push ----------------------------------------------------------------------------------------------


def test_an_app_is_called_with_a_signature_over_what_it_gets(app_server):
    adapter = making.webhook(app_server.url)
    with clock.stopped_at(NOON):
        assert adapter.send(making.message(to="900101300123")).result == ACCEPTED
    asked = app_server.asked[0]
    assert (asked.method, asked.path) == ("POST", "/push")
    assert json.loads(asked.body) == {
        "id": making.KEY, "user": "900101300123", "language": "kk", "title": making.message().subject,
        "body": "Жол жөндеу: 12 жол қосылды", "url": "https://data.example.kz/kk/dataset/zhol",
        "sent_at": "2026-03-02T09:00:00+00:00",
    }
    instant = int(NOON.timestamp())
    expected = hmac.new(making.SECRET.encode(), f"{instant}.".encode() + asked.body, hashlib.sha256).hexdigest()
    assert asked.headers["X-Civic-Signature"] == f"t={instant},v1={expected}"
    assert asked.headers["Idempotency-Key"] == making.KEY


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "::ffff:10.0.0.1"])
def test_an_app_inside_the_network_is_never_called(app_server, monkeypatch, address):
    monkeypatch.setattr(outside, "_addresses", lambda host: [address])
    adapter = making.webhook(f"https://egov.example.kz:{app_server.port}", allow_private=False)
    outcome = adapter.send(making.message(to="900101300123"))
    assert (outcome.result, outcome.code, app_server.lines) == (DOWN, "refused_address", 0)


def test_a_name_that_changes_its_address_leads_nowhere(app_server, monkeypatch):
    """What was checked is what is asked: the name is looked up once for each line."""
    looked_up: list[str] = []
    monkeypatch.setattr(outside, "_addresses", lambda host: looked_up.append(host) or ["127.0.0.1"])
    adapter = making.webhook(f"http://egov.example.kz:{app_server.port}")
    assert [adapter.send(making.message(to="900101300123")).result for _ in range(3)] == [ACCEPTED] * 3
    assert looked_up == ["egov.example.kz"]
    assert app_server.asked[0].headers["Host"] == f"egov.example.kz:{app_server.port}"


def test_a_line_that_rested_is_not_used_again(app_server, monkeypatch):
    now: Any = [1000.0]
    adapter = making.webhook(app_server.url, timeout=1e6)
    monkeypatch.setattr(lines, "monotonic", lambda: now[0])
    monkeypatch.setattr(outside, "monotonic", lambda: now[0])
    for rest in (0, 10, 60):
        now[0] += rest
        assert adapter.send(making.message(to="900101300123")).result == ACCEPTED
    assert app_server.lines == 2


def test_an_app_is_called_over_tls_with_the_certificate_of_its_name(own_certificate):
    with provider(Answer(202), own_certificate.server) as server:
        url = f"https://localhost:{server.port}"
        trusting = making.webhook(url, ca_file=str(own_certificate.file))
        assert trusting.send(making.message(to="900101300123")).result == ACCEPTED
        doubting = making.webhook(url).send(making.message(to="900101300123"))
        assert (doubting.result, doubting.code, len(server.asked)) == (DOWN, "tls", 1)


def test_what_is_not_there_at_all():
    nobody = making.webhook(f"http://127.0.0.1:{free_port()}").send(making.message(to="900101300123"))
    assert (nobody.result, nobody.code) == (DOWN, "refused")
    unknown = making.webhook("http://nowhere.invalid").send(making.message(to="900101300123"))
    assert (unknown.result, unknown.code) == (DOWN, "unknown_host")
