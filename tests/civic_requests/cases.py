"""Requests, people and days for the tests of the rules."""
from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_core.domain.working_days import Calendar
from ckanext.civic_requests.domain.confirmation import Poll
from ckanext.civic_requests.domain.facts import PORTAL, Actor, Limits, Request
from ckanext.civic_requests.domain.moving import Outcome, move, open_to

#: Monday to Friday, no holidays
CALENDAR = Calendar()
#: a Wednesday
TODAY = date(2026, 3, 4)
DAY = timedelta(days=1)
LIMITS = Limits(grounds=frozenset({"not_held", "secret"}))

#: each state, with what stands in brackets after it
STATES: dict[str, dict[str, Any]] = {
    "moderation": {}, "routing": {"agency": None, "deadline": None}, "submitted": {}, "accepted": {}, "in_progress": {},
    "needs_clarification": {"before": "accepted", "since": TODAY - 30 * DAY},
    "fulfilled": {"since": TODAY - 30 * DAY, "poll": Poll(voters=2)},
    "refused": {}, "refused (upheld)": {}, "under_review": {}, "duplicate": {}, "withdrawn": {},
    "closed (solved)": {}, "closed (partly)": {}, "closed (disputed)": {}, "closed (unconfirmed)": {},
    "closed (no_answer)": {"before": "in_progress"}, "closed (rejected)": {}, "closed (abuse)": {},
}

PEOPLE = {
    role: Actor(f"the {role}", frozenset({role}))
    for role in ("author", "participant", "agency", "agency_admin", "keeper", "moderator", "sysadmin")
} | {"system": PORTAL, "visitor": Actor("somebody")}

OTHER = Request("accepted", id="other", agency="health")
GIVEN: dict[str, dict[str, Any]] = {
    "reject": {"reason": "Advertising"}, "route": {"agency": "health"}, "ask": {"question": "Which district?"},
    "clarify": {"text": "Almaly"}, "reopen": {"text": "Almaly"}, "extend": {"reason": "A register is being moved"},
    "transfer": {"agency": "education", "reason": "Not ours"}, "fulfil": {"answer": "Done", "release": "r1"},
    "refuse": {"ground": "secret", "text": "By law"}, "mark_duplicate": {"duplicate_of": "other"},
    "close_as_abuse": {"reason": "Abuse"}, "confirm": {"opinion": "solved"}, "request_review": {"text": "It is not"},
    "uphold": {"decision": "Because"}, "overturn": {"decision": "Because"},
}


def request(state: str = "submitted", **facts: Any) -> Request:
    """One in this state, for which no condition stands in the way."""
    name, _, resolution = state.partition(" ")
    usual: dict[str, Any] = {
        "id": "one", "agency": "health", "kind": "outdated", "since": TODAY - DAY, "reached_on": TODAY - DAY,
        "deadline": TODAY + 10 * DAY, "extendable_to": TODAY + 26 * DAY, "resolution": resolution.strip("()"),
    }
    return Request(name, **(usual | STATES[state] | facts))


def do(case: Request, transition: str, who: str | Actor = "agency", **changes: Any) -> Outcome:
    """Make a step with all that it needs, or with ``given``."""
    actor = PEOPLE[who] if isinstance(who, str) else who
    given = changes.pop("given", GIVEN.get(transition, {}))
    named = {"limits": LIMITS, "today": TODAY, "calendar": CALENDAR, "other": OTHER} | changes
    return move(case, transition, actor, given, **named)


def refused(case: Request, transition: str, who: str | Actor = "agency", **changes: Any) -> tuple[str, str]:
    """Code and field of the refusal of a step."""
    with pytest.raises(Refused) as refusal:
        do(case, transition, who, **changes)
    return refusal.value.code, refusal.value.field


def offered(case: Request, who: str | Actor, today: date = TODAY) -> list[str]:
    """The steps that somebody is shown."""
    actor = PEOPLE[who] if isinstance(who, str) else who
    return [one.transition for one in open_to(case, actor, limits=LIMITS, today=today, calendar=CALENDAR)]
