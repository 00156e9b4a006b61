"""The one function that says what a step does to a request, and the one that says which steps are open."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_core.domain.working_days import ONE_DAY, Calendar

from . import confirmation
from .conditions import CONDITIONS
from .confirmation import NOT_SOLVED, OPINIONS
from .deadlines import Kind
from .errors import check
from .events import RequestMoved, RequestSubmitted, made
from .facts import Actor, Case, Limits, Request, waits_until
from .states import (
    AGENCY,
    AGENCY_ADMIN,
    AUTHOR,
    DUPLICATE,
    FULFILLED,
    HOLDING,
    IN_PROGRESS,
    KEEPER,
    MODERATION,
    MOVES,
    NEEDS_CLARIFICATION,
    PARTICIPANT,
    ROUTING,
    RUNNING,
    SUBMITTED,
    TRANSITIONS,
    WITHDRAWN,
    Clock,
    Field,
    Move,
)
from .subjects import WITHOUT_RELEASE

Given = Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What a step does; whoever keeps requests writes it, and nothing else.

    :param clock: what happens to the time for the answer, see ``states.Clock``.
    :param until: the last day that was asked for, where the clock ``extends``; None: all that the terms allow.
    :param waits_until: the last day for what the new state waits for, if it waits.
    :param author: the new author, where the request passes to another citizen.
    :param agency: the body that holds it now, where that changed.
    :param assignee: the officer who has it now, where one was named; in another body's hands nobody has it.
    :param by_keeper: whether the keeper passed it on: that counts as nobody's transfer.
    :param duplicate_of: the request in which it goes on; participants and subscriptions move there.
    :param counts: whether a confirmation counts: not that of a member of the answering body.
    :param unsolved: whether it was found not to be solved.
    :param details: what the event keeps of what was given.
    """

    transition: str
    before: str
    state: str
    event: type[RequestMoved]
    resolution: str = ""
    clock: Clock = ""
    until: date | None = None
    waits_until: date | None = None
    author: str | None = None
    agency: str | None = None
    assignee: str | None = None
    by_keeper: bool = False
    duplicate_of: str | None = None
    counts: bool = True
    unsolved: bool = False
    details: Given = field(default_factory=dict[str, Any])

    @property
    def happening(self) -> Kind | None:
        """What the count of the deadline has to know of it."""
        if self.clock == "short":
            return "overturned" if self.transition == "overturn" else "not_solved"
        return _HAPPENINGS.get(self.transition) or ("closed" if self.clock == "ends" else None)

    def told(self, stream_id: str, number: str, deadline: date | None = None) -> RequestMoved:
        """The event to be recorded; ``deadline`` is the one after the step."""
        own = {name: getattr(self, name) for name in ("before", "state", "resolution", "waits_until")}
        return made(self.event, stream_id, number, {**self.details, **own, "deadline": deadline})


_HAPPENINGS: Mapping[str, Kind] = {
    "submit": "filed", "publish": "published", "route": "routed", "ask": "asked", "clarify": "clarified",
    "reopen": "clarified", "extend": "extended", "transfer": "transferred", "fulfil": "fulfilled", "refuse": "refused",
}


@dataclass(frozen=True)
class Offer:
    """A step that somebody may make now: a button, and the form behind it."""

    transition: str
    needs: tuple[Field, ...]


def begin(*, moderated: bool, routed: bool) -> Outcome:
    """The first step. The term runs from the submission, but where nobody holds it yet, from the routing."""
    state = MODERATION if moderated else SUBMITTED if routed else ROUTING
    return Outcome("submit", "", state, RequestSubmitted, clock="starts" if routed else "")


def move(
    request: Request, transition: str, actor: Actor, given: Given | None = None, *,
    limits: Limits, today: date, calendar: Calendar, other: Request | None = None,
) -> Outcome:
    """What a step does.

    :param given: what was filled in, by the names of the fields of the step.
    :param today: the day in the portal's zone.
    :param other: the request that ``duplicate_of`` names.
    :raises Refused: ``transition_unknown``, ``wrong_state``, ``wrong_role``, what a condition says (see
        ``conditions``), ``missing`` with the field's name, or what is wrong with a value that was given.
    """
    case = Case(request, actor, limits, today, calendar)
    step = _legal(case, transition)
    filled = _filled(step, given or {})
    outcome = Outcome(
        transition, request.state, step.to[0], step.event, step.resolution, step.clock, details=dict(filled)
    )
    if transition in _RULES:
        outcome = _RULES[transition](case, filled, outcome, other)
    waits = waits_until(outcome.state, outcome.resolution, today, limits, calendar)
    return replace(outcome, waits_until=waits) if outcome.state != request.state else outcome


def open_to(
    request: Request, actor: Actor, *, limits: Limits, today: date, calendar: Calendar
) -> list[Offer]:
    """The steps that somebody may make now, in the order of the table, each with what it needs."""
    case = Case(request, actor, limits, today, calendar)
    return [Offer(one, MOVES[request.state, one].needs) for one in TRANSITIONS if _refusal(case, one) is None]


def check_join(request: Request, actor: Actor) -> None:
    """Whoever has the same trouble may join while an equal request could not be made.

    :raises Refused: ``not_joinable``, ``own_request`` or ``joined_already``.
    """
    check(request.state in HOLDING, "not_joinable", "id", state=request.state)
    check(AUTHOR not in actor.roles, "own_request", "id")
    check(PARTICIPANT not in actor.roles, "joined_already", "id")


def check_leave(request: Request, actor: Actor) -> None:
    """:raises Refused: ``not_joined``, or ``not_joinable`` once it is over: who asked is part of what happened."""
    check(PARTICIPANT in actor.roles, "not_joined", "id")
    check(request.state in HOLDING, "not_joinable", "id", state=request.state)


def check_assign(request: Request, actor: Actor, assignee: str | None) -> None:
    """The agency's admin gives work to anybody; an officer takes what nobody has, and puts back what is his.

    :raises Refused: ``not_assignable``, ``wrong_role`` or ``admin_assigns``.
    """
    check(request.state in (*RUNNING, NEEDS_CLARIFICATION), "not_assignable", "id", state=request.state)
    check(AGENCY in actor.plays, "wrong_role", "id", transition="assign", who=(AGENCY,))
    own = {request.assignee, assignee} <= {None, actor.id}
    check(own or AGENCY_ADMIN in actor.plays, "admin_assigns", "assignee")


# -- may he? ---------------------------------------------------------------------------------------------


def _refusal(case: Case, transition: str) -> Refused | None:
    try:
        _legal(case, transition)
    except Refused as refusal:
        return refusal
    return None


def _legal(case: Case, transition: str) -> Move:
    """The step of the table, after state, role and conditions."""
    check(transition in TRANSITIONS, "transition_unknown", "transition", transition=transition)
    request = case.request
    step = MOVES.get((request.state, transition))
    if step is None or (step.only and request.resolution not in step.only):
        raise Refused(
            "wrong_state", "transition", state=request.state, resolution=request.resolution, transition=transition
        )
    check(not case.actor.plays.isdisjoint(step.who), "wrong_role", "transition", transition=transition, who=step.who)
    for name in step.conditions:
        CONDITIONS[name](case)
    return step


def _filled(step: Move, given: Given) -> dict[str, Any]:
    """What the step takes of what was given; blank is not given.

    :raises Refused: ``missing``.
    """
    filled: dict[str, Any] = {}
    for one in step.needs:
        value = given.get(one.name)
        value = (value.strip() or None) if isinstance(value, str) else value
        check(value is not None or not one.required, "missing", one.name)
        filled[one.name] = value
    return filled


# -- what follows, where it depends --------------------------------------------------------------------------

_Rule = Callable[[Case, Given, Outcome, Request | None], Outcome]


def _publish(case: Case, given: Given, outcome: Outcome, other: Request | None) -> Outcome:
    return replace(outcome, state=SUBMITTED if case.request.agency else ROUTING)


def _accept(case: Case, given: Given, outcome: Outcome, other: Request | None) -> Outcome:
    """Whoever accepts it may give it to somebody at once, as far as he may assign."""
    if given["assignee"] is None:
        return outcome
    check_assign(case.request, case.actor, given["assignee"])
    return replace(outcome, assignee=given["assignee"])


def _route(case: Case, given: Given, outcome: Outcome, other: Request | None) -> Outcome:
    return replace(outcome, agency=given["agency"])


def _where_it_was(case: Case, given: Given, outcome: Outcome, other: Request | None) -> Outcome:
    return replace(outcome, state=case.request.before)


def _extend(case: Case, given: Given, outcome: Outcome, other: Request | None) -> Outcome:
    """As far as was asked, at most as far as the portal's terms go; so far where no day was named.

    :raises Refused: ``extension_out_of_range`` (``first``, ``last``).
    """
    until, deadline, last = given["until"], case.request.deadline, case.request.extendable_to
    if until is not None and deadline and last:
        first = deadline + ONE_DAY
        check(first <= until <= last, "extension_out_of_range", "until", first=first, last=last)
    return replace(outcome, until=until)


def _transfer(case: Case, given: Given, outcome: Outcome, other: Request | None) -> Outcome:
    """:raises Refused: ``same_agency``."""
    check(given["agency"] != case.request.agency, "same_agency", "agency")
    details = {**outcome.details, "from_agency": case.request.agency}
    return replace(outcome, agency=given["agency"], by_keeper=KEEPER in case.actor.plays, details=details)


def _fulfil(case: Case, given: Given, outcome: Outcome, other: Request | None) -> Outcome:
    """An answer that data came, or where they are, names them.

    :raises Refused: ``evidence_missing``.
    """
    named = given["release"] or given["link"] or case.request.kind in WITHOUT_RELEASE
    check(named, "evidence_missing", "release")
    return replace(outcome, details={**outcome.details, "elsewhere": given["link"] is not None})


def _refuse(case: Case, given: Given, outcome: Outcome, other: Request | None) -> Outcome:
    """:raises Refused: ``ground_unknown``."""
    check(given["ground"] in case.limits.grounds, "ground_unknown", "ground", ground=given["ground"])
    return outcome


def _mark_duplicate(case: Case, given: Given, outcome: Outcome, other: Request | None) -> Outcome:
    """The other one must be seen by all and still have its answer before it.

    :raises Refused: ``duplicate_of_itself``, ``duplicate_unknown`` or ``duplicate_not_open`` (``state``).
    """
    if other is None:
        raise Refused("duplicate_unknown", "duplicate_of")
    check(other.id != case.request.id, "duplicate_of_itself", "duplicate_of")
    seen = other.state in HOLDING and other.state != MODERATION
    check(seen, "duplicate_not_open", "duplicate_of", state=other.state)
    return replace(outcome, duplicate_of=other.id, details={**outcome.details, "duplicate_of": other.id})


def _withdraw(case: Case, given: Given, outcome: Outcome, other: Request | None) -> Outcome:
    """Where others joined it goes on, and the earliest of them is the author."""
    heir = case.request.heir
    if heir is None:
        return replace(outcome, state=WITHDRAWN)
    return replace(outcome, state=case.request.state, clock="", author=heir, details={"author": heir})


def _confirm(case: Case, given: Given, outcome: Outcome, other: Request | None) -> Outcome:
    """:raises Refused: ``opinion_unknown``, or ``missing`` where nobody says what is not solved."""
    opinion = given["opinion"]
    check(opinion in OPINIONS, "opinion_unknown", "opinion", opinion=opinion)
    check(opinion != NOT_SOLVED or given["missing"], "missing", "missing")
    if case.actor.of_agency:
        return replace(outcome, state=FULFILLED, counts=False)
    poll = case.request.poll.with_opinion(opinion, of_author=AUTHOR in case.actor.roles)
    result = confirmation.decided(poll)
    return replace(outcome, state=FULFILLED) if result is None else _settled(case, result, outcome)


def _lapse(case: Case, given: Given, outcome: Outcome, other: Request | None) -> Outcome:
    """Of an answer, what was said in time decides."""
    if case.request.state != FULFILLED:
        return outcome
    return _settled(case, confirmation.result(case.request.poll), outcome)


def _settled(case: Case, result: str | None, outcome: Outcome) -> Outcome:
    state, resolution = confirmation.follows(result, case.request.unsolved)
    clock: Clock = "short" if state == IN_PROGRESS else ""
    return replace(outcome, state=state, resolution=resolution, clock=clock, unsolved=result == NOT_SOLVED)


def _overturn(case: Case, given: Given, outcome: Outcome, other: Request | None) -> Outcome:
    """The body has to answer again; where the same was asked again meanwhile, there."""
    equal = case.request.equal_open
    if equal is None:
        return replace(outcome, state=IN_PROGRESS)
    details = {**outcome.details, "duplicate_of": equal}
    return replace(outcome, state=DUPLICATE, clock="", duplicate_of=equal, details=details)


_RULES: Mapping[str, _Rule] = {
    "publish": _publish,
    "accept": _accept,
    "route": _route,
    "clarify": _where_it_was,
    "reopen": _where_it_was,
    "extend": _extend,
    "transfer": _transfer,
    "fulfil": _fulfil,
    "refuse": _refuse,
    "mark_duplicate": _mark_duplicate,
    "withdraw": _withdraw,
    "confirm": _confirm,
    "lapse": _lapse,
    "overturn": _overturn,
}
