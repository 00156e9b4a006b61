from __future__ import annotations

import os
import socket

import pytest

from ckanext.civic_embedded import portal, ports, settings
from ckanext.civic_embedded.settings import Refused


@pytest.fixture
def taken():
    """A port that this process listens on."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_taken_port_is_not_free_and_its_holder_is_known(taken):
    assert not ports.is_free(taken)
    assert f"(pid {os.getpid()})" in ports.holder(taken)


def test_a_port_given_back_is_free_and_nobody_holds_it():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
    assert ports.is_free(port)
    assert ports.holder(port) is None


def test_the_preferred_port_is_kept_until_it_is_taken(taken):
    free = ports.free()
    assert ports.free(free) == free
    assert ports.free(taken) != taken


def test_the_taken_port_of_the_web_server_is_named_with_who_has_it_and_what_changes_it(taken):
    with pytest.raises(Refused) as refused:
        portal.refuse_taken_port(settings.read({"PORT": str(taken)}))
    said = str(refused.value)
    assert f"Port {taken}, wanted by the web server, is taken by" in said
    assert f"(pid {os.getpid()})" in said
    assert f"make run PORT={taken + 1}" in said
