"""Servers that stand for providers, and every adapter in front of one."""
from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from civic_notify.channels import making
from civic_notify.channels.servers import Answer, Certificate, Post, Provider, certificate, post, provider

from ckanext.civic_notify.channels import memory
from ckanext.civic_notify.channels.base import Channel, Message, Outcome
from ckanext.civic_notify.channels.console import Console
from ckanext.civic_notify.channels.memory import Memory


@pytest.fixture(scope="session")
def own_certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def mail_server() -> Iterator[Post]:
    with post() as server:
        yield server


@pytest.fixture
def gateway() -> Iterator[Provider]:
    with provider(Answer(202, "0: Accepted for delivery")) as server:
        yield server


@pytest.fixture
def push_service() -> Iterator[Provider]:
    with provider(Answer(201)) as server:
        yield server


@pytest.fixture
def app_server() -> Iterator[Provider]:
    with provider(Answer(202)) as server:
        yield server


@dataclass
class Staged:
    """An adapter and how to make its provider refuse, fail and fall silent; what the provider has by now."""

    adapter: Channel
    message: Message
    refuse: Callable[[], None]
    fail: Callable[[], None]
    wait: Callable[[], None]
    got: Callable[[], list[str]]
    server: Any = None


def _email(request: Any) -> Staged:
    server: Post = request.getfixturevalue("mail_server")
    return Staged(
        making.smtp(server.port, timeout=0.4), making.message(),
        lambda: server.answer_with("RCPT", "550 5.1.1 nobody of this name: <reader@example.kz>"),
        lambda: server.answer_with("MAIL", "421 4.3.0 closing"),
        lambda: server.answer_with("MAIL", Post.WAIT),
        lambda: [_message_id(mail.content) for mail in server.mails],
    )


def _message_id(content: bytes) -> str:
    import email

    return str(email.message_from_bytes(content)["Message-ID"]).strip("<>").removesuffix("@data.example.kz")


def _sms(request: Any) -> Staged:
    from urllib.parse import parse_qs, urlsplit

    server: Provider = request.getfixturevalue("gateway")
    adapter = making.kannel(server.url, timeout=0.4, receipts="http://portal/notify/receipt/sms/s3cret")

    def keys() -> list[str]:
        reports = [parse_qs(urlsplit(one.path).query)["dlr-url"][0] for one in server.asked]
        return [parse_qs(urlsplit(report).query)["key"][0] for report in reports]

    return _over_http(server, adapter, making.message(to="+77015551234"), Answer(400, "Bad number"), keys)


def _web_push(request: Any) -> Staged:
    import json

    server: Provider = request.getfixturevalue("push_service")
    browser = making.Browser(f"{server.url}/push/abc")
    message = making.message(to="", endpoints=(browser.endpoint,))

    def keys() -> list[str]:
        return [json.loads(browser.read(one.body))["tag"] for one in server.asked]

    return _over_http(server, making.web_push(timeout=0.4), message, Answer(410), keys)


def _app_push(request: Any) -> Staged:
    import json

    server: Provider = request.getfixturevalue("app_server")
    adapter = making.webhook(server.url, timeout=0.4)
    keys = lambda: [json.loads(one.body)["id"] for one in server.asked]  # noqa: E731
    return _over_http(server, adapter, making.message(to="900101300123"), Answer(410), keys)


def _over_http(server: Provider, adapter: Channel, message: Message, refusal: Answer, keys: Any) -> Staged:
    return Staged(
        adapter, message, lambda: server.answer_with(refusal), lambda: server.answer_with(Answer(503)),
        lambda: server.answer_with(Answer(wait=True)), keys, server,
    )


REACHED = {
    "email": {"to": "reader@example.kz"}, "sms": {"to": "+77015551234"}, "app_push": {"to": "900101300123"},
    "web_push": {"to": "", "endpoints": (making.Browser("https://push.example/a").endpoint,)},
}


def _memory(name: str) -> Callable[[Any], Staged]:
    def stage(request: Any) -> Staged:
        memory.clear()
        box = memory.box(name)
        return Staged(
            Memory(name), making.message(**REACHED[name]), lambda: box.answer_with(Outcome("permanent", code="550")),
            lambda: box.answer_with(Outcome("provider_down", code="503")),
            lambda: box.answer_with(Outcome("provider_down", code="timeout")),
            lambda: [message.key for message in box.given],
        )

    return stage


def _console(name: str) -> Callable[[Any], Staged]:
    def stage(request: Any) -> Staged:
        screen = _Screen()
        return Staged(
            Console(name, screen), making.message(**REACHED[name]), screen.nothing, screen.breaks, screen.breaks,
            lambda: [line.split()[2] for line in screen.getvalue().splitlines() if line.startswith("--- ")],
        )

    return stage


class _Screen(io.StringIO):
    """A screen that may be gone for one line."""

    broken = False

    def breaks(self) -> None:
        self.broken = True

    def nothing(self) -> None:
        """Nobody refuses an address here."""

    def write(self, text: str) -> int:
        if self.broken:
            self.broken = False
            raise BrokenPipeError
        return super().write(text)


CHANNELS = ("email", "sms", "web_push", "app_push")
REAL = {"smtp": _email, "kannel": _sms, "vapid": _web_push, "webhook": _app_push}
MEMORY = {f"memory {name}": _memory(name) for name in CHANNELS}
CONSOLE = {f"console {name}": _console(name) for name in CHANNELS}
STAGES = {**REAL, **MEMORY, **CONSOLE}


@pytest.fixture
def staged(request: pytest.FixtureRequest) -> Iterator[Staged]:
    """The adapter that a test names: ``@pytest.mark.parametrize("staged", STAGES, indirect=True)``."""
    made = STAGES[request.param](request)
    yield made
    made.adapter.close()
    memory.clear()
