"""Every condition at its edge: the last day that is in time, and one day later; the last time, and once more."""
from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from civic_requests.cases import CALENDAR, DAY, LIMITS, PEOPLE, STATES, TODAY, do, offered, refused, request

from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_core.domain.working_days import Calendar, Override
from ckanext.civic_requests.domain.facts import Actor, waits_until

RUNNING = ("submitted", "accepted", "in_progress")


def _refusal(*args, **changes):
    with pytest.raises(Refused) as refusal:
        do(*args, **changes)
    return refusal.value


# -- questions and extension -----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", RUNNING)
@pytest.mark.parametrize("step", ["ask", "extend"])
def test_asked_or_extended_on_the_last_day_but_not_after_it(state, step):
    case = request(state, deadline=TODAY)
    assert do(case, step).transition == step
    assert refused(case, step, today=TODAY + DAY) == ("past_deadline", "message")
    assert _refusal(case, step, today=TODAY + DAY).params == {"deadline": TODAY}


@pytest.mark.parametrize("step", ["ask", "extend"])
def test_without_a_deadline_nothing_is_asked_or_extended(step):
    assert refused(request(deadline=None), step)[0] == "past_deadline"


def test_asked_twice_and_not_a_third_time():
    assert do(request(questions=1), "ask").state == "needs_clarification"
    assert _refusal(request(questions=2), "ask").params == {"most": 2}
    assert refused(request(questions=2), "ask") == ("asked_too_often", "message")


def test_extended_once():
    assert refused(request(extended=True), "extend") == ("extended_already", "message")


@pytest.mark.parametrize("furthest", [None, TODAY + 10 * DAY])
def test_no_extension_where_the_terms_have_none(furthest):
    assert refused(request(extendable_to=furthest), "extend") == ("extension_not_allowed", "message")
    assert "extend" not in offered(request(extendable_to=furthest), "agency")


@pytest.mark.parametrize("days", [1, 16])
def test_extended_to_a_day_that_was_named(days):
    until = TODAY + (10 + days) * DAY
    assert do(request(), "extend", given={"reason": "Why", "until": until}).until == until


@pytest.mark.parametrize("days", [0, 17])
def test_a_day_before_or_beyond_the_extension(days):
    given = {"reason": "Why", "until": TODAY + (10 + days) * DAY}
    refusal = _refusal(request(), "extend", given=given)
    assert (refusal.code, refusal.field) == ("extension_out_of_range", "until")
    assert refusal.params == {"first": TODAY + 11 * DAY, "last": TODAY + 26 * DAY}


def test_extended_by_all_that_is_allowed_where_no_day_is_named():
    assert do(request(), "extend", given={"reason": "Why"}).until is None


# -- transfer ---------------------------------------------------------------------------------------------------

#: came on a Friday: Monday, Tuesday and Wednesday are the three working days
FRIDAY = date(2026, 2, 27)


def test_passed_on_within_three_working_days_and_not_on_the_fourth():
    case = request(reached_on=FRIDAY)
    assert do(case, "transfer", "agency_admin", today=date(2026, 3, 4)).agency == "education"
    refusal = _refusal(case, "transfer", "agency_admin", today=date(2026, 3, 5))
    assert (refusal.code, refusal.params) == ("too_late_to_pass_on", {"last": date(2026, 3, 4)})


def test_a_holiday_among_the_three_days_gives_one_more():
    calendar = Calendar(holidays={date(2026, 3, 3): "A holiday"})
    case = request(reached_on=FRIDAY)
    assert do(case, "transfer", "agency_admin", today=date(2026, 3, 5), calendar=calendar).agency == "education"
    assert refused(case, "transfer", "agency_admin", today=date(2026, 3, 6), calendar=calendar)[0] == (
        "too_late_to_pass_on"
    )


def test_a_day_that_was_made_a_working_day_later_takes_no_time_away():
    saturday, recorded = date(2026, 2, 28), date(2026, 3, 2)
    calendar = Calendar(overrides=(Override(saturday, "working", recorded),))
    assert do(request(reached_on=FRIDAY), "transfer", "agency_admin", today=date(2026, 3, 4), calendar=calendar)


def test_a_body_passes_a_request_on_once():
    assert refused(request(passed_on_by=("health",)), "transfer", "agency_admin")[0] == "passed_on_by_body"


def test_passed_on_twice_in_all():
    assert do(request(passed_on_by=("defence",)), "transfer", "agency_admin").state == "submitted"
    case = request(passed_on_by=("defence", "culture"))
    assert _refusal(case, "transfer", "agency_admin").code == "passed_on_too_often"
    assert _refusal(case, "transfer", "agency_admin").params == {"most": 2}


@pytest.mark.parametrize("who", ["keeper", "sysadmin"])
def test_the_keeper_passes_it_on_at_any_time(who):
    case = request(reached_on=date(2025, 1, 1), passed_on_by=("defence", "culture", "health"), deadline=TODAY - DAY)
    outcome = do(case, "transfer", who)
    assert (outcome.agency, outcome.by_keeper) == ("education", True)


def test_not_to_the_body_that_has_it():
    given = {"agency": "health", "reason": "Why"}
    assert refused(request(), "transfer", "keeper", given=given) == ("same_agency", "agency")


# -- what lapses, and until when one may ask for more -------------------------------------------------------------

#: ten working days after Wednesday 4 March, fifteen, and thirty calendar days (3 April is a Friday)
TENTH, FIFTEENTH, THIRTIETH = date(2026, 3, 18), date(2026, 3, 25), date(2026, 4, 3)


@pytest.mark.parametrize("state", ["needs_clarification", "fulfilled"])
def test_it_lapses_after_ten_working_days_and_not_on_the_tenth(state):
    case = request(state, since=TODAY)
    refusal = _refusal(case, "lapse", "system", today=TENTH)
    assert (refusal.code, refusal.params) == ("too_soon", {"last": TENTH})
    assert do(case, "lapse", "system", today=TENTH + DAY).state == "closed"


@pytest.mark.parametrize("who", ["author", "participant"])
def test_reopened_up_to_the_thirtieth_day(who):
    case = request("closed (no_answer)", since=TODAY)
    assert do(case, "reopen", who, today=THIRTIETH).state == "in_progress"
    assert refused(case, "reopen", who, today=THIRTIETH + DAY) == ("too_late", "message")


@pytest.mark.parametrize("state", ["refused", "closed (disputed)"])
def test_a_review_is_asked_for_up_to_the_fifteenth_working_day(state):
    case = request(state, since=TODAY)
    assert do(case, "request_review", "author", today=FIFTEENTH).state == "under_review"
    refusal = _refusal(case, "request_review", "author", today=FIFTEENTH + DAY)
    assert (refusal.code, refusal.params) == ("too_late", {"last": FIFTEENTH})


def test_a_term_of_the_operator_is_the_one_that_counts():
    limits = replace(LIMITS, questions=1, clarification=replace(LIMITS.clarification, n=2))
    assert refused(request(questions=1), "ask", limits=limits)[0] == "asked_too_often"
    case = request("needs_clarification", since=TODAY)
    assert do(case, "lapse", "system", today=TODAY + 3 * DAY + 2 * DAY, limits=limits).state == "closed"


@pytest.mark.parametrize(
    ("state", "last"),
    [("routing", date(2026, 3, 6)), ("needs_clarification", TENTH), ("fulfilled", TENTH), ("refused", FIFTEENTH),
     ("closed (disputed)", FIFTEENTH), ("closed (no_answer)", THIRTIETH), ("under_review", TENTH)],
)
def test_how_long_each_state_waits(state, last):
    case = request(state)
    assert waits_until(case.state, case.resolution, TODAY, LIMITS, CALENDAR) == last


@pytest.mark.parametrize(
    "state", sorted(set(STATES) - {
        "routing", "needs_clarification", "fulfilled", "refused", "closed (disputed)", "closed (no_answer)",
        "under_review",
    })
)
def test_the_other_states_wait_for_nothing(state):
    case = request(state)
    assert waits_until(case.state, case.resolution, TODAY, LIMITS, CALENDAR) is None


def test_not_reopened_where_the_same_was_asked_again():
    refusal = _refusal(request("closed (no_answer)", equal_open="two"), "reopen", "author")
    assert (refusal.code, refusal.params) == ("equal_open", {"request": "two"})


# -- who judges ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["uphold", "overturn"])
def test_nobody_reviews_what_he_decided(step):
    keeper = Actor("k", frozenset({"keeper"}))
    case = request("under_review", decided_by=frozenset({"k"}))
    assert refused(case, step, keeper) == ("decided_before", "message")
    assert refused(case, step, Actor("k", frozenset({"sysadmin"})))[0] == "decided_before"
    assert do(case, step, Actor("another", frozenset({"keeper"})))


@pytest.mark.parametrize("step", ["uphold", "overturn"])
@pytest.mark.parametrize(
    "actor",
    [Actor("k", frozenset({"keeper", "author"})), Actor("k", frozenset({"keeper", "participant"})),
     Actor("k", frozenset({"keeper", "agency"})), Actor("k", frozenset({"keeper", "agency_admin"})),
     Actor("k", frozenset({"keeper"}), member=True)],
)
def test_who_asked_or_answers_does_not_judge(step, actor):
    assert refused(request("under_review"), step, actor) == ("involved", "message")


def test_the_authorised_body_does_not_review_its_own_refusal():
    for state, step, who in (("refused", "request_review", "author"), ("closed (disputed)", "request_review", "author"),
                             ("under_review", "uphold", "keeper"), ("under_review", "overturn", "keeper")):
        case = request(state, own_body=True)
        assert refused(case, step, who) == ("own_refusal", "message")
        assert step not in offered(case, who)


# -- who confirms ---------------------------------------------------------------------------------------------------


def test_one_answer_each():
    actor = replace(PEOPLE["author"], confirmed=True)
    assert refused(request("fulfilled"), "confirm", actor) == ("confirmed_already", "message")


def test_who_joined_after_the_answer_is_not_asked():
    actor = replace(PEOPLE["participant"], joined_later=True)
    assert refused(request("fulfilled"), "confirm", actor) == ("joined_after_answer", "message")
    assert offered(request("fulfilled"), actor) == []
