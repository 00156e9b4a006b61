"""What the rules of the outbox refuse."""
from __future__ import annotations

from ckanext.civic_core.domain.errors import Refused


def check(holds: object, code: str, field: str) -> None:
    """:raises Refused: where a rule does not hold."""
    if not holds:
        raise Refused(code, field)
