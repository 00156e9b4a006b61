"""What operators do with the outbox."""
from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ckanext.civic_core.domain.events import Event


@dataclass(frozen=True)
class DeliveriesResent(Event):
    """An operator put dead letters of a channel (the stream's id) back into the queue.

    :param deliveries: ids of those that he named or that answered his filter.
    :param reason: code of the reason that he chose them by; empty where he named one.
    """

    type: ClassVar[str] = "delivery.resent"
    stream: ClassVar[str] = "outbox"

    deliveries: tuple[int, ...]
    reason: str = ""
