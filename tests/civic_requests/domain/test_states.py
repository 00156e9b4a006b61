"""The whole matrix of states, steps and roles, the diagram, and what the buttons are made of."""
from __future__ import annotations

import re
from itertools import product

import pytest
from civic_requests.cases import CALENDAR, DAY, LIMITS, PEOPLE, STATES, TODAY, do, offered, refused, request

from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_requests.domain import events, states
from ckanext.civic_requests.domain.conditions import CONDITIONS
from ckanext.civic_requests.domain.diagram import diagram, table
from ckanext.civic_requests.domain.moving import begin, open_to
from ckanext.civic_requests.domain.states import CLOSED, MOVES, RESOLUTIONS, TRANSITIONS

RUNNING = ("submitted", "accepted", "in_progress")
OPEN = ("moderation", "routing", *RUNNING, "needs_clarification")
OFFICERS = {"agency", "agency_admin", "sysadmin"}
ADMINS = {"agency_admin", "sysadmin"}
KEEPERS = {"keeper", "sysadmin"}
MODERATORS = {"moderator", "keeper", "sysadmin"}
CITIZENS = {"author", "participant"}

#: (states, step, who may, where it leads, what the clock does): the domain's table once more, written by hand
DOMAIN = [
    (("moderation",), "publish", MODERATORS, "submitted", ""),
    (("moderation",), "reject", MODERATORS, "closed (rejected)", "ends"),
    (("routing",), "route", MODERATORS, "submitted", "starts"),
    (("submitted",), "accept", OFFICERS, "accepted", ""),
    (("submitted", "accepted"), "start", OFFICERS, "in_progress", ""),
    (RUNNING, "ask", OFFICERS, "needs_clarification", "pauses"),
    (("needs_clarification",), "clarify", CITIZENS, "accepted", "resumes"),
    (("needs_clarification",), "lapse", {"system"}, "closed (no_answer)", "ends"),
    (("closed (no_answer)",), "reopen", CITIZENS, "in_progress", "resumes"),
    (RUNNING, "extend", OFFICERS, None, "extends"),
    (RUNNING, "transfer", ADMINS | {"keeper"}, "submitted", "passes"),
    (RUNNING, "fulfil", OFFICERS, "fulfilled", "ends"),
    (RUNNING, "refuse", ADMINS, "refused", "ends"),
    (RUNNING, "mark_duplicate", OFFICERS | MODERATORS, "duplicate", "ends"),
    (OPEN, "close_as_abuse", MODERATORS, "closed (abuse)", "ends"),
    (OPEN, "withdraw", {"author"}, "withdrawn", "ends"),
    (("fulfilled",), "lapse", {"system"}, "closed (unconfirmed)", ""),
    (("refused", "closed (disputed)"), "request_review", {"author"}, "under_review", ""),
    (("under_review",), "uphold", KEEPERS, "refused (upheld)", ""),
    (("under_review",), "overturn", KEEPERS, "in_progress", "short"),
]
CONFIRM = ("fulfilled", "confirm")
EXPECTED = {
    (state, step): (who, to or state, clock) for froms, step, who, to, clock in DOMAIN for state in froms
} | {CONFIRM: (CITIZENS, {"author": "closed (solved)", "participant": "fulfilled"}, "")}


def _label(state, resolution):
    return f"{state} ({resolution})" if resolution else state


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("step", TRANSITIONS)
def test_each_role_may_do_in_each_state_what_the_domain_says_and_nothing_else(state, step):
    case = request(state)
    for role in PEOPLE:
        if (state, step) not in EXPECTED:
            assert refused(case, step, role) == ("wrong_state", "transition"), role
            continue
        who, to, clock = EXPECTED[state, step]
        if role not in who:
            assert refused(case, step, role) == ("wrong_role", "transition"), role
            continue
        made = do(case, step, role)
        assert _label(made.state, made.resolution) == (to[role] if isinstance(to, dict) else to), role
        assert (made.before, made.clock) == (case.state, clock), role


@pytest.mark.parametrize(("state", "role"), list(product(STATES, PEOPLE)))
def test_the_buttons_are_the_steps_that_would_be_made(state, role):
    expected = [step for step in TRANSITIONS if role in EXPECTED.get((state, step), ((),))[0]]
    assert offered(request(state), role) == expected


def test_a_button_knows_what_its_form_asks_for():
    offers = open_to(request("accepted"), PEOPLE["agency"], limits=LIMITS, today=TODAY, calendar=CALENDAR)
    [ask] = [one for one in offers if one.transition == "ask"]
    assert [(one.name, one.type, one.required) for one in ask.needs] == [("question", "text", True)]


def test_a_button_that_would_be_refused_is_not_shown():
    late = request("accepted", deadline=TODAY - DAY)
    assert {"ask", "extend"}.isdisjoint(offered(late, "agency"))
    assert {"ask", "extend"} <= set(offered(late, "agency", TODAY - DAY))


def test_an_unknown_step():
    assert refused(request(), "explode") == ("transition_unknown", "transition")


def test_an_illegal_step_says_what_was_tried():
    with pytest.raises(Refused) as refusal:
        do(request("closed (solved)"), "reopen", "author")
    assert refusal.value.params == {"state": "closed", "resolution": "solved", "transition": "reopen"}


@pytest.mark.parametrize(
    ("moderated", "routed", "state", "clock", "happening"),
    [(True, True, "moderation", "starts", "filed"), (True, False, "moderation", "", "filed"),
     (False, True, "submitted", "starts", "filed"), (False, False, "routing", "", "filed")],
)
def test_where_a_request_begins(moderated, routed, state, clock, happening):
    first = begin(moderated=moderated, routed=routed)
    assert (first.state, first.clock, first.happening, first.event) == (
        state, clock, happening, events.RequestSubmitted
    )


# -- the table itself --------------------------------------------------------------------------------------


def test_the_diagram_has_the_arrows_of_the_table_and_no_other():
    arrows = re.findall(r"^    (\w+) --> (\w+): (.+)$", diagram(), re.MULTILINE)
    drawn = {(a, re.sub(r" \(.*\)", "", step), b) for a, b, steps in arrows for step in steps.split(", ")}
    assert drawn == {(state, step, to) for (state, step), one in MOVES.items() for to in one.to}


def test_the_diagram_begins_and_ends():
    lines = diagram().splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert [line.strip() for line in lines if "[*] -->" in line] == [
        f"[*] --> {begin(moderated=moderated, routed=routed).state}: submit"
        for moderated, routed in ((True, True), (False, False), (False, True))
    ]
    assert {line.split()[0] for line in lines if line.endswith("--> [*]")} == set(states.FINAL)


def test_the_diagram_says_how_it_must_have_ended():
    assert "    closed --> under_review: request_review (disputed)\n" in diagram()
    assert "    refused --> under_review: request_review\n" in diagram()


def test_the_table_in_the_documentation_has_a_row_for_each_step():
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table().splitlines()]
    assert len(rows) == len(MOVES) + 2
    assert rows[0] == ["from", "transition", "to", "who", "needs", "clock", "conditions", "event"]
    assert [
        "accepted", "extend", "accepted", "agency", "reason, until?", "extends",
        "in_time, never_extended, extendable", "update_request.extended",
    ] in rows


def test_every_name_in_the_table_is_known():
    for (state, _), step in MOVES.items():
        assert {state, *step.to} <= set(states.STATES)
        assert set(step.who) <= set(states.ROLES)
        assert set(step.conditions) <= set(CONDITIONS)
        assert step.clock in states.CLOCKS
        assert set(step.only) <= set(RESOLUTIONS[state] if step.only else ())
        assert step.resolution in (*RESOLUTIONS[CLOSED], "", "upheld")


def test_every_condition_is_used():
    assert set(CONDITIONS) == {name for step in MOVES.values() for name in step.conditions}


def test_every_state_can_be_reached_and_only_what_is_final_leads_nowhere_by_itself():
    reached = {to for step in MOVES.values() for to in step.to} | {"moderation", "routing", "submitted"}
    assert reached == set(states.STATES)
    assert {state for state in states.STATES if not any(state == one for one, _ in MOVES)} == {"duplicate", "withdrawn"}


def test_what_holds_the_key_is_what_is_not_over():
    assert set(states.HOLDING) == set(states.STATES) - set(states.FINAL) - {"under_review"}
    assert set(states.PUBLIC) == set(states.STATES) - {"moderation"}
