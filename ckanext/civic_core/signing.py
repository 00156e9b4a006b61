"""Links that stand for a right without a login: signed, for one purpose, for a time."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
from itsdangerous import BadSignature, URLSafeSerializer

from ckanext.civic_core import clock

__all__ = ["read", "sign"]


def sign(purpose: str, value: Any, lasts: timedelta) -> str:
    """A text for an address that says ``value`` and until when it counts.

    :param purpose: what it may be used for; a token for one purpose is none for another.
    """
    until = int((clock.now() + lasts).timestamp())
    return str(_serializer(purpose).dumps([until, value]))


def read(purpose: str, token: str) -> Any:
    """What a token says; None where it is not ours, changed, for something else, or too old."""
    try:
        until, value = _serializer(purpose).loads(token)
    except (BadSignature, TypeError, ValueError):
        return None
    return value if clock.now().timestamp() < until else None


def _serializer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(tk.config["SECRET_KEY"], salt=f"ckanext.civic.{purpose}")
