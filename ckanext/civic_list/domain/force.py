"""Which edition is in force on which days."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class InLaw:
    """An approved edition: from ``effective_from``, but never before the day it was approved, until it is revoked."""

    id: str
    effective_from: date
    approved_on: date
    revoked_on: date | None = None

    @property
    def start(self) -> date:
        """The first day on which its duties stand."""
        return max(self.effective_from, self.approved_on)

    def holds(self, day: date) -> bool:
        """Whether it is law on a day; a later one may be in force all the same."""
        return self.start <= day and (self.revoked_on is None or day < self.revoked_on)


@dataclass(frozen=True)
class Stretch:
    """Days on which one edition is in force: ``since`` to the day before ``until``."""

    edition: str
    since: date
    until: date | None


def timeline(editions: Iterable[InLaw], day: date) -> tuple[Stretch, ...]:
    """Who is in force from a day on: of those that are law, the one that came into force last.

    Where an edition is revoked, the one before it is in force again from that day.
    """
    law = tuple(editions)
    turns = {day, *(e.start for e in law), *(e.revoked_on for e in law if e.revoked_on)}
    stretches: list[Stretch] = []
    for turn in sorted(one for one in turns if one >= day):
        current = in_force(law, turn)
        if stretches and stretches[-1].until is None:
            if current == stretches[-1].edition:
                continue
            stretches[-1] = Stretch(stretches[-1].edition, stretches[-1].since, turn)
        if current is not None:
            stretches.append(Stretch(current, turn, None))
    return tuple(stretches)


def in_force(editions: Iterable[InLaw], day: date) -> str | None:
    """The edition in force on a day."""
    return max(
        (edition for edition in editions if edition.holds(day)),
        key=lambda edition: edition.effective_from, default=InLaw("", day, day),
    ).id or None
