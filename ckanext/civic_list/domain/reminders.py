"""Who is reminded of an obligation that nothing fulfils, and on which days.

Before, on and after the due day the agency's editors; half-way through grace its admins; when it is missed, the keeper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from .windows import ONE_DAY

STEPS = ("before", "on", "after", "half_grace", "missed")


@dataclass(frozen=True)
class Step:
    """``number`` counts from 1; a step is taken once."""

    number: int
    code: str
    day: date


def steps(warn: date, due: date, missed: date) -> list[Step]:
    """The steps of an obligation in the order of their days; those that fall on one day are one, the later.

    :param warn: the first day on which it counts as due; ``missed`` is the last day of grace
    """
    half = due + (missed - due) / 2
    days = (warn, due, due + ONE_DAY, half, missed + ONE_DAY)
    found = {day: Step(number, code, day) for number, (code, day) in enumerate(zip(STEPS, days, strict=True), 1)}
    return sorted(found.values(), key=lambda step: step.number)


def waiting(all_steps: Sequence[Step], reminded: int) -> list[Step]:
    """Those that are still to be taken."""
    return [step for step in all_steps if step.number > reminded]
