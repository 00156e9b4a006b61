"""Keyed hashes of addresses and codes: the same is known again, and nobody can read it back."""
from __future__ import annotations

import hashlib
import hmac

import ckan.plugins.toolkit as tk

__all__ = ["digest", "same"]


def digest(purpose: str, *parts: str) -> str:
    """The keyed hash of these parts, for one purpose."""
    said = "\x00".join((purpose, *parts)).encode()
    return hmac.new(str(tk.config["SECRET_KEY"]).encode(), said, hashlib.sha256).hexdigest()


def same(one: str | None, other: str) -> bool:
    """Whether two hashes are equal; takes the same time, whatever the answer."""
    return hmac.compare_digest(one or "", other)
