"""What kind of values a column has, and which values are of another kind."""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

__all__ = ["Kind", "fits", "kinds"]

Kind = Literal["number", "day"]

#: with a space or an apostrophe between thousands, a comma or a point before the fraction
_NUMBER = re.compile(r"[-+−]?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:[ \u00a0\u202f']\d{3})+)(?:[.,]\d+)?\s*%?")
_DAY = re.compile(r"(?:\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?|\d{1,2}\.\d{1,2}\.\d{4})")
#: what people write where there is no value
_NOTHING = frozenset({"", "-", "–", "—", "н/д", "n/a", "...", "…", "x", "х"})


def kinds(rows: Iterable[Mapping[str, str]]) -> dict[str, Kind]:
    """The columns all of whose values are numbers, or all of them days; a code with leading zeros is no number."""
    possible: dict[str, set[Kind]] = {}
    for row in rows:
        for column, value in row.items():
            if not _is_nothing(value):
                found: set[Kind] = {kind for kind in ("number", "day") if fits(value, kind)}
                possible[column] = possible.get(column, found) & found
    return {column: next(iter(several)) for column, several in possible.items() if several}


def fits(value: str, kind: Kind) -> bool:
    """Whether a value is of a kind; what says nothing is of any."""
    text = value.strip()
    return _is_nothing(value) or (_NUMBER if kind == "number" else _DAY).fullmatch(text) is not None


def _is_nothing(value: str) -> bool:
    return value.strip().casefold() in _NOTHING
