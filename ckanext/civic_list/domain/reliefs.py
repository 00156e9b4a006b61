"""When an obligation may be excused and a duty may rest, and who may agree to it.

Source: relief has a ground, and a second person agrees; to that of the authorised body's own duties always.
"""
from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ckanext.civic_core.domain.working_days import add_months

from .errors import check
from .obligations import Suspension

__all__ = ["begin", "check_days", "check_excusable", "check_free", "check_second_person", "resume_on"]


def check_days(since: date, until: date, today: date, most: int) -> None:
    """A suspension begins today or later and lasts at most ``most`` months.

    :raises Refused: otherwise.
    """
    check(since >= today, "day_passed", "since")
    check(until > since, "until_before_since", "until")
    check(until <= add_months(since, most), "suspension_too_long", "until", most=most)


def check_free(since: date, until: date, others: Iterable[Suspension]) -> None:
    """No day of a duty is suspended twice.

    :raises Refused: where another suspension has one of the days.
    """
    for other in others:
        check(other.until <= since or until <= other.since, "suspension_overlaps", "since",
              since=other.since, until=other.until)


def begin(since: date, until: date, today: date) -> date:
    """The day on which a suspension begins that is agreed to today: days that are over stay what they were.

    :raises Refused: where all its days are over.
    """
    check(until > today, "suspension_over", "id")
    return max(since, today)


def resume_on(since: date, until: date, today: date) -> date:
    """The day from which on the duty is owed again where the suspension is ended today.

    :raises Refused: where it is over.
    """
    check(until > today, "suspension_over", "id")
    return max(since, today)


def check_excusable(state: str, opens: date, today: date) -> None:
    """Only what is open, or was missed, is excused.

    :raises Refused: otherwise.
    """
    check(opens <= today, "obligation_ahead", "id")
    check(state in ("open", "missed"), "obligation_settled", "id")


def check_second_person(made_by: str, decides: str, *, rule: bool, own: bool) -> None:
    """Who proposed does not agree to it himself.

    :param rule: whether the portal asks for a second person; :param own: whether the authorised body owes the duty.
    :raises Refused: where he would.
    """
    check(made_by != decides or not (rule or own), "second_person_relief", "id")
