"""What holds where a reader says nothing."""
from __future__ import annotations

from collections.abc import Collection

from ckanext.civic_core.domain.news import Tempo

#: kinds of things of which there is much news: told once a day unless the reader says otherwise
MUCH_NEWS = ("category", "agency", "search")


def tempo(kind: str) -> Tempo:
    """How often is told of a kind of things."""
    return "daily" if kind in MUCH_NEWS else "at_once"


def channels(configured: Collection[str]) -> list[str]:
    """Through what is told: by e-mail, or by the first channel that there is."""
    return ["email"] if "email" in configured or not configured else [next(iter(configured))]
