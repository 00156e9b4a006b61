"""The life of an edition: which step leads where, and what it needs."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ckanext.civic_core.domain.errors import Refused

DRAFT, SUBMITTED, APPROVED = "draft", "submitted", "approved"
SUPERSEDED, WITHDRAWN, REVOKED = "superseded", "withdrawn", "revoked"
STATES = (DRAFT, SUBMITTED, APPROVED, SUPERSEDED, WITHDRAWN, REVOKED)
#: its rows may still be changed
OPEN = frozenset({DRAFT})
#: it has been, or will be, in force
IN_LAW = frozenset({APPROVED, SUPERSEDED})

#: (state, step) -> state; what is not here is refused
STEPS = {
    (DRAFT, "submit"): SUBMITTED,
    (SUBMITTED, "return"): DRAFT,
    (SUBMITTED, "approve"): APPROVED,
    (DRAFT, "withdraw"): WITHDRAWN,
    (SUBMITTED, "withdraw"): WITHDRAWN,
    (APPROVED, "supersede"): SUPERSEDED,
    (APPROVED, "revoke"): REVOKED,
    (SUPERSEDED, "revoke"): REVOKED,
    (SUPERSEDED, "reinstate"): APPROVED,
}


@dataclass(frozen=True)
class Facts:
    """What the rules need to know of an edition."""

    state: str
    act_number: str = ""
    act_date: date | None = None
    effective_from: date | None = None
    submitted_by: str | None = None
    approved_on: date | None = None
    revoked_on: date | None = None
    rows: int = 0


def step(state: str, name: str) -> str:
    """The state that a step leads to.

    :raises Refused: ``edition_step`` where the state does not allow it.
    """
    try:
        return STEPS[state, name]
    except KeyError:
        raise Refused("edition_step", "state", state=state, step=name) from None


def check_open(state: str) -> None:
    """:raises Refused: ``edition_closed`` unless the edition's rows may still change."""
    if state not in OPEN:
        raise Refused("edition_closed", "state", state=state)


def check_submission(edition: Facts) -> None:
    """:raises Refused: ``edition_empty`` where there is nothing to approve."""
    if not edition.rows:
        raise Refused("edition_empty", "id")


def check_approval(edition: Facts, approver: str, *, two_persons: bool) -> None:
    """An act makes an edition law, and never the person alone who submitted it.

    :raises Refused: ``act_missing`` or ``second_person``.
    """
    if not edition.act_number.strip():
        raise Refused("act_missing", "act_number")
    if edition.act_date is None:
        raise Refused("act_missing", "act_date")
    if two_persons and approver == edition.submitted_by:
        raise Refused("second_person", "id")


def check_effective(
    day: date, approved_on: date, others: Iterable[date], *, back_dating: bool = False
) -> None:
    """From which day an edition may be in force.

    :param day: the day asked for.
    :param approved_on: the day of its approval.
    :param others: the days of every other approved edition that is not revoked.
    :raises Refused: ``effective_too_early`` or ``effective_before_approval``.
    """
    latest = max(others, default=None)
    if latest is not None and day <= latest:
        raise Refused("effective_too_early", "effective_from", latest=latest)
    if day < approved_on and not back_dating:
        raise Refused("effective_before_approval", "effective_from", approved=approved_on)
