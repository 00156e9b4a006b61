"""What a channel is: an adapter that hands one message to one provider, and says what came of it."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ckanext.civic_core.domain.news import Endpoint, Reach

__all__ = ["Capabilities", "Channel", "Message", "Outcome", "Result", "address_of"]

Result = Literal["accepted", "delivered", "temporary", "permanent", "provider_down", "cap_reached"]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do.

    :param html: shows pages, not only text.
    :param receipts: its provider tells later whether a message arrived.
    :param longest: characters of a message; None where there is no bound.
    :param address: which of the reader's addresses it needs.
    """

    html: bool
    receipts: bool
    longest: int | None
    address: Literal["email", "phone", "endpoints", "app_id"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message, ready to be handed over.

    :param key: the same for the same delivery, however often it is tried: Message-ID, idempotency key, reference.
    :param to: an e-mail address, a phone number in E.164, or the id of the app's user; empty for endpoints.
    :param stop: address that one POST unsubscribes at; None where there is nothing to unsubscribe from.
    :param url: of the page that the message leads to.
    """

    key: str
    recipient: str
    to: str
    language: str
    subject: str
    text: str
    html: str
    short: str
    url: str
    stop: str | None = None
    endpoints: tuple[Endpoint, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a provider answered.

    :param result: ``temporary`` is about this message, ``provider_down`` about all (no connection, time-out, 5xx,
        too many requests): it opens the circuit breaker.
    :param code: the provider's code or the name of the fault, without any address; at most 200 characters.
    :param reference: what the provider calls the message.
    :param retry_after: seconds that the provider asks to wait.
    :param gone: addresses (an endpoint's id, or the address itself) that are refused for good.
    :param parts: of a text message.
    :param doubt: the provider may have taken it and the line broke before it said so: a repeat may be a double.
    """

    result: Result
    code: str = ""
    reference: str = ""
    retry_after: float | None = None
    gone: tuple[str, ...] = ()
    parts: int = 0
    doubt: bool = False


class Channel(Protocol):
    """One adapter. Built once for each worker; ``close`` ends its connection."""

    name: str
    capabilities: Capabilities

    def send(self, message: Message) -> Outcome:
        """Hand over one message. Never raises for what a provider or the network does."""
        ...

    def close(self) -> None:
        """End the connection, if there is one; the next message opens another."""
        ...


def address_of(reach: Reach, capabilities: Capabilities) -> str | tuple[Endpoint, ...] | None:
    """The reader's address for a channel; None or empty where he has none."""
    return getattr(reach, capabilities.address)
