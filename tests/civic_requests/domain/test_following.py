"""A request after a step, and long random lives that never break a promise."""
from __future__ import annotations

from dataclasses import replace

from civic_requests.cases import CALENDAR, DAY, GIVEN, LIMITS, OTHER, PEOPLE, TODAY, do, request
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.civic_requests.domain.confirmation import Poll
from ckanext.civic_requests.domain.deadlines import Happening, extendable_to, extension, turns
from ckanext.civic_requests.domain.facts import Actor, Request
from ckanext.civic_requests.domain.following import after
from ckanext.civic_requests.domain.moving import Outcome, move, open_to
from ckanext.civic_requests.domain.states import HOLDING, MOVES, OPEN, RESOLUTIONS, RUNNING
from ckanext.civic_requests.domain.terms import Rules

RULES = Rules()


def _then(case, transition, who="agency", **changes):
    return after(case, do(case, transition, who, **changes), PEOPLE[who], TODAY)


def test_a_question_is_counted_and_it_is_known_where_the_request_was():
    asked = _then(request("in_progress"), "ask")
    assert (asked.state, asked.before, asked.questions, asked.since) == (
        "needs_clarification", "in_progress", 1, TODAY
    )


def test_an_extension_is_used_up():
    extended = _then(request("accepted"), "extend")
    assert (extended.state, extended.extended, extended.since) == ("accepted", True, TODAY - DAY)


def test_a_transfer_is_counted_for_the_body_and_not_for_the_keeper():
    passed = _then(request(), "transfer", "agency_admin")
    assert (passed.agency, passed.reached_on, passed.transfers, passed.passed_on_by) == (
        "education", TODAY, 1, ("health",)
    )
    passed = _then(request(), "transfer", "keeper")
    assert (passed.transfers, passed.passed_on_by) == (1, ())


def test_who_has_it_is_kept_until_another_body_has_it():
    taken = _then(request(), "accept", given={"assignee": "the agency"})
    assert taken.assignee == "the agency"
    assert _then(taken, "start").assignee == "the agency"
    assert _then(taken, "transfer", "keeper").assignee is None


def test_routing_is_no_transfer():
    routed = _then(request("routing"), "route", "moderator")
    assert (routed.agency, routed.reached_on, routed.transfers) == ("health", TODAY, 0)


def test_each_answer_is_put_to_all_anew():
    spoken = Poll(voters=3, not_solved=2)
    assert _then(request("in_progress", poll=spoken), "fulfil").poll == Poll(voters=3)


def test_a_word_is_counted_but_not_that_of_a_member():
    case = request("fulfilled", poll=Poll(voters=5, partly=1))
    assert _then(case, "confirm", "author").poll == Poll(voters=5, partly=1, solved=1, author="solved")
    member = Actor("m", frozenset({"participant"}), member=True)
    assert after(case, do(case, "confirm", member), member, TODAY).poll == Poll(voters=5, partly=1)


def test_not_solved_is_counted():
    case = request("fulfilled", poll=Poll())
    back = _then(case, "confirm", "author", given={"opinion": "not_solved", "missing": "2025"})
    assert (back.state, back.unsolved) == ("in_progress", 1)


def test_who_decided_is_kept():
    assert _then(request(), "refuse", "agency_admin").decided_by == {"the agency_admin"}
    assert _then(request(), "fulfil").decided_by == {"the agency"}
    again = _then(request("under_review", decided_by=frozenset({"x"})), "overturn", "keeper")
    assert again.decided_by == {"x", "the keeper"}
    assert _then(request(), "ask").decided_by == frozenset()


def test_a_reopened_request_has_ended_in_no_way():
    assert _then(request("closed (no_answer)"), "reopen", "author").resolution == ""


# -- whole lives ----------------------------------------------------------------------------------------------------


class _Life:
    """A request to which, day by day, somebody does something that he may do."""

    def __init__(self, begun: Request) -> None:
        self.request = begun
        self.happenings = [Happening("filed", TODAY, begun.agency or "")]
        self.made: list[Outcome] = []
        self.today = TODAY

    def live(self, draw) -> bool:
        """One more step; False where nobody may do anything any more."""
        self.today += draw(st.integers(0, 12)) * DAY
        open_steps = [(actor, one.transition) for actor in PEOPLE.values() for one in self._offers(actor)]
        if not open_steps:
            return False
        actor, transition = draw(st.sampled_from(open_steps))
        outcome = move(
            self.request, transition, actor, self._given(draw, transition), limits=LIMITS, today=self.today,
            calendar=CALENDAR, other=OTHER,
        )
        self._note(outcome)
        self.request = replace(after(self.request, outcome, actor, self.today), **self._rows())
        self.made.append(outcome)
        return True

    def _offers(self, actor):
        return open_to(self.request, actor, limits=LIMITS, today=self.today, calendar=CALENDAR)

    def _given(self, draw, transition):
        if transition == "transfer":
            others = {"health", "education", "culture", "defence"} - {self.request.agency}
            return {"agency": draw(st.sampled_from(sorted(others))), "reason": "Not ours"}
        if transition == "confirm":
            return {"opinion": draw(st.sampled_from(["solved", "partly", "not_solved"])), "missing": "2025"}
        return GIVEN.get(transition, {})

    def _note(self, outcome):
        """What happened, as the deadline is counted from it."""
        if outcome.happening is None:
            return
        by = extension(self._turn(), RULES, CALENDAR, outcome.until) if outcome.happening == "extended" else None
        body = outcome.agency or ""
        self.happenings.append(Happening(outcome.happening, self.today, body, by, outcome.resolution))

    def _turn(self):
        return turns(self.happenings, RULES, CALENDAR, self.today)[-1]

    def _rows(self):
        if not turns(self.happenings, RULES, CALENDAR, self.today):
            return {"deadline": None, "extendable_to": None}
        turn = self._turn()
        return {"deadline": turn.due, "extendable_to": extendable_to(turn, RULES, CALENDAR)}


@st.composite
def lives(draw: st.DrawFn) -> _Life:
    state = draw(st.sampled_from(["moderation", "routing", "submitted"]))
    heir = draw(st.none() | st.just("second"))
    agency = None if state == "routing" else "health"
    poll = Poll(voters=draw(st.integers(1, 3)))
    life = _Life(request(state, heir=heir, since=TODAY, reached_on=TODAY, agency=agency, poll=poll))
    for _ in range(draw(st.integers(1, 25))):
        if not life.live(draw):
            break
    return life


@settings(max_examples=150, deadline=None)
@given(lives())
def test_no_life_breaks_a_promise(life):
    steps = [one.transition for one in life.made]
    case = life.request
    assert steps.count("ask") <= 2
    assert steps.count("extend") <= 1
    assert len(case.passed_on_by) <= 2
    assert len(set(case.passed_on_by)) == len(case.passed_on_by)
    assert case.resolution in RESOLUTIONS.get(case.state, ("",))
    for one in life.made:
        assert one.state in MOVES[one.before, one.transition].to
        assert one.resolution in RESOLUTIONS.get(one.state, ("",))


@settings(max_examples=150, deadline=None)
@given(lives())
def test_the_clock_is_never_stopped_twice_and_never_runs_on_what_is_answered(life):
    clock = "starts" if life.made[0].before != "routing" else ""
    for one in life.made:
        if one.clock == "pauses":
            assert clock not in ("pauses", "ends", "")
        if one.clock == "resumes":
            assert clock in ("pauses", "ends"), "a lapsed question was paused before"
        if one.clock == "ends" and one.before not in ("moderation", "routing"):
            assert clock != "ends"
        clock = one.clock or clock
        if one.state in ("submitted", "accepted", "in_progress"):
            assert clock not in ("ends", "pauses", "")


@settings(max_examples=150, deadline=None)
@given(lives())
def test_the_count_of_the_deadline_goes_along(life):
    """A body has its turn while it has to answer, and only then; after what it did there is a day left to it."""
    counted = turns(life.happenings, RULES, CALENDAR, life.today)
    case = life.request
    if case.state in (*RUNNING, "needs_clarification"):
        assert (counted[-1].body, counted[-1].until) == (case.agency, None)
        assert counted[-1].paused == (case.state == "needs_clarification")
    elif counted and case.state not in ("moderation", "routing"):
        assert counted[-1].until is not None
    if life.made[-1].happening in ("routed", "clarified", "transferred", "not_solved", "overturned"):
        assert case.state not in RUNNING or counted[-1].due > life.today


@settings(max_examples=100, deadline=None)
@given(lives())
def test_every_life_can_still_end(life):
    """From wherever it is, what the portal and the moderator may do leads out of what holds the key."""
    case = life.request
    if case.state in OPEN:
        assert do(case, "close_as_abuse", "moderator").state not in HOLDING
    elif case.state == "fulfilled":
        assert do(case, "lapse", "system", today=life.today + 60 * DAY).state in ("closed", "in_progress")
    elif case.state == "under_review":
        assert do(case, "uphold", Actor("fresh", frozenset({"keeper"}))).state == "refused"
