"""Texts as people type and programs export them, put right where nothing can be lost by it."""
from __future__ import annotations

import re
from dataclasses import dataclass

from .titles import without_number

#: Latin letters, and the Cyrillic ones that look like them
_ALIKE = dict(zip("aceopxyiABCEHKMOPTXYIɵƟəƏ", "асеорхуіАВСЕНКМОРТХУІөӨәӘ", strict=True))
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[A-Za-zɵƟəƏ]")
_WORD = re.compile(r"[^\W\d_]+")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000\t]")
_HTML = re.compile(r"</?[a-zA-Z][^<>]*>")
_LOST = re.compile(r"\?\w|\w\?\?")
_PHONE_OR_NUMBER = re.compile(r"[+\-][\d\s().,\-–]*")
_TWELVE = re.compile(r"(?<!\d)\d{12}(?!\d)")
_NAMED_NUMBER = re.compile(r"(?i)(иин|жсн|iin)\W{0,3}\d{12}(?!\d)")
_PLACEHOLDERS = frozenset({"-", "–", "—", "--", "н/д", "нет", "жоқ", "n/a", "none", "...", "…", "б/н"})


@dataclass(frozen=True)
class Cleaned:
    """A text that was put right, and the codes of what was done to it."""

    text: str
    codes: tuple[str, ...] = ()


def clean(text: str, *, lines: bool = False) -> Cleaned:
    """Put a text right.

    :param lines: line breaks mean something in this text (they part the parts of a composition) and stay.
    """
    codes: list[str] = []
    if _ESCAPE.search(text):
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
        codes.append("xml_escape")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for code, pattern, instead in (("invisible_characters", _INVISIBLE, ""), ("non_breaking_spaces", _SPACES, " ")):
        if pattern.search(text):
            text = pattern.sub(instead, text)
            codes.append(code)
    if "\n" in text.strip() and not lines:
        text = text.replace("\n", " ")
        codes.append("line_breaks")
    tidy = tidied(text, lines=lines)
    if tidy != text and not codes and not lines:
        codes.append("trailing_spaces")
    alike = without_lookalikes(tidy)
    if alike != tidy:
        codes.append("latin_lookalikes")
    return Cleaned(alike, tuple(codes))


def tidied(text: str, *, lines: bool = False) -> str:
    """Single spaces, none at the ends."""
    if lines:
        return "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())
    return " ".join(text.split())


def without_lookalikes(text: str) -> str:
    """Latin letters within Cyrillic words made the Cyrillic ones they look like; words in Latin letters stay."""
    return _WORD.sub(lambda found: _one_word(found[0]), text)


def _one_word(word: str) -> str:
    if not _CYRILLIC.search(word) or not _LATIN.search(word):
        return word
    latin = _LATIN.findall(word)
    return word.translate(str.maketrans(_ALIKE)) if all(letter in _ALIKE for letter in latin) else word


def as_cyrillic(text: str) -> str:
    """A text in Latin letters that all look like Cyrillic ones, in Cyrillic: ``APM`` is ``АРМ``."""
    return text.translate(str.maketrans(_ALIKE)) if all(c in _ALIKE for c in _LATIN.findall(text)) else text


def title_without_number(text: str) -> str:
    """A title without the number of another edition before it."""
    return without_number(text).strip()


def has_html(text: str) -> bool:
    return _HTML.search(text) is not None


def lost_letters(text: str) -> bool:
    """Question marks within words: a program wrote them for letters that its encoding does not have."""
    return _LOST.search(text) is not None


def would_run(text: str) -> bool:
    """A text that a spreadsheet may run as a formula; a number or a telephone number with a sign is none."""
    if text[:1] in {"=", "@", "\t", "\r"}:
        return True
    return text[:1] in {"+", "-"} and len(text) > 1 and _PHONE_OR_NUMBER.fullmatch(text) is None


def is_placeholder(text: str) -> bool:
    """A dash or «н/д» that stands for nothing."""
    return text.strip().casefold() in _PLACEHOLDERS


def personal_number(text: str) -> bool:
    """An individual identification number: twelve digits that are called so, or whose check digit is right.

    The check digit is that of the Republic's IIN: weights 1 to 11, and 3 to 11, 1, 2 where the remainder is 10.
    """
    if _NAMED_NUMBER.search(text):
        return True
    return any(_checks(found) for found in _TWELVE.findall(text))


def _checks(digits: str) -> bool:
    month, day = int(digits[2:4]), int(digits[4:6])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return False
    numbers = [int(digit) for digit in digits]
    first = sum(number * weight for number, weight in zip(numbers, range(1, 12), strict=False)) % 11
    if first == 10:
        second = [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]
        first = sum(number * weight for number, weight in zip(numbers, second, strict=False)) % 11
    return first == numbers[11]
