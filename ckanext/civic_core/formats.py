"""Days, numbers and shares as the country writes them."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ckanext.civic_core import clock

__all__ = ["Day", "day", "day_and_time", "deadline_days", "number", "percent"]

#: between groups of three digits, and before the sign of percent: not to be broken at the end of a line
_SPACE = "\u00a0"


def day(value: date | datetime | str | None) -> str:
    """``13.10.2025``, in the portal's zone; nothing for nothing."""
    parsed = parse(value)
    if isinstance(parsed, datetime):
        parsed = clock.day_of(parsed)
    return f"{parsed:%d.%m.%Y}" if parsed else ""


def day_and_time(value: datetime | str | None) -> str:
    """``13.10.2025 09:00``, in the portal's zone."""
    parsed = parse(value)
    if not isinstance(parsed, datetime):
        return day(parsed)
    return f"{parsed.astimezone(clock.zone()):%d.%m.%Y %H:%M}"


def parse(value: date | datetime | str | None) -> date | datetime | None:
    """What ISO 8601 text means; days and instants stay what they are."""
    if not isinstance(value, str) or not value:
        return value or None
    return date.fromisoformat(value) if len(value) == len("2025-10-13") else datetime.fromisoformat(value)


def number(value: int) -> str:
    """``2 525``."""
    return f"{value:,}".replace(",", _SPACE)


def percent(part: int, whole: int) -> str:
    """``81,0 %``: cut, not rounded, so that only the whole is 100; a dash where there is nothing to divide by."""
    if not whole:
        return "—"
    tenths = part * 1000 // whole
    return f"{tenths // 10},{tenths % 10}{_SPACE}%"


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar beside a deadline; ``column`` is 1 for Monday."""

    day: date
    number: int | None
    sentence: str
    column: int
    off: bool
    last: bool
    now: bool


#: more weeks than these are a list, not a calendar
_WEEKS = 6


def deadline_days(steps: Sequence[Mapping[str, Any]], today: date) -> list[Day]:
    """The steps of ``civic_deadline_explain`` as days of a calendar; none where there are too many for one."""
    if not 0 < len(steps) <= 7 * _WEEKS:
        return []
    days = [date.fromisoformat(str(step["day"])) for step in steps]
    return [
        Day(day, step.get("number"), step["sentence"], day.isoweekday(), not step["counts"] and day != days[-1],
            day == days[-1], day == today)
        for day, step in zip(days, steps, strict=True)
    ]
