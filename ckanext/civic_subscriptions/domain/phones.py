"""Telephone numbers as people write them, in one spelling (E.164), and as others may see them."""
from __future__ import annotations

import re

from ckanext.civic_core.domain.errors import Refused

_NUMBER = re.compile(r"\+[1-9]\d{7,14}")
#: digits of a number within most countries
_NATIONAL = 10
_BETWEEN = re.compile(r"[\s().\-\u00a0]+")


def international(written: str, country: str, trunk: str) -> str:
    """``+77011234567`` of ``8 (701) 123-45-67``.

    :param country: code of the country that numbers without one belong to.
    :param trunk: digit that is dialled before such a number; may be empty.
    :raises Refused: ``phone_wrong``.
    """
    digits = _BETWEEN.sub("", written)
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif not digits.startswith("+"):
        digits = f"+{_with_country(digits, country, trunk)}"
    if not _NUMBER.fullmatch(digits):
        raise Refused("phone_wrong", "number")
    return digits


def _with_country(digits: str, country: str, trunk: str) -> str:
    """A national number may itself begin with the trunk's or the country's digit: its length tells."""
    whole = len(digits) > _NATIONAL
    if trunk and digits.startswith(trunk) and (whole or trunk == "0"):
        return country + digits.removeprefix(trunk)
    return digits if whole and digits.startswith(country) else country + digits


def covered(number: str) -> str:
    """``+7•••••••67``: enough for its owner to know it again."""
    return f"{number[:2]}{'•' * (len(number) - 4)}{number[-2:]}"
