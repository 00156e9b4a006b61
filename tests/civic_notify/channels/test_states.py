"""From a provider's fault to the state of a delivery: real adapters, the real outbox, a server that misbehaves."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from civic_notify.channels import making
from civic_notify.channels.servers import Answer, Post, Provider
from civic_notify.readers import NOON, channel, later, rows

from ckanext.civic_notify.channels import vapid

PREFIX = "ckanext.civic_notify."
SENT, AGAIN, LOST = "sent", "failed_temporary", "failed_permanent"


@pytest.fixture
def start(town, monkeypatch, request) -> Any:
    """Let a reader hear of a bell through one channel, whose provider is on this machine: ``start("sms")``."""

    def configure(name: str, **settings: Any) -> None:
        for key, value in {"timeout": 1, **settings}.items():
            monkeypatch.setitem(tk.config, f"{PREFIX}{name}.{key}", value)

    def start(name: str) -> Any:
        server = request.getfixturevalue(
            {"email": "mail_server", "sms": "gateway", "web_push": "push_service", "app_push": "app_server"}[name]
        )
        monkeypatch.setitem(tk.config, PREFIX + "push.allow_private", True)
        monkeypatch.setattr(town.readers, "unreachable", lambda _session, *gone: town.readers.gone.append(gone))
        if name == "email":
            monkeypatch.setitem(tk.config, "smtp.server", f"127.0.0.1:{server.port}")
            configure(name, adapter="smtp")
        elif name == "sms":
            configure(name, adapter="kannel", url=f"{server.url}/cgi-bin/sendsms", username="portal", password="word")
        elif name == "web_push":
            configure(name, adapter="vapid", private_key=vapid.made()[0], services="127.0.0.1")
        else:
            configure(name, adapter="webhook", url=f"{server.url}/push", secret=making.SECRET)
        town.readers.follow("asel", channel=name)
        town.readers.change(
            "asel", phone="+77015551234", app_id="900101300123",
            endpoints=(making.Browser(f"{getattr(server, 'url', '')}/push/abc").endpoint,),
        )
        return server

    return start


MAIL = [
    ("RCPT", "550 5.1.1 nobody", LOST, "refused", 0, 0, True),
    ("RCPT", "450 4.2.0 greylisted", AGAIN, "", 0, 0, False),
    ("END", "554 5.7.1 looks like spam", LOST, "refused", 0, 0, False),
    ("MAIL", "421 4.3.2 closing", AGAIN, "", 1, 0, False),
    ("MAIL", Post.WAIT, AGAIN, "", 1, 0, False),
    ("CONNECT", Post.DROP, AGAIN, "", 1, 0, False),
    ("END", Post.DROP, AGAIN, "", 0, 1, False),
    ("END", Post.WAIT, AGAIN, "", 0, 1, False),
]


@pytest.mark.parametrize(("command", "answer", "state", "reason", "failures", "doubts", "gone"), MAIL)
def test_a_fault_of_a_mail_server(town, start, command, answer, state, reason, failures, doubts, gone):
    server: Post = start("email")
    server.answer_with(command, answer)
    town.ring("a")
    town.work()
    assert rows("state", "reason", "doubts") == [(state, reason, doubts)]
    assert channel("email").failures == failures
    assert bool(town.readers.gone) == gone
    _comes_in_the_end(town, state)
    assert len(server.mails) == (state == AGAIN)


DROP, WAIT = Answer(drop=True), Answer(wait=True)
GATEWAYS = [
    *((name, fault, AGAIN, "", 1) for name in ("sms", "web_push", "app_push")
      for fault in (DROP, WAIT, Answer(429), Answer(500), Answer(503))),
    ("sms", Answer(400), LOST, "refused", 0),
    ("sms", Answer(202, "7: what?"), AGAIN, "", 0),
    ("web_push", Answer(410), LOST, "refused", 0),
    ("web_push", Answer(413), LOST, "refused", 0),
    ("app_push", Answer(409), SENT, "", 0),
    ("app_push", Answer(410), LOST, "refused", 0),
    ("app_push", Answer(400), LOST, "refused", 0),
]


@pytest.mark.parametrize(("name", "answer", "state", "reason", "failures"), GATEWAYS)
def test_a_fault_of_a_gateway(town, start, name, answer, state, reason, failures):
    server: Provider = start(name)
    server.answer_with(answer)
    town.ring("a")
    town.work()
    assert rows("state", "reason") == [(state, reason)]
    assert channel(name).failures == failures
    gone = {"web_push": ("asel", "web_push", "b-1"), "app_push": ("asel", "app_push", "900101300123")}
    assert town.readers.gone == ([gone[name]] if answer.status == 410 else [])
    _comes_in_the_end(town, state)
    assert len(server.asked) == (2 if state == AGAIN else 1)


@pytest.mark.parametrize("name", ["sms", "web_push", "app_push"])
def test_a_gateway_that_asks_for_time_gets_it(town, start, name):
    start(name).answer_with(Answer(429, headers={"Retry-After": "7200"}))
    town.ring("a")
    town.work()
    assert rows("due")[0] >= NOON + timedelta(hours=2)
    _comes_in_the_end(town, AGAIN, after=timedelta(hours=5))


def _comes_in_the_end(town: Any, state: str, after: timedelta = timedelta(hours=2)) -> None:
    """What is to be tried again is sent later, once; of what was settled nothing more comes."""
    with later(NOON + after):
        town.work()
    assert rows("state") == [SENT if state == AGAIN else state]
