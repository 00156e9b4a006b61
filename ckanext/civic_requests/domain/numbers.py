"""Numbers of requests: ``UR-2026-000123``, the year in the portal's zone and a count within it."""
from __future__ import annotations

import re
from dataclasses import dataclass

from ckanext.civic_core.domain.errors import Refused

_NUMBER = re.compile(r"UR-([0-9]{4})-([0-9]{6}|[1-9][0-9]{6,11})")


@dataclass(frozen=True, slots=True, order=True)
class Number:
    """The number of a request; printed it is what people quote."""

    year: int
    sequence: int

    def __post_init__(self) -> None:
        if not (1000 <= self.year <= 9999 and 1 <= self.sequence < 10**12):
            raise ValueError(f"no number has year {self.year} and count {self.sequence}")

    def __str__(self) -> str:
        return f"UR-{self.year}-{self.sequence:06}"


def parse(text: str) -> Number:
    """The number that somebody typed, in small letters too.

    :raises Refused: ``number_malformed``.
    """
    found = _NUMBER.fullmatch(text.strip().upper())
    if found is None:
        raise Refused("number_malformed", "id", value=text)
    try:
        return Number(int(found[1]), int(found[2]))
    except ValueError:
        raise Refused("number_malformed", "id", value=text) from None
