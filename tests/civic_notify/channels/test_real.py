"""Providers' own programs: what was tested against servers of our own holds with theirs."""
from __future__ import annotations

import email
import email.policy
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from civic_notify.channels import making
from civic_notify.channels.programs import KannelProgram, kannel_program, mail_program, until
from civic_notify.readers import rows
from werkzeug.serving import make_server

from ckanext.civic_notify import keys
from ckanext.civic_notify.channels import registry
from ckanext.civic_notify.model import Delivery

pytestmark = pytest.mark.real
SECRET = "a-secret-of-the-gateway"


# --- mail -------------------------------------------------------------------------------------------------


def _taken(file: Path) -> list[Any]:
    parts = file.read_text().split("---------- MESSAGE FOLLOWS ----------\n")[1:]
    texts = [part.partition("------------ END MESSAGE ------------")[0] for part in parts]
    return [email.message_from_string(text, policy=email.policy.default) for text in texts]


def test_a_mail_server_takes_messages_over_one_line(tmp_path):
    with mail_program(tmp_path) as server:
        adapter = making.smtp(server.port, timeout=10)
        keys = [f"{n}.0123456789abcdef0123" for n in range(1, 121)]
        assert {adapter.send(making.message(key=key)).result for key in keys} == {"accepted"}
        adapter.close()
        taken = until(lambda: (found := _taken(server.taken)) and len(found) == 120 and found, "120 messages")
    assert [got["Message-ID"] for got in taken] == [f"<{key}@data.example.kz>" for key in keys]
    assert {got["Subject"] for got in taken} == {making.message().subject}
    assert taken[0].get_body(("plain",)).get_content().startswith("12 жол қосылды.")
    assert taken[0].get_body(("html",)).get_content().strip() == "<p>12 жол қосылды.</p>"


def test_a_mail_server_that_wants_encryption_gets_it(tmp_path, own_certificate):
    key = own_certificate.file.with_suffix(".key")
    with mail_program(tmp_path, "--tlscert", str(own_certificate.file), "--tlskey", str(key)) as server:
        plain = making.smtp(server.port, host="localhost", timeout=10).send(making.message())
        assert (plain.result, plain.gone) == ("provider_down", ())
        adapter = making.smtp(
            server.port, host="localhost", tls="starttls", ca_file=str(own_certificate.file), timeout=10
        )
        assert adapter.send(making.message()).result == "accepted"
        adapter.close()


def test_a_mail_server_that_is_restarted_costs_nothing(tmp_path):
    adapter = None
    for _ in range(2):
        with mail_program(tmp_path) as server:
            adapter = adapter or making.smtp(server.port, timeout=10)
            adapter._server = making.smtp(server.port)._server
            assert adapter.send(making.message()).result == "accepted"
        assert adapter.send(making.message()).result == "provider_down"


# --- Kannel -----------------------------------------------------------------------------------------------


@pytest.fixture
def kannel(tmp_path) -> Iterator[KannelProgram]:
    with kannel_program(tmp_path, "word-of-the-portal") as running:
        yield running


@pytest.fixture
def site(portal, monkeypatch) -> Iterator[list[str]]:
    """The portal where a gateway finds it; the status of each of its answers."""
    answers: list[str] = []

    def noting(environ: Any, start_response: Any) -> Any:
        def begin(status: str, *more: Any) -> Any:
            answers.append(status)
            return start_response(status, *more)

        return portal.flask_app(environ, begin)

    server = make_server("127.0.0.1", 0, noting, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setitem(tk.config, "ckan.site_url", f"http://127.0.0.1:{server.port}")
    yield answers
    server.shutdown()
    thread.join()


def _configure(monkeypatch: Any, kannel: KannelProgram, **changed: str) -> None:
    settings = {
        "adapter": "kannel", "url": f"{kannel.url}/cgi-bin/sendsms", "username": "portal", "password": kannel.word,
        "from": "1414", "receipt_secret": SECRET, **changed,
    }
    for name, value in settings.items():
        monkeypatch.setitem(tk.config, f"ckanext.civic_notify.sms.{name}", value)


def test_kannel_carries_a_message_and_tells_that_it_arrived(kannel, site, town, monkeypatch):
    _configure(monkeypatch, kannel)
    town.readers.follow("asel", channel="sms")
    town.readers.change("asel", phone="+77015551234")
    town.ring("a")
    town.work()
    assert rows("parts") == [1]
    [carried] = until(kannel.carried, "the network has it")
    assert carried.startswith("1414 +77015551234 text Bell a ")
    until(lambda: rows("state") == ["delivered"], "the receipt moves the delivery")


def test_kannel_tells_again_what_came_before_the_worker_was_done(kannel, site, town, monkeypatch):
    _configure(monkeypatch, kannel)
    town.readers.follow("asel", channel="sms")
    town.ring("a")
    _set_state("claimed")
    message = making.message(key=keys.of(rows("id")[0]), to="+77015551234")
    assert registry.build("sms").send(message).result == "accepted"
    until(lambda: any(status.startswith("503") for status in site), "the receipt is refused for now")
    _set_state("sent")
    until(lambda: rows("state") == ["delivered"], "the receipt comes again")


def _set_state(state: str) -> None:
    model.Session.execute(sa.update(Delivery).values(state=state))
    model.Session.commit()


def test_kannel_carries_letters_of_every_language_whole(kannel):
    adapter = making.kannel(kannel.url, password=kannel.word, parts=3)
    outcome = adapter.send(making.message(to="+77015551234", short="Ұшақ — Қазақстан 😀"))
    assert (outcome.result, outcome.parts) == ("accepted", 1)
    [carried] = until(kannel.carried, "the network has it")
    assert carried.startswith("1414 +77015551234 ucs-2 ")
    assert _unicode(carried.split(" ")[3]) == "Ұшақ — Қазақстан 😀"


def _unicode(written: str) -> str:
    from urllib.parse import unquote_to_bytes

    return unquote_to_bytes(written.replace("+", " ")).decode("utf-16-be")


def test_kannel_parts_a_message_as_it_was_counted(kannel):
    adapter = making.kannel(kannel.url, password=kannel.word, parts=3)
    outcome = adapter.send(making.message(to="+77015551234", short="жол " * 40))
    assert (outcome.result, outcome.parts) == ("accepted", 3)
    until(lambda: len(kannel.carried()) == 3, "the network has all parts")


def test_kannel_that_does_not_know_the_portal_is_the_providers_fault(kannel):
    outcome = making.kannel(kannel.url, password="wrong").send(making.message(to="+77015551234"))
    assert (outcome.result, outcome.gone, kannel.carried()) == ("provider_down", (), [])
