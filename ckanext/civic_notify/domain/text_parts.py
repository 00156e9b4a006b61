"""How many parts a text message takes, and how a longer text is cut to as many as are paid for.

A text in the letters of GSM 03.38 has 160 characters a part, or 153 where there are several parts; any other (Kazakh
or Russian letters, emoji) is sent as UCS-2: 70, or 67 where there are several. Characters of the extension table take
two places of GSM-7, those beyond the basic plane two of UCS-2, and neither is ever parted in the middle.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Cost", "cost_of", "cut"]

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
#: characters of a message of one part, and of each part of a longer one
_ROOM = {"gsm7": (160, 153), "ucs2": (70, 67)}
_MARK = "…"
#: the mark in the letters of GSM-7, which has none of its own
_DOTS = "..."


@dataclass(frozen=True, slots=True)
class Cost:
    """In which letters a text is sent, and how many parts it takes."""

    coding: Literal["gsm7", "ucs2"]
    parts: int


def cost_of(text: str) -> Cost:
    """What it takes to send a text; an empty one takes one part."""
    coding = "gsm7" if all(char in _BASIC or char in _EXTENSION for char in text) else "ucs2"
    single, each = _ROOM[coding]
    widths = [_width(char, coding) for char in text]
    return Cost(coding, 1 if sum(widths) <= single else _filled(widths, each))


def _width(char: str, coding: str) -> int:
    if coding == "gsm7":
        return 2 if char in _EXTENSION else 1
    return 2 if ord(char) > 0xFFFF else 1


def _filled(widths: list[int], room: int) -> int:
    """Parts filled one after the other: a character of two places that does not fit goes into the next whole."""
    parts, used = 1, 0
    for width in widths:
        if used + width > room:
            parts, used = parts + 1, 0
        used += width
    return parts


def cut(text: str, parts: int, tail: str = "") -> str:
    """The text, or as many of its words as ``parts`` hold, with "…" at the end.

    The mark is written "..." where "…" alone would make a text of GSM-7 one of UCS-2.

    :param tail: what must stay whole behind it, such as a link; left out where it would take more than half.
    """
    whole = f"{text} {tail}" if tail else text
    if cost_of(whole).parts <= parts:
        return whole
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if cost_of(_marked(text[:middle], tail)).parts <= parts:
            low = middle
        else:
            high = middle - 1
    if tail and low < len(tail):
        return cut(text, parts)
    return _marked(_whole_words(text, low), tail)


def _whole_words(text: str, end: int) -> str:
    """The first ``end`` characters without a word that would be cut, unless there would be little left of them."""
    if text[end:end + 1].isspace():
        return text[:end]
    space = max(text.rfind(char, 0, end) for char in " \n\t")
    return text[:space] if space > end // 2 else text[:end]


def _marked(text: str, tail: str = "") -> str:
    start = text.rstrip(" \t\r\n,;:.-–—")
    mark = _DOTS if cost_of(start + tail).coding == "gsm7" else _MARK
    return f"{start}{mark} {tail}" if tail else start + mark
