"""Messages and adapters for the tests of channels."""
from __future__ import annotations

import base64
import os
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ckanext.civic_core.domain.news import Endpoint
from ckanext.civic_notify.channels import vapid
from ckanext.civic_notify.channels.base import Message
from ckanext.civic_notify.channels.kannel import Gateway, Kannel
from ckanext.civic_notify.channels.smtp import Server, Smtp
from ckanext.civic_notify.channels.web_push import WebPush
from ckanext.civic_notify.channels.webhook import Webhook

KEY = "4711.0123456789abcdef0123"
SECRET = "a common secret of both sides"


def message(**changed: Any) -> Message:
    """News of a dataset in Kazakh, to a reader of every channel."""
    given: dict[str, Any] = {
        "key": KEY, "recipient": "u-1", "to": "reader@example.kz", "language": "kk",
        "subject": "Жол жөндеу кестесі: деректер жаңартылды", "text": "12 жол қосылды.\n\n.нүкте\n",
        "html": "<p>12 жол қосылды.</p>", "short": "Жол жөндеу: 12 жол қосылды",
        "url": "https://data.example.kz/kk/dataset/zhol", "stop": "https://data.example.kz/kk/stop/abc",
    }
    return Message(**{**given, **changed})


class Browser:
    """A browser that subscribed: its keys, to read what comes."""

    def __init__(self, address: str, id: str = "b-1") -> None:
        self.key, self.secret = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        self.endpoint = Endpoint(id, address, _text(point), _text(self.secret))

    def read(self, body: bytes) -> bytes:
        import http_ece

        return http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret, version="aes128gcm")


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def smtp(port: int, *, tls: str = "none", host: str = "127.0.0.1", timeout: float = 2, **changed: Any) -> Smtp:
    own = {name: changed.pop(name) for name in ("ca_file", "user", "password") if name in changed}
    server = Server(host=host, port=port, tls=tls, name="data.example.kz", timeout=timeout, **own)
    return Smtp(server, **{"sender": "no-reply@data.example.kz", "sender_name": "Ашық деректер", **changed})


def kannel(url: str, *, timeout: float = 2, parts: int = 2, **changed: Any) -> Kannel:
    given = {"username": "portal", "password": "word & more", "sender": "1414", **changed}
    return Kannel(Gateway(url=f"{url}/cgi-bin/sendsms", timeout=timeout, **given), parts=parts)


def web_push(*, timeout: float = 2, **changed: Any) -> WebPush:
    given = {"contact": "mailto:portal@data.example.kz", "services": ("127.0.0.1",), "allow_private": True, **changed}
    return WebPush(vapid.private_key(vapid.made()[0]), timeout=timeout, **given)


def webhook(url: str, *, timeout: float = 2, allow_private: bool = True, **changed: Any) -> Webhook:
    return Webhook(f"{url}/push", SECRET, timeout=timeout, allow_private=allow_private, **changed)
