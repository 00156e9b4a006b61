"""Providers' own programs, started for one test: a mail server, a Kannel with its pretended network."""
from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from civic_notify.channels.servers import free_port

FAKESMSC = "/usr/lib/kannel/test/fakesmsc"
_PATIENCE = 15


def until(true: Callable[[], Any], what: str) -> Any:
    """What ``true`` answers as soon as it is something."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what}: not within {_PATIENCE} seconds")


def listening(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def program(*command: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program that runs until the test is over; what it says goes into a file."""
    with log.open("wb") as file:
        started = subprocess.Popen(command, stdout=file, stderr=file, cwd=log.parent)
        try:
            yield started
        finally:
            started.kill()  # Kannel takes its time to say good-bye
            started.wait()


# --- mail -------------------------------------------------------------------------------------------------


@dataclass
class MailProgram:
    """A mail server in a process of its own, which writes what it takes into a file."""

    port: int
    taken: Path


@contextmanager
def mail_program(folder: Path, *options: str) -> Iterator[MailProgram]:
    port, log = free_port(), folder / "mail.txt"
    command = [
        sys.executable, "-u", "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", *options,
        "-c", "aiosmtpd.handlers.Debugging", "stdout",
    ]
    with program(*command, log=log):
        until(lambda: listening(port), "the mail server listens")
        yield MailProgram(port, log)


# --- Kannel -----------------------------------------------------------------------------------------------

_CONFIG = """
group = core
admin-port = {admin}
admin-password = {word}
smsbox-port = {boxes}
box-allow-ip = 127.0.0.1
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = fake
port = {network}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sending}
sendsms-interface = 127.0.0.1
http-request-retry = 10
http-queue-delay = 1

group = sendsms-user
username = portal
password = {word}
max-messages = 3
concatenation = true

group = sms-service
keyword = default
text = none
max-messages = 0
"""


@dataclass
class KannelProgram:
    """A Kannel and the network behind it."""

    url: str
    word: str
    network: Path

    def carried(self) -> list[str]:
        """What the network was given: ``<sender receiver coding text>``."""
        lines = self.network.read_text(errors="replace").splitlines()
        return [line.partition("<")[2].rstrip(">") for line in lines if "Got message" in line and "+77" in line]


@contextmanager
def kannel_program(folder: Path, word: str) -> Iterator[KannelProgram]:
    """Debian's Kannel; the test is skipped where it is not installed."""
    if not (shutil.which("bearerbox") and shutil.which("smsbox") and Path(FAKESMSC).exists()):
        pytest.skip("kannel is not installed (Debian: kannel, kannel-extras)")
    ports = {name: free_port() for name in ("admin", "boxes", "network", "sending")}
    config, network = folder / "kannel.conf", folder / "network.txt"
    config.write_text(_CONFIG.format(word=word, **ports))
    with ExitStack() as running:
        running.enter_context(program("bearerbox", str(config), log=folder / "bearerbox.txt"))
        until(lambda: listening(ports["boxes"]) and listening(ports["network"]), "bearerbox listens")
        running.enter_context(program("smsbox", str(config), log=folder / "smsbox.txt"))
        until(lambda: listening(ports["sending"]), "smsbox listens")
        running.enter_context(program(
            FAKESMSC, "-H", "127.0.0.1", "-r", str(ports["network"]), "-i", "10000", "-m", "1", "1 2 text begin",
            log=network,
        ))
        until(lambda: "sent message 1" in network.read_text(errors="replace"), "the network is there")
        yield KannelProgram(f"http://127.0.0.1:{ports['sending']}", word, network)
