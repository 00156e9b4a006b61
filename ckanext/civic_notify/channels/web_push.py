"""Web push (RFC 8030, 8291, 8292): to every browser of a reader, encrypted for each."""
from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from hashlib import sha256
from time import monotonic
from urllib.parse import urlsplit

from http_ece import ECEException
from py_vapid import Vapid02
from pywebpush import WebPusher, WebPushException

from ckanext.civic_core import clock
from ckanext.civic_core.domain.news import Endpoint
from ckanext.civic_notify.channels.base import Message, Outcome
from ckanext.civic_notify.channels.kinds import KINDS
from ckanext.civic_notify.channels.lines import FaultError, Lines, Reply
from ckanext.civic_notify.channels.vapid import PrivateKey, public_key

__all__ = ["WebPush"]

#: seconds for which a push service keeps a message for a browser that is not there
_TTL = 24 * 3600
#: of a signature; a push service takes none that holds longer than a day
_SIGNED = 12 * 3600
#: characters of what is shown, and octets of all of it: with its encryption a push has 4096 at most
_TITLE, _BODY, _ROOM = 150, 900, 3900
_LATER = frozenset({408, 425, 429})
_GONE = frozenset({404, 410})
#: the worst last: what is said of a message is the best that came of its endpoints
_RANK = ("accepted", "provider_down", "temporary", "permanent")


class WebPush:
    """An adapter for web push.

    :param contact: where a push service reaches the operator; ``mailto:`` or ``https:``.
    :param services: hosts of push services that may be asked; one with a dot before it stands for all below it.
    :param allow_private: also inside the network and without TLS: for tests.
    """

    name = "web_push"
    capabilities = KINDS["web_push"]

    def __init__(
        self, key: PrivateKey, *, contact: str, services: tuple[str, ...], timeout: float = 10,
        allow_private: bool = False,
    ) -> None:
        self._vapid, self._public_key, self._contact = Vapid02(key), public_key(key), contact
        self._services = services
        schemes = ("http", "https") if allow_private else ("https",)
        self._lines = Lines(timeout=timeout, allow_private=allow_private, schemes=schemes)
        self._signed: dict[str, tuple[float, str]] = {}

    def send(self, message: Message) -> Outcome:
        if not message.endpoints:
            return Outcome("permanent", code="no_endpoint")
        payload = _payload(message)
        outcomes = [self._pushed(endpoint, payload, message.key) for endpoint in message.endpoints]
        best = min(outcomes, key=lambda outcome: _RANK.index(outcome.result))
        gone = tuple(one for outcome in outcomes for one in outcome.gone)
        return Outcome(
            best.result, code=best.code, reference=message.key, retry_after=best.retry_after, gone=gone,
        )

    def _pushed(self, endpoint: Endpoint, payload: bytes, key: str) -> Outcome:
        if not self._may_ask(endpoint.address):
            return Outcome("permanent", code="refused_address", gone=(endpoint.id,))
        try:
            body = _encrypted(endpoint, payload)
        except (WebPushException, ECEException, ValueError, TypeError, IndexError):
            return Outcome("permanent", code="unusable_keys", gone=(endpoint.id,))
        try:
            reply = self._lines.ask("POST", endpoint.address, self._headers(endpoint.address, key), body)
        except FaultError as fault:
            if fault.code == "refused_address":
                return Outcome("permanent", code=fault.code, gone=(endpoint.id,))
            return Outcome("provider_down", code=fault.code)
        return _judged(reply, endpoint)

    def _may_ask(self, address: str) -> bool:
        try:
            host = urlsplit(address).hostname or ""
        except ValueError:
            return False
        return any(
            host == service or (service.startswith(".") and host.endswith(service)) or service == "*"
            for service in self._services
        )

    def _headers(self, address: str, key: str) -> dict[str, str]:
        """``Topic``: a repeat takes the place of the one that the service still keeps."""
        topic = base64.urlsafe_b64encode(sha256(key.encode()).digest()[:24]).decode()
        return {
            "Authorization": self._signature(address), "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream", "TTL": str(_TTL), "Topic": topic, "Urgency": "normal",
        }

    def _signature(self, address: str) -> str:
        """Signed once in a while for each push service. What is signed is a copy: signing changes it."""
        parts = urlsplit(address)
        audience = f"{parts.scheme}://{parts.netloc}"
        until, value = self._signed.get(audience, (0.0, ""))
        if monotonic() >= until:
            expires = int(clock.now().timestamp()) + _SIGNED
            claims = {"aud": audience, "sub": self._contact, "exp": expires}
            value = self._vapid.sign(dict(claims))["Authorization"]
            self._signed = {**self._signed, audience: (monotonic() + _SIGNED / 2, value)}
        return value

    def close(self) -> None:
        self._lines.close()


def _payload(message: Message) -> bytes:
    """What the service worker reads (``civic-push.js``), with as much of the text as there is room for."""
    shown = {
        "title": message.subject[:_TITLE], "body": (message.short or message.text)[:_BODY], "url": message.url,
        "tag": message.key, "lang": message.language,
    }
    while len(payload := _octets(shown)) > _ROOM and shown["body"]:
        shown["body"] = shown["body"][:len(shown["body"]) * 3 // 4]
    return payload


def _octets(shown: Mapping[str, str]) -> bytes:
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _encrypted(endpoint: Endpoint, payload: bytes) -> bytes:
    keys = {"p256dh": endpoint.p256dh, "auth": endpoint.auth}
    return WebPusher({"endpoint": endpoint.address, "keys": keys}).encode(payload, "aes128gcm")["body"]


def _judged(reply: Reply, endpoint: Endpoint) -> Outcome:
    code = str(reply.status)
    if 200 <= reply.status < 300:
        return Outcome("accepted", code=code)
    if reply.status in _GONE:
        return Outcome("permanent", code=code, gone=(endpoint.id,))
    if reply.status >= 500 or reply.status in _LATER:
        return Outcome("provider_down", code=code, retry_after=reply.retry_after)
    return Outcome("permanent", code=code)
