"""Shares with what they are made of."""
from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Ratio:
    """A figure with what it is made of."""

    numerator: int
    denominator: int

    @property
    def percent(self) -> Decimal | None:
        """With one decimal, cut and not rounded; None («—») without denominator."""
        if not self.denominator:
            return None
        share = Decimal(100 * self.numerator) / self.denominator
        return share.quantize(TENTH, rounding=ROUND_DOWN)
