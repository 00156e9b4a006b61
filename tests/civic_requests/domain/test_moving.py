"""What each step needs, and what follows from it."""
from __future__ import annotations

from dataclasses import replace

import pytest
from civic_requests.cases import DAY, GIVEN, LIMITS, OTHER, PEOPLE, STATES, TODAY, do, refused, request

from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_requests.domain.confirmation import Poll
from ckanext.civic_requests.domain.facts import Actor
from ckanext.civic_requests.domain.moving import check_assign, check_join, check_leave
from ckanext.civic_requests.domain.states import HOLDING, MOVES

NEEDED = sorted(
    (state, transition, one.name)
    for (state, transition), step in MOVES.items() for one in step.needs if one.required
)
AS_STATE = {"closed": {"reopen": "closed (no_answer)", "request_review": "closed (disputed)"}}


def _may(step):
    """Somebody who may make it."""
    return PEOPLE[step.who[0]]


# -- what it needs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("blank", [None, "", "  \n"])
@pytest.mark.parametrize(("state", "transition", "name"), NEEDED)
def test_nothing_is_left_out_that_a_step_needs(state, transition, name, blank):
    case = request(AS_STATE.get(state, {}).get(transition, state))
    given = {**GIVEN[transition], name: blank}
    assert refused(case, transition, _may(MOVES[state, transition]), given=given) == ("missing", name)


def test_the_needs_are_those_of_the_domain():
    needs = {
        transition: [one.name + ("" if one.required else "?") for one in step.needs]
        for (_, transition), step in MOVES.items() if step.needs
    }
    assert needs == {
        "reject": ["reason"], "route": ["agency"], "accept": ["assignee?"], "ask": ["question"], "clarify": ["text"],
        "reopen": ["text"], "extend": ["reason", "until?"], "transfer": ["agency", "reason"],
        "fulfil": ["answer", "release?", "link?"], "refuse": ["ground", "text"], "mark_duplicate": ["duplicate_of"],
        "close_as_abuse": ["reason"], "confirm": ["opinion", "missing?"], "request_review": ["text"],
        "uphold": ["decision"], "overturn": ["decision"],
    }


def test_a_step_is_legal_before_it_is_well_filled():
    assert refused(request("closed (solved)"), "ask", given={})[0] == "wrong_state"
    assert refused(request(), "ask", "author", given={})[0] == "wrong_role"
    assert refused(request(questions=2), "ask", given={})[0] == "asked_too_often"


# -- publication and routing ----------------------------------------------------------------------------------------


def test_what_no_body_holds_is_routed_after_moderation():
    outcome = do(request("moderation", agency=None), "publish", "moderator")
    assert (outcome.state, outcome.clock, outcome.happening) == ("routing", "", "published")


def test_routed_to_a_body_with_its_full_term():
    outcome = do(request("routing"), "route", "keeper")
    assert (outcome.state, outcome.agency, outcome.clock, outcome.happening) == (
        "submitted", "health", "starts", "routed"
    )


# -- questions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["submitted", "accepted", "in_progress"])
def test_after_a_question_it_is_where_it_was(state):
    asked = do(request(state), "ask")
    assert (asked.before, asked.clock, asked.waits_until) == (state, "pauses", TODAY + 14 * DAY)
    assert do(request("needs_clarification", before=state), "clarify", "participant").state == state
    reopened = do(request("closed (no_answer)", before=state), "reopen", "author")
    assert (reopened.state, reopened.resolution, reopened.happening) == (state, "", "clarified")


# -- answers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["outdated", "incomplete", "wrong", "not_the_listed_data"])
def test_an_answer_names_the_data(kind):
    case = request(kind=kind)
    assert refused(case, "fulfil", given={"answer": "Done"}) == ("evidence_missing", "release")
    assert do(case, "fulfil", given={"answer": "Done", "release": "r1"}).details["elsewhere"] is False
    assert do(case, "fulfil", given={"answer": "Done", "link": "https://example.org"}).details["elsewhere"] is True


@pytest.mark.parametrize("kind", ["unavailable", "personal_data"])
def test_what_opens_again_or_goes_away_needs_no_release(kind):
    assert do(request(kind=kind), "fulfil", given={"answer": "Done"}).state == "fulfilled"


def test_a_refusal_has_a_ground_of_the_list():
    given = {"ground": "no_time", "text": "No time"}
    assert refused(request(), "refuse", "agency_admin", given=given) == ("ground_unknown", "ground")
    assert do(request(), "refuse", "agency_admin").waits_until == TODAY + 21 * DAY


# -- duplicates -----------------------------------------------------------------------------------------------------


def test_a_duplicate_goes_on_in_the_other():
    assert do(request(), "mark_duplicate", "moderator").duplicate_of == "other"


def test_a_duplicate_of_nothing_or_of_itself():
    assert refused(request(), "mark_duplicate", other=None) == ("duplicate_unknown", "duplicate_of")
    assert refused(request(), "mark_duplicate", other=request()) == ("duplicate_of_itself", "duplicate_of")


@pytest.mark.parametrize("state", STATES)
def test_a_duplicate_only_of_what_still_has_its_answer_before_it_and_all_may_see(state):
    other = replace(request(state), id="other")
    if other.state in HOLDING and state != "moderation":
        assert do(request(), "mark_duplicate", other=other).duplicate_of == "other"
    else:
        assert refused(request(), "mark_duplicate", other=other) == ("duplicate_not_open", "duplicate_of")


# -- withdrawal -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "state", ["moderation", "routing", "submitted", "accepted", "in_progress", "needs_clarification"]
)
def test_withdrawn_by_the_only_one_who_asked_or_handed_to_the_earliest_participant(state):
    alone = do(request(state), "withdraw", "author")
    assert (alone.state, alone.author, alone.clock, alone.happening) == ("withdrawn", None, "ends", "closed")
    handed = do(request(state, heir="second"), "withdraw", "author")
    assert (handed.state, handed.author, handed.clock, handed.happening) == (state, "second", "", None)


# -- confirmation ---------------------------------------------------------------------------------------------------

NOT_SOLVED = {"opinion": "not_solved", "missing": "The year 2025"}


@pytest.mark.parametrize("opinion", ["solved", "partly"])
def test_the_author_alone_confirms(opinion):
    outcome = do(request("fulfilled", poll=Poll()), "confirm", "author", given={"opinion": opinion})
    assert (outcome.state, outcome.resolution, outcome.unsolved) == ("closed", opinion, False)


@pytest.mark.parametrize(
    ("before", "state", "resolution", "clock", "happening"),
    [(0, "in_progress", "", "short", "not_solved"), (1, "closed", "disputed", "", None),
     (2, "closed", "disputed", "", None)],
)
def test_not_solved_goes_back_once(before, state, resolution, clock, happening):
    case = request("fulfilled", poll=Poll(), unsolved=before)
    outcome = do(case, "confirm", "author", given=NOT_SOLVED)
    assert (outcome.state, outcome.resolution, outcome.clock, outcome.happening) == (
        state, resolution, clock, happening
    )
    assert outcome.unsolved


def test_not_solved_says_what_is_missing():
    given = {"opinion": "not_solved", "missing": " "}
    assert refused(request("fulfilled"), "confirm", "author", given=given) == ("missing", "missing")
    assert refused(request("fulfilled"), "confirm", "author", given={"opinion": "fine"}) == (
        "opinion_unknown", "opinion"
    )


@pytest.mark.parametrize(
    "author", [Actor("a", frozenset({"author"}), member=True), Actor("a", frozenset({"author", "agency"}))]
)
def test_the_word_of_a_member_of_the_answering_body_does_not_count(author):
    outcome = do(request("fulfilled", poll=Poll(voters=0, author_votes=False)), "confirm", author)
    assert (outcome.state, outcome.counts) == ("fulfilled", False)


def test_a_sysadmin_is_no_member_of_every_body():
    outcome = do(request("fulfilled", poll=Poll()), "confirm", Actor("a", frozenset({"author", "sysadmin"})))
    assert (outcome.state, outcome.resolution) == ("closed", "solved")


@pytest.mark.parametrize(
    ("poll", "state", "resolution"),
    [(Poll(), "closed", "unconfirmed"), (Poll(voters=9, partly=1), "closed", "partly"),
     (Poll(voters=9, not_solved=1), "in_progress", ""),
     (Poll(voters=9, solved=1, not_solved=1), "closed", "unconfirmed")],
)
def test_when_the_time_is_up_what_was_said_decides(poll, state, resolution):
    outcome = do(request("fulfilled", poll=poll), "lapse", "system")
    assert (outcome.state, outcome.resolution) == (state, resolution)


# -- review ---------------------------------------------------------------------------------------------------------


def test_an_upheld_refusal_is_not_reviewed_again():
    assert do(request("under_review"), "uphold", "keeper").resolution == "upheld"
    assert refused(request("refused (upheld)"), "request_review", "author")[0] == "wrong_state"


def test_overturned_the_body_has_a_short_term():
    outcome = do(request("under_review"), "overturn", "keeper")
    assert (outcome.state, outcome.clock, outcome.happening) == ("in_progress", "short", "overturned")


def test_overturned_it_goes_on_in_an_equal_one_that_was_made_meanwhile():
    outcome = do(request("under_review", equal_open="two"), "overturn", "keeper")
    assert (outcome.state, outcome.duplicate_of, outcome.clock, outcome.happening) == ("duplicate", "two", "", None)


# -- joining --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
def test_who_has_the_same_trouble_joins_what_holds_the_key(state):
    case = request(state)
    if case.state in HOLDING:
        check_join(case, PEOPLE["visitor"])
        check_leave(case, PEOPLE["participant"])
        return
    for check, who in ((check_join, "visitor"), (check_leave, "participant")):
        with pytest.raises(Refused, match="not_joinable"):
            check(case, PEOPLE[who])


@pytest.mark.parametrize(
    ("check", "who", "code"),
    [(check_join, "author", "own_request"), (check_join, "participant", "joined_already"),
     (check_leave, "visitor", "not_joined"), (check_leave, "author", "not_joined")],
)
def test_one_joins_once_and_leaves_what_he_joined(check, who, code):
    with pytest.raises(Refused, match=code):
        check(request(), PEOPLE[who])


# -- assignment -----------------------------------------------------------------------------------------------------

ASSIGNABLE = ("submitted", "accepted", "in_progress", "needs_clarification")


@pytest.mark.parametrize(
    ("has", "gets", "may"),
    [(None, "the agency", True), ("the agency", None, True), ("the agency", "the agency", True),
     (None, "colleague", False), ("colleague", "the agency", False), ("colleague", None, False),
     ("the agency", "colleague", False)],
)
def test_an_officer_takes_what_nobody_has_and_the_admin_gives_to_anybody(has, gets, may):
    case = request("accepted", assignee=has)
    check_assign(case, PEOPLE["agency_admin"], gets)
    check_assign(case, PEOPLE["sysadmin"], gets)
    if may:
        check_assign(case, PEOPLE["agency"], gets)
        return
    with pytest.raises(Refused, match="admin_assigns"):
        check_assign(case, PEOPLE["agency"], gets)


@pytest.mark.parametrize("state", STATES)
def test_assigned_while_the_agency_has_something_to_do(state):
    if state in ASSIGNABLE:
        check_assign(request(state), PEOPLE["agency_admin"], "colleague")
        return
    with pytest.raises(Refused, match="not_assignable"):
        check_assign(request(state), PEOPLE["agency_admin"], "colleague")


@pytest.mark.parametrize("who", ["author", "participant", "keeper", "moderator", "system", "visitor"])
def test_only_the_agency_assigns(who):
    with pytest.raises(Refused, match="wrong_role"):
        check_assign(request(), PEOPLE[who], None)


def test_accepted_and_given_to_somebody_at_once():
    assert do(request(), "accept", "agency_admin", given={"assignee": "colleague"}).assignee == "colleague"
    assert do(request(), "accept", given={}).assignee is None
    assert refused(request(), "accept", given={"assignee": "colleague"}) == ("admin_assigns", "assignee")


# -- what is recorded -----------------------------------------------------------------------------------------------


def test_the_event_has_codes_and_days_and_no_text():
    event = do(request(), "refuse", "agency_admin").told("id", "UR-2026-000001")
    assert event.public() == {
        "number": "UR-2026-000001", "before": "submitted", "state": "refused", "resolution": "", "ground": "secret",
        "waits_until": "2026-03-25",
    }
    assert event.private() == {}


def test_who_the_new_author_is_stays_private():
    event = do(request(heir="second"), "withdraw", "author").told("id", "UR-2026-000001")
    assert event.private() == {"author": "second"}
    assert "second" not in event.public().values()


def test_what_somebody_said_stays_private():
    event = do(request("fulfilled", poll=Poll(voters=3)), "confirm", "participant").told("id", "UR-2026-000001")
    assert (event.private(), "opinion" in event.public()) == ({"opinion": "solved"}, False)


def test_a_transfer_tells_both_bodies_and_the_new_deadline():
    event = do(request(), "transfer", "agency_admin").told("id", "UR-2026-000001", TODAY)
    public = event.public()
    assert (public["from_agency"], public["agency"], public["deadline"]) == ("health", "education", "2026-03-04")


def test_limits_name_no_ground_by_themselves():
    assert refused(request(), "refuse", "agency_admin", limits=replace(LIMITS, grounds=frozenset()))[0] == (
        "ground_unknown"
    )
    assert OTHER.state in HOLDING
