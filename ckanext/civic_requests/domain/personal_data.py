"""People's data in what citizens write: found, pointed out to the writer, and hidden from everybody else.

What is found has the form and, where there is one, the check digit of the real thing: dates, sums, numbers of
organisations (BIN), codes of duties and numbers of requests are left alone. Names are not looked for.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Literal

Kind = Literal["iin", "phone", "email", "card"]

#: stands in place of what is hidden
MARK = "•••"


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody's data, at ``text[start:end]``."""

    kind: Kind
    start: int
    end: int


def find(text: str) -> tuple[Found, ...]:
    """What the text says of people, in its order; no two overlap."""
    masked = _masked(text)
    by_weight = chain(_emails(text), _iins(masked), _cards(masked), _phones(masked))
    kept: list[Found] = []
    for one in sorted(by_weight, key=lambda one: one.start):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)


def hidden(text: str, mark: str = MARK) -> str:
    """The text as others may read it: each span replaced by the mark."""
    while found := find(text):
        for one in reversed(found):
            text = text[: one.start] + mark + text[one.end :]
    return text


# -- what is never somebody's ------------------------------------------------------------------------------

_SPACE = r"[ \u00a0\u202f\u2009]"
_BETWEEN = rf"(?:{_SPACE}|[-‐‑–])"
_NEVER = re.compile(
    # a UUID; the number of a request or a list item; an account number; an instant
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|(?<!\w)[^\W\d_]{2,6}-(?:\d{4}-)?\d{3,6}(?!\d|-\d)(?:@[\w-]+)?"
    rf"|(?<!\w)KZ\d{{2}}(?:{_SPACE}?[0-9A-Z]{{4}}){{4}}(?!\w)"
    r"|(?<!\d)\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?",
    re.IGNORECASE,
)


def _masked(text: str) -> str:
    """The text, as long as it was, with a letter for each character of what is never somebody's."""
    return _NEVER.sub(lambda match: "x" * len(match[0]), text)


def _digits(written: str) -> str:
    return re.sub(r"\D", "", written)


#: a number stands by itself: no letter of a code and no digit before or after it, and no decimals
_WHOLE = r"(?![.,]\d{1,2}(?!\d))"
_ALONE = r"(?<![\w+])(?<!\d[-–.])", rf"(?!\w)(?![-–]\d){_WHOLE}"

# -- addresses -------------------------------------------------------------------------------------------

_EMAIL = re.compile(r"(?<![\w.+%'-])[\w.+%'-]+@(?:[\w-]+\.)+[^\W\d_]{2,}(?![\w-])")


def _emails(text: str) -> Iterator[Found]:
    for match in _EMAIL.finditer(text):
        yield Found("email", match.start(), match.end())


# -- identification numbers of people --------------------------------------------------------------------

_IIN = re.compile(
    rf"{_ALONE[0]}(?:\d{{6}}{_BETWEEN}?\d{{6}}|\d{{6}}{_BETWEEN}\d{{3}}{_BETWEEN}\d{{3}}"
    rf"|\d{{4}}{_BETWEEN}\d{{4}}{_BETWEEN}\d{{4}}){_ALONE[1]}",
    re.ASCII,
)
_FIRST_WEIGHTS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_SECOND_WEIGHTS = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
_NO_DIGIT = 10
#: seventh digit: the century of birth; even for women. 0 is given to foreigners, whose century it does not tell
_CENTURIES = {"0": (1900, 2000), "1": (1800,), "2": (1800,), "3": (1900,), "4": (1900,), "5": (2000,), "6": (2000,)}


def is_iin(digits: str) -> bool:
    """Whether twelve digits are the number of a person: a day of birth, a century, and the check digit.

    In the number of an organisation (BIN) the fifth digit is 4, 5 or 6, which no day of a month begins with.
    """
    centuries = _CENTURIES.get(digits[6], ())
    return any(_is_day(digits, century) for century in centuries) and _check_digit(digits) == int(digits[-1])


def _is_day(digits: str, century: int) -> bool:
    try:
        date(century + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return False
    return True


def _check_digit(digits: str) -> int:
    """Where the first row of weights gives 10, the second decides; where that does too, there is no such number."""
    for weights in (_FIRST_WEIGHTS, _SECOND_WEIGHTS):
        rest = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11
        if rest != _NO_DIGIT:
            return rest
    return _NO_DIGIT


def _iins(text: str) -> Iterator[Found]:
    for match in _IIN.finditer(text):
        if is_iin(_digits(match[0])):
            yield Found("iin", match.start(), match.end())


# -- cards -----------------------------------------------------------------------------------------------

_CARD = re.compile(rf"{_ALONE[0]}\d(?:{_BETWEEN}?\d){{12,18}}{_ALONE[1]}", re.ASCII)
#: how the numbers of the payment systems begin, by length
_ISSUERS = re.compile(
    r"4\d{12}|3[0689]\d{12}|3[47]\d{13}|(?:2[2-7]|3[05689]|[4-6]\d|9[0-9])\d{14}|[456]\d{16,18}", re.ASCII
)
#: thousands are written in threes, cards never
_THOUSANDS = re.compile(rf"\d{{1,3}}(?:{_BETWEEN}\d{{3}})+", re.ASCII)


def is_card(digits: str) -> bool:
    """Whether digits are the number of a payment card: how it begins, and the check digit (Luhn)."""
    return bool(_ISSUERS.fullmatch(digits)) and _luhn(digits)


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    plain = [int(digit) for digit in digits[-1::-2]]
    return (sum(plain) + sum(two // 10 + two % 10 for two in doubled)) % 10 == 0


def _cards(text: str) -> Iterator[Found]:
    for match in _CARD.finditer(text):
        if not _THOUSANDS.fullmatch(match[0]) and is_card(_digits(match[0])):
            yield Found("card", match.start(), match.end())


# -- telephones ------------------------------------------------------------------------------------------

_GAP = rf"(?:{_SPACE}|[-‐‑–.])?{_SPACE}?"
_AREA = rf"(?:\({_SPACE}?\d{{3,5}}{_SPACE}?\)|\d{{3,5}})"
_COUNTRY = rf"(?:(?<![\w+])\+{_SPACE}?7|{_ALONE[0]}8|{_ALONE[0]}7(?={_GAP}\(?7))"
_HOME = rf"{_COUNTRY}{_GAP}{_AREA}(?:{_GAP}\d){{5,7}}(?!\d){_WHOLE}"
_ABROAD = rf"(?<![\w+])\+{_SPACE}?[1-69]\d{{0,2}}(?:{_GAP}\(?\d\)?){{9,13}}(?!\d)"
_PHONE = re.compile(rf"{_HOME}|{_ABROAD}", re.ASCII)
#: numbers that are free to call belong to services
_FREE = re.compile(r"[78]80[0-9]")
_NATIONAL = 11
_LONGEST = 15


def _phones(text: str) -> Iterator[Found]:
    for match in _PHONE.finditer(text):
        if _is_phone(match[0]):
            yield Found("phone", match.start(), match.end())


def _is_phone(written: str) -> bool:
    digits = _digits(written)
    if _THOUSANDS.fullmatch(written):
        return False
    if written.startswith("+") and digits[0] != "7":
        return _NATIONAL <= len(digits) <= _LONGEST
    return len(digits) == _NATIONAL and digits[1] in "3456789" and not _FREE.match(digits)
