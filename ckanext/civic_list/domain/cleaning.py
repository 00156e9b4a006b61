"""Texts as people type and programs export them, put right where nothing can be lost by it."""
from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
                        "\u2060-\u206f\ufe00-\ufe0f\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_WIDE_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_BREAKS = re.compile("\r\n?|[\x85\u2028\u2029]")
_UNTIDY = re.compile(r"^[ \t]|[ \t]$|[ \t]{2}|\t", re.MULTILINE)
_HTML = re.compile(
    r"</?[a-zA-Z][^<>]*>|<!--|<!doctype|</?(?:script|img|svg|iframe|style|object|embed|a|div|p|br|span)\b"
    r"|&(?:[a-zA-Z]{2,8}|#\d{2,5}|#x[0-9a-fA-F]{2,4});", re.IGNORECASE,
)
_RUNS = re.compile(r"[=@＝＠]|[+\-](?:.*(?:\||![A-Z$])|\s*[A-Za-z]+[\w.]*\(|\s*\$?[A-Za-z]{1,3}\$?\d+\b)", re.DOTALL)
_TWELVE = re.compile(r"(?<!\d)\d{12}(?!\d)")


@dataclass(frozen=True)
class Cleaned:
    """A text that was put right, and the codes of what was done to it."""

    text: str
    codes: tuple[str, ...] = ()


def clean(text: str, *, lines: bool = False) -> Cleaned:
    """Put the layout of a text right.

    :param lines: line breaks mean something in this text (they part the parts of a composition) and stay.
    """
    if text.isprintable() and not _UNTIDY.search(text) and "_x" not in text and not _WIDE_SPACES.search(text):
        return Cleaned(unicodedata.normalize("NFC", text))
    codes: list[str] = []
    for code, put_right in _STEPS:
        made = put_right(text)
        if made != text:
            codes.append(code)
            text = made
    text = _BREAKS.sub("\n", text)
    if _UNTIDY.search(text.strip("\n")):
        codes.append("trailing_spaces")
    if "\n" in text.strip() and not lines:
        codes.append("line_breaks")
    elif text.strip("\n") != text and not codes:
        codes.append("trailing_spaces")
    return Cleaned(unicodedata.normalize("NFC", tidied(text, lines=lines)), tuple(codes))


def _unescaped(text: str) -> str:
    """Remains of a conversion: the escape of a carriage return is nothing, of another character that character."""
    return _ESCAPE.sub(lambda found: "" if found[1].upper() == "000D" else chr(int(found[1], 16)), text)


def _visible(text: str) -> str:
    return _INVISIBLE.sub("", text)


def _plain_spaces(text: str) -> str:
    return _WIDE_SPACES.sub(" ", text)


_STEPS = (
    ("xml_escape", _unescaped), ("invisible_characters", _visible), ("non_breaking_spaces", _plain_spaces),
)


def tidied(text: str, *, lines: bool = False) -> str:
    """Single spaces, none at the ends."""
    if lines:
        return "\n".join(" ".join(line.split()) for line in text.split("\n") if line.strip())
    return " ".join(text.split())


def has_html(text: str) -> bool:
    """Tags and entities; «a < b» is none."""
    return ("<" in text or "&" in text) and _HTML.search(text) is not None


def would_run(text: str) -> bool:
    """A text that a spreadsheet may run as a formula; a number, a telephone number or a dash before words is none."""
    return _RUNS.match(text.strip()) is not None


def names_program(text: str) -> bool:
    """A formula that calls another program."""
    return text.startswith("=") and "|" in text and "!" in text


def personal_number(text: str, words: frozenset[str]) -> bool:
    """An individual identification number: twelve digits after its name, or whose check digit is right.

    The check digit is that of the Republic's IIN: weights 1 to 11, and 3 to 11, 1, 2 where the remainder is 10.

    :param words: what such a number is called.
    """
    found = _TWELVE.search(text)
    if found is None:
        return False
    before = re.findall(r"\w+", text[: found.start()].casefold())
    return not words.isdisjoint(before[-4:]) or any(map(_checks, _TWELVE.findall(text)))


def _checks(digits: str) -> bool:
    month, day, century = int(digits[2:4]), int(digits[4:6]), int(digits[6])
    if not (1 <= month <= 12 and 1 <= day <= 31 and century <= 6):
        return False
    numbers = [int(digit) for digit in digits]
    control = _remainder(numbers, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    if control == 10:
        control = _remainder(numbers, [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2])
    return control == numbers[11]


def _remainder(numbers: list[int], weights: list[int]) -> int:
    return sum(number * weight for number, weight in zip(numbers, weights, strict=False)) % 11
