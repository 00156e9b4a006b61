"""The life of a request to update data: one table of every step, from which all else follows.

What is legal, who may do it, what it needs, the buttons on the page and the diagram in the documentation come
from :data:`MOVES`. The conditions that it names are in ``conditions``, the choices between several targets in
``moving``; both are told from the table by name, and a test holds that each name is known.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from . import events as told
from .events import RequestMoved

# -- states ----------------------------------------------------------------------------------------------

MODERATION, ROUTING = "moderation", "routing"
SUBMITTED, ACCEPTED, IN_PROGRESS = "submitted", "accepted", "in_progress"
NEEDS_CLARIFICATION = "needs_clarification"
FULFILLED, REFUSED, UNDER_REVIEW = "fulfilled", "refused", "under_review"
DUPLICATE, WITHDRAWN, CLOSED = "duplicate", "withdrawn", "closed"
STATES = (
    MODERATION, ROUTING, SUBMITTED, ACCEPTED, IN_PROGRESS, NEEDS_CLARIFICATION,
    FULFILLED, REFUSED, UNDER_REVIEW, DUPLICATE, WITHDRAWN, CLOSED,
)

#: the agency has to answer and its time runs
RUNNING = (SUBMITTED, ACCEPTED, IN_PROGRESS)
#: nobody has answered it
OPEN = (MODERATION, ROUTING, *RUNNING, NEEDS_CLARIFICATION)
#: no second one with the same key may be made; a second citizen joins it
HOLDING = (*OPEN, FULFILLED)
#: what everybody sees
PUBLIC = tuple(state for state in STATES if state != MODERATION)
#: nothing more happens by itself
FINAL = (REFUSED, DUPLICATE, WITHDRAWN, CLOSED)

# -- how it ended: what stands in brackets after the state -------------------------------------------------

SOLVED, PARTLY, DISPUTED, UNCONFIRMED = "solved", "partly", "disputed", "unconfirmed"
NO_ANSWER, REJECTED, ABUSE = "no_answer", "rejected", "abuse"
UPHELD = "upheld"
RESOLUTIONS: Mapping[str, tuple[str, ...]] = {
    CLOSED: (SOLVED, PARTLY, DISPUTED, UNCONFIRMED, NO_ANSWER, REJECTED, ABUSE),
    REFUSED: ("", UPHELD),
}

# -- who ---------------------------------------------------------------------------------------------------

AUTHOR, PARTICIPANT = "author", "participant"
AGENCY, AGENCY_ADMIN = "agency", "agency_admin"
KEEPER, MODERATOR, SYSADMIN, SYSTEM = "keeper", "moderator", "sysadmin", "system"
ROLES = (AUTHOR, PARTICIPANT, AGENCY, AGENCY_ADMIN, KEEPER, MODERATOR, SYSADMIN, SYSTEM)
#: a role acts for these as well
STANDS_FOR: Mapping[str, tuple[str, ...]] = {
    AGENCY_ADMIN: (AGENCY,),
    KEEPER: (MODERATOR,),
    SYSADMIN: (AGENCY, AGENCY_ADMIN, KEEPER, MODERATOR),
}

# -- what the clock of the answer does -------------------------------------------------------------------

#: ``starts``: the full term. ``pauses`` from today, ``resumes`` after today, with at least one working day left;
#: what lapsed between them stays paused. ``extends``, once. ``passes``: a full term for the second body, at least
#: 5 working days for each later one. ``short``: 5 working days. ``ends``: it is answered, or needs no answer.
Clock = Literal["", "starts", "pauses", "resumes", "extends", "passes", "short", "ends"]
CLOCKS: tuple[Clock, ...] = ("", "starts", "pauses", "resumes", "extends", "passes", "short", "ends")

# -- what a step needs -------------------------------------------------------------------------------------

FieldType = Literal["text", "user", "agency", "day", "ground", "request", "release", "link", "opinion"]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that who makes the step fills in; what it means is its name."""

    name: str
    type: FieldType = "text"
    required: bool = True


@dataclass(frozen=True, slots=True)
class Move:
    """One step out of one state.

    :param to: where it may lead; of several one is chosen by the rule of that name in ``moving``.
    :param who: the roles that may make it.
    :param event: what is recorded.
    :param needs: what has to be given with it.
    :param clock: what it does to the time for the answer.
    :param conditions: what must hold besides, by name.
    :param only: the resolutions that the state must have, where it has any.
    :param resolution: how it ended, where that is settled by the step itself.
    """

    to: tuple[str, ...]
    who: tuple[str, ...]
    event: type[RequestMoved]
    needs: tuple[Field, ...] = ()
    clock: Clock = ""
    conditions: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    resolution: str = ""


REASON, ANSWER, QUESTION, TEXT = Field("reason"), Field("answer"), Field("question"), Field("text")
DECISION = Field("decision")
NEW_AGENCY = Field("agency", "agency")
ASSIGNEE = Field("assignee", "user", required=False)
UNTIL = Field("until", "day", required=False)
RELEASE, LINK = Field("release", "release", required=False), Field("link", "link", required=False)
GROUND = Field("ground", "ground")
OTHER = Field("duplicate_of", "request")
OPINION, MISSING = Field("opinion", "opinion"), Field("missing", required=False)

#: a target: the state that it is in
SAME = ""

#: (states, transition, step) in the order of the domain
_ROWS: tuple[tuple[tuple[str, ...], str, Move], ...] = (
    ((MODERATION,), "publish", Move((SUBMITTED, ROUTING), (MODERATOR,), told.RequestPublished)),
    ((MODERATION,), "reject",
     Move((CLOSED,), (MODERATOR,), told.RequestRejected, (REASON,), clock="ends", resolution=REJECTED)),
    ((ROUTING,), "route", Move((SUBMITTED,), (KEEPER, MODERATOR), told.RequestRouted, (NEW_AGENCY,), clock="starts")),
    ((SUBMITTED,), "accept", Move((ACCEPTED,), (AGENCY,), told.RequestAccepted, (ASSIGNEE,))),
    ((SUBMITTED, ACCEPTED), "start", Move((IN_PROGRESS,), (AGENCY,), told.RequestStarted)),
    (RUNNING, "ask",
     Move((NEEDS_CLARIFICATION,), (AGENCY,), told.RequestAsked, (QUESTION,), clock="pauses",
          conditions=("in_time", "questions_left"))),
    ((NEEDS_CLARIFICATION,), "clarify",
     Move(RUNNING, (AUTHOR, PARTICIPANT), told.RequestClarified, (TEXT,), clock="resumes")),
    ((NEEDS_CLARIFICATION,), "lapse",
     Move((CLOSED,), (SYSTEM,), told.RequestLapsed, clock="ends", conditions=("waited",), resolution=NO_ANSWER)),
    ((CLOSED,), "reopen",
     Move(RUNNING, (AUTHOR, PARTICIPANT), told.RequestReopened, (TEXT,), clock="resumes",
          conditions=("not_too_late", "key_free"), only=(NO_ANSWER,))),
    (RUNNING, "extend",
     Move((SAME,), (AGENCY,), told.RequestExtended, (REASON, UNTIL), clock="extends",
          conditions=("in_time", "never_extended", "extendable"))),
    (RUNNING, "transfer",
     Move((SUBMITTED,), (AGENCY_ADMIN, KEEPER), told.RequestTransferred, (NEW_AGENCY, REASON), clock="passes",
          conditions=("may_pass_on",))),
    (RUNNING, "fulfil",
     Move((FULFILLED,), (AGENCY,), told.RequestFulfilled, (ANSWER, RELEASE, LINK), clock="ends")),
    (RUNNING, "refuse", Move((REFUSED,), (AGENCY_ADMIN,), told.RequestRefused, (GROUND, TEXT), clock="ends")),
    (RUNNING, "mark_duplicate",
     Move((DUPLICATE,), (AGENCY, MODERATOR), told.RequestMarkedDuplicate, (OTHER,), clock="ends")),
    (OPEN, "close_as_abuse",
     Move((CLOSED,), (MODERATOR,), told.RequestClosedAsAbuse, (REASON,), clock="ends", resolution=ABUSE)),
    (OPEN, "withdraw", Move((WITHDRAWN, SAME), (AUTHOR,), told.RequestWithdrawn, clock="ends")),
    ((FULFILLED,), "confirm",
     Move((FULFILLED, CLOSED, IN_PROGRESS), (AUTHOR, PARTICIPANT), told.RequestConfirmed, (OPINION, MISSING),
          conditions=("asked_to_confirm", "not_confirmed_yet"))),
    ((FULFILLED,), "lapse",
     Move((CLOSED, IN_PROGRESS), (SYSTEM,), told.RequestLapsed, conditions=("waited",))),
    ((REFUSED,), "request_review",
     Move((UNDER_REVIEW,), (AUTHOR,), told.RequestReviewRequested, (TEXT,),
          conditions=("not_too_late", "has_reviewer"), only=("",))),
    ((CLOSED,), "request_review",
     Move((UNDER_REVIEW,), (AUTHOR,), told.RequestReviewRequested, (TEXT,),
          conditions=("not_too_late", "has_reviewer"), only=(DISPUTED,))),
    ((UNDER_REVIEW,), "uphold",
     Move((REFUSED,), (KEEPER,), told.RequestUpheld, (DECISION,),
          conditions=("has_reviewer", "second_person", "not_involved"), resolution=UPHELD)),
    ((UNDER_REVIEW,), "overturn",
     Move((IN_PROGRESS, DUPLICATE), (KEEPER,), told.RequestOverturned, (DECISION,), clock="short",
          conditions=("has_reviewer", "second_person", "not_involved"))),
)


def _table() -> Iterator[tuple[tuple[str, str], Move]]:
    for states, transition, move in _ROWS:
        for state in states:
            yield (state, transition), replace(move, to=tuple(target or state for target in move.to))


#: (state, transition) -> the step; what is not here is refused
MOVES: Mapping[tuple[str, str], Move] = dict(_table())
TRANSITIONS: tuple[str, ...] = tuple(dict.fromkeys(transition for _, transition in MOVES))


def plays(roles: frozenset[str]) -> frozenset[str]:
    """These roles, and those that they stand for."""
    return roles.union(*(STANDS_FOR.get(role, ()) for role in roles))
