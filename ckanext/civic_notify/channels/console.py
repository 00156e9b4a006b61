"""Channels that show their messages on the screen: nothing leaves this machine."""
from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TextIO

from ckanext.civic_notify.channels.base import Message, Outcome
from ckanext.civic_notify.channels.kinds import KINDS

__all__ = ["Console"]


class Console:
    """An adapter that writes what its channel would show."""

    def __init__(self, name: str, screen: TextIO | None = None) -> None:
        self.name = name
        self.capabilities = KINDS[name]
        self._screen = screen

    def send(self, message: Message) -> Outcome:
        screen = self._screen or sys.stdout
        encoding = screen.encoding or "utf-8"
        text = "\n".join(_lines(self.name, message)) + "\n"
        try:
            screen.write(text.encode(encoding, "replace").decode(encoding))
            screen.flush()
        except (OSError, ValueError) as error:
            return Outcome("provider_down", code=type(error).__name__)
        return Outcome("accepted", reference=message.key)

    def close(self) -> None:
        """There is nothing to end."""


def _lines(name: str, message: Message) -> Iterator[str]:
    whom = message.to or ", ".join(endpoint.id for endpoint in message.endpoints)
    yield f"--- {name} {message.key} ({message.language}) ---"
    yield f"To: {whom}"
    if name == "email":
        yield f"Subject: {message.subject}"
        if message.stop:
            yield f"Stop: {message.stop}"
        yield from ("", message.text)
    else:
        yield from (message.subject, message.short or message.text, message.url)
