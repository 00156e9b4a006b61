"""What a worker holds of a claimed delivery while it becomes a message."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.civic_core.domain.news import Links, Reach, Told

__all__ = ["Item"]


@dataclass(frozen=True, slots=True)
class Item:
    """A delivery that passed every check.

    :param kind: ``event``, ``digest`` or ``letter``.
    :param key: the same for every try: ``<delivery id>.<digest of id and secret>``.
    :param tempo: of the digest.
    :param told: the news: one for an event, several for a digest (the newest last), none for a letter.
    :param letter: address and words of a letter.
    """

    id: int
    kind: str
    channel: str
    key: str
    tempo: str
    reach: Reach
    links: Links
    told: tuple[Told, ...] = ()
    letter: Mapping[str, Any] | None = None
