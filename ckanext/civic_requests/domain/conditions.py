"""What must hold for a step besides state and role: each condition of the table by its name."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from .errors import check
from .facts import Case, waits_until
from .states import KEEPER

Condition = Callable[[Case], None]


def in_time(case: Case) -> None:
    """:raises Refused: ``past_deadline``: the last day of the term still is in time."""
    deadline = case.request.deadline
    check(deadline is not None and case.today <= deadline, "past_deadline", deadline=deadline)


def questions_left(case: Case) -> None:
    """:raises Refused: ``asked_too_often``."""
    check(case.request.questions < case.limits.questions, "asked_too_often", most=case.limits.questions)


def never_extended(case: Case) -> None:
    """:raises Refused: ``extended_already``."""
    check(not case.request.extended, "extended_already")


def extendable(case: Case) -> None:
    """:raises Refused: ``extension_not_allowed``: the portal's terms have none."""
    last, deadline = case.request.extendable_to, case.request.deadline
    check(last and deadline and last > deadline, "extension_not_allowed")


def may_pass_on(case: Case) -> None:
    """The keeper always may. A body soon after the request came, once, and after few others.

    :raises Refused: ``passed_on_by_body``, ``passed_on_too_often`` or ``too_late_to_pass_on``.
    """
    if KEEPER in case.actor.plays:
        return
    request, limits = case.request, case.limits
    check(request.agency not in request.passed_on_by, "passed_on_by_body")
    check(len(request.passed_on_by) < limits.transfers, "passed_on_too_often", most=limits.transfers)
    last = case.calendar.effective_deadline(request.reached_on, limits.passing_on)
    check(case.today <= last, "too_late_to_pass_on", last=last)


def waited(case: Case) -> None:
    """:raises Refused: ``too_soon``: who is waited for has this day as well."""
    last = _last_day(case)
    check(last is not None and case.today > last, "too_soon", last=last)


def not_too_late(case: Case) -> None:
    """:raises Refused: ``too_late``."""
    last = _last_day(case)
    check(last is not None and case.today <= last, "too_late", last=last)


def key_free(case: Case) -> None:
    """:raises Refused: ``equal_open``: the same was asked again meanwhile; that one can be joined."""
    check(case.request.equal_open is None, "equal_open", request=case.request.equal_open)


def asked_to_confirm(case: Case) -> None:
    """:raises Refused: ``joined_after_answer``."""
    check(not case.actor.joined_later, "joined_after_answer")


def not_confirmed_yet(case: Case) -> None:
    """:raises Refused: ``confirmed_already``."""
    check(not case.actor.confirmed, "confirmed_already")


def has_reviewer(case: Case) -> None:
    """:raises Refused: ``own_refusal``: the authorised body does not review what it decided itself."""
    check(not case.request.own_body, "own_refusal")


def second_person(case: Case) -> None:
    """:raises Refused: ``decided_before``."""
    check(case.actor.id not in case.request.decided_by, "decided_before")


def not_involved(case: Case) -> None:
    """:raises Refused: ``involved``: who asked, or answers, does not judge."""
    check(not (case.actor.asks or case.actor.of_agency), "involved")


CONDITIONS: Mapping[str, Condition] = {
    one.__name__: one
    for one in (
        in_time, questions_left, never_extended, extendable, may_pass_on, waited, not_too_late, key_free,
        asked_to_confirm, not_confirmed_yet, has_reviewer, second_person, not_involved,
    )
}


def _last_day(case: Case) -> date | None:
    request = case.request
    return waits_until(request.state, request.resolution, request.since, case.limits, case.calendar)
