"""What the rules need to know of a request, of who acts, and of what the portal allows."""
from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from ckanext.civic_core.domain.working_days import Calendar, Term

from .confirmation import Poll
from .states import (
    AGENCY,
    AUTHOR,
    CLOSED,
    DISPUTED,
    FULFILLED,
    NEEDS_CLARIFICATION,
    NO_ANSWER,
    PARTICIPANT,
    REFUSED,
    ROUTING,
    SUBMITTED,
    SYSADMIN,
    SYSTEM,
    UNDER_REVIEW,
    plays,
)


@dataclass(frozen=True)
class Request:
    """A request as its row and its history tell it.

    :param resolution: how it ended, where the state has more than one end.
    :param since: the day on which its present state began.
    :param agency: the body that answers; None before it is routed.
    :param own_body: whether that is the authorised body, whose refusals its own keepers do not review.
    :param assignee: the officer of that body who has it.
    :param heir: the earliest participant.
    :param deadline: the last day for the answer; None before routing.
    :param extendable_to: the last day that the one extension may reach; None where the portal knows none.
    :param before: the state in which it was asked about.
    :param questions: how often it was asked about, by whatever body.
    :param extended: whether the one extension was used.
    :param reached_on: the day on which it reached the present body.
    :param transfers: how often it changed hands, the keeper's transfers included.
    :param passed_on_by: the bodies that passed it on themselves, one entry a time.
    :param unsolved: how often it was confirmed not to be solved.
    :param poll: what was confirmed since the last answer.
    :param decided_by: who refused, answered or decided a review of it so far.
    :param equal_open: another request with its key that is in a holding state now.
    """

    state: str = SUBMITTED
    id: str = ""
    resolution: str = ""
    kind: str = ""
    since: date = date.min
    agency: str | None = None
    own_body: bool = False
    assignee: str | None = None
    heir: str | None = None
    deadline: date | None = None
    extendable_to: date | None = None
    before: str = SUBMITTED
    questions: int = 0
    extended: bool = False
    reached_on: date = date.min
    transfers: int = 0
    passed_on_by: tuple[str, ...] = ()
    unsolved: int = 0
    poll: Poll = field(default_factory=Poll)
    decided_by: frozenset[str] = frozenset()
    equal_open: str | None = None


@dataclass(frozen=True)
class Actor:
    """Somebody before one request.

    :param roles: what he is to this request, as ``states`` names it; ``agency`` and ``agency_admin`` only for
        editors and admins of the body that answers now.
    :param member: whether he belongs to that body in any capacity.
    :param confirmed: whether he has confirmed, or denied, the present answer.
    :param joined_later: whether he joined after it was given: he is not asked.
    """

    id: str
    roles: frozenset[str] = frozenset()
    member: bool = False
    confirmed: bool = False
    joined_later: bool = False

    @cached_property
    def plays(self) -> frozenset[str]:
        """His roles and those that they stand for."""
        return plays(self.roles)

    @property
    def of_agency(self) -> bool:
        """Whether he belongs to those who answer; a sysadmin acts for them and does not."""
        return self.member or AGENCY in plays(self.roles - {SYSADMIN})

    @property
    def asks(self) -> bool:
        return not self.roles.isdisjoint((AUTHOR, PARTICIPANT))


#: who does what is due by time
PORTAL = Actor("system", frozenset({SYSTEM}))


_TWO, _THREE, _TEN, _FIFTEEN = (Term(days) for days in (2, 3, 10, 15))
_THIRTY_CALENDAR_DAYS = Term(30, "calendar_day")


@dataclass(frozen=True)
class Limits:
    """What an operator may set; the defaults are the domain's.

    :param grounds: codes of the grounds on which a request may be refused.
    """

    questions: int = 2
    transfers: int = 2
    routing: Term = _TWO
    clarification: Term = _TEN
    reopening: Term = _THIRTY_CALENDAR_DAYS
    passing_on: Term = _THREE
    confirmation: Term = _TEN
    review_request: Term = _FIFTEEN
    review: Term = _TEN
    grounds: frozenset[str] = frozenset()

    def wait(self, state: str, resolution: str = "") -> Term | None:
        """How long a state waits for its next step; None where nothing is waited for.

        In ``refused`` and ``closed`` it is how long the citizen may still ask for more.
        """
        return {
            (ROUTING, ""): self.routing,
            (NEEDS_CLARIFICATION, ""): self.clarification,
            (FULFILLED, ""): self.confirmation,
            (REFUSED, ""): self.review_request,
            (CLOSED, DISPUTED): self.review_request,
            (CLOSED, NO_ANSWER): self.reopening,
            (UNDER_REVIEW, ""): self.review,
        }.get((state, resolution))


@dataclass(frozen=True)
class Case:
    """All that a condition looks at."""

    request: Request
    actor: Actor
    limits: Limits
    today: date
    calendar: Calendar


def waits_until(state: str, resolution: str, since: date, limits: Limits, calendar: Calendar) -> date | None:
    """The last day on which what a state waits for is in time; the day after, it lapses or is too late."""
    term = limits.wait(state, resolution)
    return None if term is None else calendar.effective_deadline(since, term)
