"""What bodies gain and lose when one edition follows another."""
from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

#: code of the item, id of the agency
Owed = tuple[str, str]


@dataclass(frozen=True)
class Balance:
    """Numbers of duties of one body, or of all of them.

    A duty is moved where the same item is owed by another body afterwards; such a one is neither new nor lost.
    """

    new: int = 0
    lost: int = 0
    moved_in: int = 0
    moved_out: int = 0


def balances(before: Collection[Owed], after: Collection[Owed]) -> Mapping[str, Balance]:
    """For each body that gains or loses something, what it is."""
    gained, given = set(after) - set(before), set(before) - set(after)
    there = {code for code, _ in given} & {code for code, _ in gained}
    counts: dict[str, Counter[str]] = {}
    for several, plain, moved in ((gained, "new", "moved_in"), (given, "lost", "moved_out")):
        for code, agency in several:
            counts.setdefault(agency, Counter())[moved if code in there else plain] += 1
    return {agency: Balance(**count) for agency, count in counts.items()}


def total(several: Collection[Balance]) -> Balance:
    """All bodies together; what moved is counted at those it went to."""
    return Balance(
        sum(one.new for one in several), sum(one.lost for one in several),
        sum(one.moved_in for one in several), sum(one.moved_out for one in several),
    )
