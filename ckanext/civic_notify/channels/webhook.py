"""App push: a signed call of the application's own server, which pushes to its users.

A POST of JSON: ``{"id", "user", "language", "title", "body", "url", "sent_at"}``. ``id`` is the same for the same
message however often it comes: the receiver takes it once and answers 200, 202 or 204, or 409 to one that it has.
``X-Civic-Signature: t=<seconds>,v1=<hex>`` is the HMAC-SHA256 of ``<seconds>.<body>`` with the common secret, over the
octets as they came; a receiver refuses what is signed more than five minutes ago. 410 says that there is no such user.
"""
from __future__ import annotations

import hashlib
import hmac
import json

from ckanext.civic_core import clock
from ckanext.civic_notify.channels.base import Message, Outcome
from ckanext.civic_notify.channels.kinds import KINDS
from ckanext.civic_notify.channels.lines import FaultError, Lines, Reply

__all__ = ["Webhook", "signature"]

_KNOWN, _GONE = 409, 410
#: answers that are about how often or when we ask, or about our signature, not about the message
_NOT_NOW = frozenset({401, 403, 408, 425, 429})
_TITLE, _BODY = 150, 900


class Webhook:
    """An adapter for a mobile app.

    :param allow_private: also inside the network and without TLS: for tests.
    """

    name = "app_push"
    capabilities = KINDS["app_push"]

    def __init__(
        self, url: str, secret: str, *, timeout: float = 10, ca_file: str = "", allow_private: bool = False
    ) -> None:
        self._url, self._secret = url, secret
        schemes = ("http", "https") if allow_private else ("https",)
        self._lines = Lines(timeout=timeout, allow_private=allow_private, schemes=schemes, ca_file=ca_file)

    def send(self, message: Message) -> Outcome:
        now = clock.now()
        body = _body(message, now.isoformat(timespec="seconds"))
        headers = {
            "Content-Type": "application/json", "Accept": "application/json", "Idempotency-Key": message.key,
            "X-Civic-Signature": signature(self._secret, int(now.timestamp()), body),
        }
        try:
            reply = self._lines.ask("POST", self._url, headers, body)
        except FaultError as fault:
            return Outcome("provider_down", code=fault.code)
        return _judged(reply, message)

    def close(self) -> None:
        self._lines.close()


def signature(secret: str, instant: int, body: bytes) -> str:
    """The value of ``X-Civic-Signature``."""
    digest = hmac.new(secret.encode(), f"{instant}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={instant},v1={digest}"


def _body(message: Message, sent_at: str) -> bytes:
    return json.dumps({
        "id": message.key, "user": message.to, "language": message.language, "title": message.subject[:_TITLE],
        "body": (message.short or message.text)[:_BODY], "url": message.url, "sent_at": sent_at,
    }, ensure_ascii=False).encode("utf-8", "replace")


def _judged(reply: Reply, message: Message) -> Outcome:
    code = str(reply.status)
    if 200 <= reply.status < 300 or reply.status == _KNOWN:
        return Outcome("accepted", code=code, reference=message.key)
    if reply.status == _GONE:
        return Outcome("permanent", code=code, gone=(message.to,))
    if reply.status >= 500 or reply.status in _NOT_NOW or reply.status < 400:
        return Outcome("provider_down", code=code, retry_after=reply.retry_after)
    return Outcome("permanent", code=code)
