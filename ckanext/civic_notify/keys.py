"""What a message is called outside: the same for every try of a delivery, and not to be guessed."""
from __future__ import annotations

import hashlib
import hmac

import ckan.plugins.toolkit as tk

__all__ = ["id_of", "of"]

_LENGTH = 20


def of(delivery: int) -> str:
    """``<id>.<digest>``: Message-ID, idempotency key and reference of a delivery."""
    return f"{delivery}.{_digest(delivery)}"


def id_of(key: str) -> int | None:
    """The delivery that a key is of; None where the key is not ours."""
    number, _, digest = key.partition(".")
    if not (number.isascii() and number.isdecimal()) or len(number) > len(str(2**63)):
        return None
    return int(number) if hmac.compare_digest(digest, _digest(int(number))) else None


def _digest(delivery: int) -> str:
    secret = str(tk.config["SECRET_KEY"]).encode()
    text = f"civic-delivery-{tk.config['ckan.site_id']}-{delivery}".encode()
    return hmac.new(secret, text, hashlib.sha256).hexdigest()[:_LENGTH]
