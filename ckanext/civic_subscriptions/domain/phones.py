"""Telephone numbers as people write them, in one spelling (E.164), and as others may see them."""
from __future__ import annotations

import re

from ckanext.civic_core.domain.errors import Refused

_NUMBER = re.compile(r"\+[1-9]\d{7,14}")
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
    elif trunk and digits.startswith(trunk):
        digits = f"+{country}{digits[len(trunk):]}"
    elif not digits.startswith("+"):
        digits = f"+{digits if digits.startswith(country) else country + digits}"
    if not _NUMBER.fullmatch(digits):
        raise Refused("phone_wrong", "number")
    return digits


def covered(number: str) -> str:
    """``+7•••••••67``: enough for its owner to know it again."""
    return f"{number[:2]}{'•' * (len(number) - 4)}{number[-2:]}"
