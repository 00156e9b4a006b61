"""What one row of the unified list says, whatever file or form it came from."""
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

OwnerKind = Literal["agency", "group"]
ScheduleKind = Literal["within", "after"]
Unit = Literal["calendar_day", "working_day", "month"]


@dataclass(frozen=True, order=True)
class Owner:
    """Who owes an item: one agency, or one named group of agencies."""

    kind: OwnerKind
    id: str


@dataclass(frozen=True)
class Schedule:
    """When a period's data is due: ``within`` it, or so many days ``after`` it."""

    kind: ScheduleKind
    days: int | None = None
    unit: Unit = "calendar_day"


def is_code(text: str) -> bool:
    """Whether a text can be the code of an item: it stands in addresses and before the ``@`` of a duty's name."""
    return re.fullmatch(r"\w[\w.-]{0,39}", text) is not None


@dataclass(frozen=True)
class Item:
    """One row of one edition.

    ``title`` and ``theme`` hold a text per language; ``composition`` the ordered parts that the data
    must have; ``code`` the identity that an item keeps across editions, unknown before a match.
    """

    number: int
    title: Mapping[str, str]
    owner: Owner
    category: str
    period: str
    composition: tuple[str, ...] = ()
    way: str | None = None
    note: str = ""
    theme: Mapping[str, str] = field(default_factory=dict[str, str])
    schedule: Schedule | None = None
    first_due: date | None = None
    code: str | None = None
