"""A request after a step: every counter that the conditions look at is changed here and nowhere else."""
from __future__ import annotations

from dataclasses import replace
from datetime import date

from .confirmation import Poll
from .facts import Actor, Request
from .moving import Outcome
from .states import AUTHOR, FULFILLED

#: who makes one of these steps does not review it afterwards
_DECISIONS = ("fulfil", "refuse", "uphold", "overturn")


def after(request: Request, outcome: Outcome, actor: Actor, today: date) -> Request:
    """The facts after a step that ``move`` allowed.

    Three it cannot know, as they are of the rows: the next ``heir``, the ``deadline`` and how far it may be extended.
    """
    moved = outcome.state != request.state
    changed = replace(
        request,
        state=outcome.state,
        resolution=outcome.resolution,
        since=today if moved else request.since,
        unsolved=request.unsolved + outcome.unsolved,
        heir=None if outcome.author else request.heir,
        assignee=outcome.assignee or request.assignee,
        poll=_poll(request, outcome, actor),
        decided_by=request.decided_by | {actor.id} if outcome.transition in _DECISIONS else request.decided_by,
    )
    return _counted(_held(changed, request, outcome, today), request, outcome)


def _counted(changed: Request, request: Request, outcome: Outcome) -> Request:
    if outcome.transition == "ask":
        return replace(changed, before=request.state, questions=request.questions + 1)
    return replace(changed, extended=request.extended or outcome.transition == "extend")


def _held(changed: Request, request: Request, outcome: Outcome, today: date) -> Request:
    """By another body, if it passed on."""
    if outcome.agency is None:
        return changed
    changed = replace(changed, agency=outcome.agency, reached_on=today, assignee=None)
    if outcome.transition != "transfer":
        return changed
    mine = () if outcome.by_keeper else (request.agency or "",)
    return replace(changed, transfers=request.transfers + 1, passed_on_by=(*request.passed_on_by, *mine))


def _poll(request: Request, outcome: Outcome, actor: Actor) -> Poll:
    """Each answer of the body is put to all who asked anew."""
    if outcome.transition == "confirm" and outcome.counts:
        return request.poll.with_opinion(outcome.details["opinion"], of_author=AUTHOR in actor.roles)
    if outcome.state == FULFILLED and request.state != FULFILLED:
        return Poll(voters=request.poll.voters, author_votes=request.poll.author_votes)
    return request.poll
