"""An SMTP server in a process of its own: writes down each message, refuses addresses that begin with "gone".

    python mail_server.py PORT FILE
"""
from __future__ import annotations

import re
import sys
import threading
import time
from pathlib import Path

from aiosmtpd.controller import Controller

_ID = re.compile(rb"^Message-ID: (.*)\r$", re.MULTILINE | re.IGNORECASE)


class Handler:
    """Takes everything but for who is gone."""

    def __init__(self, book: Path) -> None:
        self.book = book.open("a", buffering=1)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        key = _ID.search(envelope.content)
        self.book.write(f"{time.time():.6f} {envelope.rcpt_tos[0]} {key[1].decode() if key else '-'}\n")
        return "250 OK"


if __name__ == "__main__":
    controller = Controller(Handler(Path(sys.argv[2])), hostname="127.0.0.1", port=int(sys.argv[1]))
    controller.start()
    print("ready", flush=True)
    threading.Event().wait()
