"""How often data are owed: the update periods, built from the vocabulary and checked at start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast, get_args

from ckanext.civic_core.domain.working_days import Term

Step = Literal["working_day", "calendar_day", "week", "month", "quarter", "half_year", "year", "none"]

#: days of the shortest step; of a day step the step itself, counted like the grace term's own days
SHORTEST: Mapping[Step, int] = {
    "working_day": 1, "calendar_day": 1, "week": 7, "month": 28, "quarter": 90, "half_year": 181, "year": 365,
}
DAYS_OFF_A_WEEK = 2


@dataclass(frozen=True)
class Reviews:
    """How often in a row a review may stand for a release: ``most`` (None: without limit), from which one on
    it takes the agency's admin (None: never)."""

    most: int | None = None
    admin_from: int | None = None


@dataclass(frozen=True)
class Period:
    """One update period.

    :param step: the stretch of the calendar that a release is owed for; ``none``: no stretch, see ``renewal``
    :param reminder: how long before the due day data count as due
    :param grace: how long after the due day a release still counts, as a late one
    :param min_gap: days; a release nearer to the last one corrects it
    :param after: days after the step's end on which data about it are due, unless the list says otherwise
    :param renewal: without a step, how long after the last release or review a new one is owed
    :param newest_first: whether a release that names no period is for the newest open one, not the oldest
    """

    code: str
    step: Step
    reminder: Term
    grace: Term
    min_gap: int = 0
    after: int = 0
    renewal: Term | None = None
    reviews: Reviews = field(default_factory=Reviews)

    @property
    def newest_first(self) -> bool:
        return self.step in ("working_day", "calendar_day", "week")

    @property
    def is_daily(self) -> bool:
        return self.step in ("working_day", "calendar_day")

    def on_every_day(self) -> Period:
        """The daily period for a duty that is owed on days off too."""
        return replace(self, step="calendar_day") if self.is_daily else self


class PeriodFault(ValueError):
    """The vocabulary contradicts itself; the message names the code and what is wrong."""


@dataclass(frozen=True)
class Periods:
    """The vocabulary, from the strictest period to the loosest."""

    by_code: Mapping[str, Period]

    def __getitem__(self, code: str) -> Period:
        return self.by_code[code]

    def __iter__(self) -> Iterator[Period]:
        return iter(self.by_code.values())

    def __contains__(self, code: object) -> bool:
        return code in self.by_code


def build(entries: Iterable[Mapping[str, Any]]) -> Periods:
    """The periods from the entries of the vocabulary file.

    :raises PeriodFault: an entry is incomplete, or its numbers cannot be kept
    """
    periods = [_period(entry) for entry in entries]
    for period in periods:
        _check(period)
    return Periods({period.code: period for period in periods})


def _period(entry: Mapping[str, Any]) -> Period:
    code = str(entry.get("code") or "")
    try:
        return Period(
            code=code,
            step=cast(Step, entry["step"]),
            reminder=_term(entry["reminder"]),
            grace=_term(entry["grace"]),
            min_gap=int(entry.get("min_gap") or 0),
            after=int(entry.get("after") or 0),
            renewal=_term(entry["review"]) if entry.get("review") else None,
            reviews=Reviews(**cast("dict[str, Any]", entry.get("reviews") or {})),
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise PeriodFault(f"update period {code}: {fault!r}") from fault


def _term(entry: Mapping[str, Any]) -> Term:
    return Term(int(entry["n"]), entry["unit"])


def _check(period: Period) -> None:
    if period.step not in get_args(Step):
        raise PeriodFault(f"update period {period.code}: step {period.step!r} is not known")
    if (period.step == "none") != (period.renewal is not None):
        raise PeriodFault(f"update period {period.code}: without a step, and only then, a review term is needed")
    if period.min_gap < 0 or period.after < 0:
        raise PeriodFault(f"update period {period.code}: min_gap and after cannot be negative")
    if period.step != "none" and reach(period) + period.min_gap > SHORTEST[period.step]:
        raise PeriodFault(
            f"update period {period.code}: after a release at the end of its grace there would be no room in "
            f"the next {period.step} for another one at least {period.min_gap} days later"
        )


def reach(period: Period) -> int:
    """How many days into the next step the grace of one reaches, without holidays.

    A day step is counted in the unit of its grace, so that one working day of grace is one step.
    """
    grace = period.grace
    if grace.unit == "month":
        return 31 * grace.n
    if period.is_daily or grace.unit == "calendar_day":
        return grace.n
    weeks = -(-grace.n // (7 - DAYS_OFF_A_WEEK))
    return grace.n + DAYS_OFF_A_WEEK * weeks
