"""Text messages through an HTTP gateway that keeps Kannel's conventions (its user guide, "Sendsms").

The gateway is inside the operator's network as a rule: its address is the operator's own word and is not refused.
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from ckanext.civic_notify.channels.base import Message, Outcome
from ckanext.civic_notify.channels.kinds import KINDS
from ckanext.civic_notify.channels.lines import FaultError, Lines, Reply
from ckanext.civic_notify.domain import text_parts

__all__ = ["Gateway", "Kannel"]

#: delivered, not delivered, refused by the network
_REPORTS = 1 + 2 + 16
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_ANSWER = re.compile(r"\s*(\d+):")
_CODING = {"gsm7": "0", "ucs2": "2"}
#: answers that are about how often or when we ask, not about the message
_LATER = frozenset({408, 425, 429})
_NOT_LET_IN = frozenset({401, 403})


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway and how the portal signs in there.

    :param sender: number or name that messages come from.
    :param validity: minutes for which the network tries; 0 for what the gateway says.
    :param receipts: address of our own that delivery reports go to; empty: none are asked for.
    """

    url: str
    username: str
    password: str
    sender: str = ""
    timeout: float = 10
    ca_file: str = ""
    validity: int = 0
    receipts: str = ""


class Kannel:
    """An adapter for text messages.

    :param parts: most parts of one message; what is longer is cut.
    """

    name = "sms"
    capabilities = KINDS["sms"]

    def __init__(self, gateway: Gateway, *, parts: int = 2) -> None:
        self._gateway, self._parts = gateway, parts
        self._lines = Lines(
            timeout=gateway.timeout, allow_private=True, schemes=("http", "https"), ca_file=gateway.ca_file
        )

    def send(self, message: Message) -> Outcome:
        if not _PHONE.fullmatch(message.to):
            return Outcome("permanent", code="malformed_number", gone=(message.to,) if message.to else ())
        text = self._fitted(message)
        cost = text_parts.cost_of(text)
        query = urlencode(self._asked(message, text, cost.coding), errors="replace")
        mark = "&" if "?" in self._gateway.url else "?"
        try:
            reply = self._lines.ask("GET", f"{self._gateway.url}{mark}{query}", {})
        except FaultError as fault:
            return Outcome("provider_down", code=fault.code, doubt=fault.sent)
        return _judged(reply, message, cost.parts)

    def _fitted(self, message: Message) -> str:
        """The words in as many parts as are paid for; a link at their end stays whole."""
        text = (message.short or message.text).strip()
        if message.url and text.endswith(f" {message.url}"):
            return text_parts.cut(text.removesuffix(message.url).rstrip(), self._parts, message.url)
        return text_parts.cut(text, self._parts)

    def _asked(self, message: Message, text: str, coding: str) -> dict[str, str]:
        gateway = self._gateway
        asked = {
            "username": gateway.username, "password": gateway.password, "to": message.to, "text": text,
            "charset": "utf-8", "coding": _CODING[coding],
        }
        if gateway.sender:
            asked["from"] = gateway.sender
        if gateway.validity:
            asked["validity"] = str(gateway.validity)
        if gateway.receipts:
            asked["dlr-mask"] = str(_REPORTS)
            asked["dlr-url"] = f"{gateway.receipts}?{urlencode({'key': message.key})}&type=%d"
        return asked

    def close(self) -> None:
        self._lines.close()


def _judged(reply: Reply, message: Message, parts: int) -> Outcome:
    """What an answer means: ``0: Accepted for delivery`` and ``3: Queued for later delivery`` are the good ones."""
    found = _ANSWER.match(reply.text)
    code = f"{reply.status}" + (f" {found[1][:4]}" if found else "")
    if 200 <= reply.status < 300:
        if found is None or found[1] in ("0", "3"):
            return Outcome("accepted", code=code, reference=message.key, parts=parts)
        return Outcome("temporary", code=code)
    if reply.status >= 500 or reply.status in _LATER or reply.status in _NOT_LET_IN or reply.status < 400:
        return Outcome("provider_down", code=code, retry_after=reply.retry_after)
    return Outcome("permanent", code=code)
