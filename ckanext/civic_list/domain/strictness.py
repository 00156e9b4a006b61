"""Whether an agency's own terms of a duty are looser than those of the list.

Source: the unified list binds; an agency may promise more by itself, less only where the keeper of the list agrees.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ckanext.civic_list.domain.items import Schedule


@dataclass(frozen=True)
class Terms:
    """How often data are owed, and when after each period; no schedule: the period's usual one."""

    period: str
    schedule: Schedule | None = None


@dataclass(frozen=True)
class Periods:
    """The vocabulary of periods: codes from the strictest to the loosest, and after how many days each is due."""

    order: Sequence[str]
    after: Mapping[str, int]

    def rank(self, code: str) -> int:
        """Place in the order; a code that is not in it is looser than all."""
        return self.order.index(code) if code in self.order else len(self.order)

    def strictest(self, codes: Sequence[str]) -> str:
        """Of several periods the one that asks most."""
        return min(codes, key=self.rank)


def looser(listed: Terms, own: Terms, periods: Periods) -> bool:
    """Whether the own terms ask less than the list does, in period or in schedule.

    Another kind or unit of schedule cannot be compared and counts as looser: a person decides.
    """
    if periods.rank(own.period) > periods.rank(listed.period):
        return True
    if own.schedule is None or own.schedule == listed.schedule:
        return False
    if listed.schedule is None:
        return own.schedule.kind != "after" or _days(own, periods) > periods.after.get(own.period, -1)
    same = (own.schedule.kind, own.schedule.unit) == (listed.schedule.kind, listed.schedule.unit)
    return not same or _days(own, periods) > _days(listed, periods)


def _days(terms: Terms, periods: Periods) -> int:
    assert terms.schedule is not None  # noqa: S101  asked for by who compares schedules only
    if terms.schedule.days is not None:
        return terms.schedule.days
    return periods.after.get(terms.period, 0)
