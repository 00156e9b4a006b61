"""The short way to say that a rule forbids something."""
from __future__ import annotations

from typing import Any

from ckanext.civic_core.domain.errors import Refused


def check(allowed: object, code: str, field: str = "message", /, **params: Any) -> None:
    """:raises Refused: with this code unless it is allowed."""
    if not allowed:
        raise Refused(code, field, **params)
