"""Channels that keep their messages in this process: for tests, and for trying the portal out."""
from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from ckanext.civic_notify.channels.base import Message, Outcome
from ckanext.civic_notify.channels.kinds import KINDS

__all__ = ["Box", "Memory", "box", "clear"]


@dataclass
class Box:
    """What one channel was given, and what it is to answer.

    :param given: every message that was handed over, whatever was answered.
    :param sent: those that were accepted.
    :param answer: asked for each message where nothing was told by ``answer_with``; None: it is accepted.
    """

    given: list[Message] = field(default_factory=list[Message])
    sent: list[Message] = field(default_factory=list[Message])
    answer: Callable[[Message], Outcome | None] | None = None
    _next: deque[Outcome] = field(default_factory=deque[Outcome])

    def answer_with(self, *outcomes: Outcome) -> None:
        """The next messages get these answers, one each, those after them are accepted again."""
        self._next.extend(outcomes)

    def take(self, message: Message) -> Outcome:
        """Keep a message and answer it."""
        self.given.append(message)
        told = self._next.popleft() if self._next else self.answer(message) if self.answer else None
        outcome = told or Outcome("accepted", reference=message.key)
        if outcome.result in ("accepted", "delivered"):
            self.sent.append(message)
        return outcome


_boxes: dict[str, Box] = {}


def box(name: str) -> Box:
    """The box of a channel; all its adapters in this process share it."""
    return _boxes.setdefault(name, Box())


def clear() -> None:
    """Empty every box and forget what it was told to answer."""
    _boxes.clear()


class Memory:
    """An adapter that puts messages into the box of its channel."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.capabilities = KINDS[name]

    def send(self, message: Message) -> Outcome:
        return box(self.name).take(message)

    def close(self) -> None:
        """There is nothing to end."""
