"""Texts cut to the length that a text message or a heading has."""
from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

#: of the words of a text message; its channel adds an address
SHORT = 120


def shortened(text: str, most: int = SHORT) -> str:
    """The text, cut at the end of a word where it is longer."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut[most // 2:] else cut}…"


def around(pattern: str, name: str, most: int = SHORT) -> str:
    """A sentence about a thing, in which only the thing's name is cut: ``pattern`` has ``{name}``."""
    room = most - len(pattern.replace("{name}", ""))
    return pattern.replace("{name}", shortened(name, max(room, 20)))[:most]


def first_few(names: Sequence[T], most: int = 5) -> tuple[list[T], int]:
    """The first of the names, and how many more there are."""
    return list(names[:most]), max(len(names) - most, 0)
