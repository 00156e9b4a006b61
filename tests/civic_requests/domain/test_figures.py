from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from requested import DAY, KZ, day, days, on, rules

from ckanext.civic_core.domain.ratios import Ratio
from ckanext.civic_core.domain.working_days import Term
from ckanext.civic_requests.domain.deadlines import Happening, deadline
from ckanext.civic_requests.domain.figures import Account, Answer, Held, Request, account, by_agency, percentile

FIRST, LATER = day("01.01.2024"), day("31.12.2027")
FILED = on("filed", "02.10.2025", "health")


def told(*happenings: Happening, own: frozenset[str] = frozenset(), upto: date = LATER) -> Account:
    return account(Request((FILED, *happenings), own), rules(), KZ, upto)


def held(body: str, written: str, *, late: bool = False, delay: int = 0, days: int | None = None) -> Held:
    return Held(body, day(written), late, delay, days)


# -- one request -----------------------------------------------------------------------------------------


def test_an_answer_in_time():
    found = told(on("fulfilled", "13.10.2025"), on("closed", "20.10.2025", code="solved"))
    assert found.held == (held("health", "13.10.2025", days=7),)
    assert found.answer == Answer("health", day("13.10.2025"), "fulfilled", confirmation="solved")


def test_what_waits_for_its_answer_counts_from_its_delay_on():
    assert told(upto=day("17.10.2025")) == Account()
    assert told(upto=day("22.10.2025")).held == (held("health", "18.10.2025", late=True, delay=3),)


def test_what_came_later_is_not_known_before():
    life = (on("fulfilled", "13.10.2025"), on("closed", "20.10.2025", code="solved"))
    assert told(*life, upto=day("12.10.2025")) == Account()
    assert told(*life, upto=day("19.10.2025")).answer == Answer("health", day("13.10.2025"), "fulfilled")


def test_each_body_has_the_delay_of_its_own_time():
    found = told(
        on("transferred", "06.10.2025", "labour"), on("transferred", "24.10.2025", "finance"),
        on("refused", "29.10.2025", code="not_ours"),
    )
    assert found.held == (
        held("labour", "24.10.2025", late=True, delay=3), held("finance", "29.10.2025", days=2),
    )
    assert found.answer == Answer("finance", day("29.10.2025"), "refused", "not_ours")


def test_what_was_missed_before_a_succession_stays_with_the_predecessor():
    found = told(on("succeeded", "22.10.2025", "social"), on("fulfilled", "24.10.2025"))
    assert found.held == (held("health", "22.10.2025", late=True, delay=3),)
    assert found.answer == Answer("social", day("24.10.2025"), "fulfilled")


def test_a_second_answer_is_on_time_or_not_and_says_nothing_of_the_days():
    found = told(on("fulfilled", "06.10.2025"), on("not_solved", "07.10.2025"), on("fulfilled", "20.10.2025"),
                 on("closed", "30.10.2025", code="disputed"))
    assert found.held == (
        held("health", "06.10.2025", days=2), held("health", "20.10.2025", late=True, delay=4),
    )
    assert found.answer == Answer("health", day("20.10.2025"), "fulfilled", confirmation="disputed")


def test_a_refusal_that_was_overturned_stands_no_more():
    life = (on("refused", "06.10.2025", code="secret"), on("overturned", "20.10.2025"))
    assert told(*life, upto=day("20.10.2025")).answer is None
    again = told(*life, on("fulfilled", "21.10.2025"), on("closed", "22.10.2025", code="solved"))
    assert again.answer == Answer("health", day("21.10.2025"), "fulfilled", confirmation="solved")


@pytest.mark.parametrize("code", ["abuse", "rejected"])
def test_what_a_moderator_closed_is_outside(code):
    assert told(on("closed", "30.10.2025", code=code)) == Account()


@pytest.mark.parametrize("code", ["withdrawn", "duplicate", "no_answer"])
def test_what_ended_without_answer_counts_only_where_it_was_late(code):
    assert told(on("closed", "13.10.2025", code=code)) == Account()
    assert told(on("closed", "20.10.2025", code=code)).held == (held("health", "20.10.2025", late=True, delay=1),)


def test_requests_by_members_of_the_answering_agency_are_outside_its_figures():
    life = (on("transferred", "20.10.2025", "labour"), on("fulfilled", "21.10.2025"))
    assert told(*life, own=frozenset({"labour"})) == Account(
        (held("health", "20.10.2025", late=True, delay=1),), None
    )
    assert told(*life, own=frozenset({"health"})).held == (held("labour", "21.10.2025", days=1),)


# -- many ------------------------------------------------------------------------------------------------


def test_the_figures_of_an_agency():
    accounts = [
        told(on("fulfilled", "03.10.2025"), on("closed", "06.10.2025", code="solved")),
        told(on("fulfilled", "13.10.2025"), on("closed", "27.10.2025", code="unconfirmed")),
        told(on("fulfilled", "15.10.2025"), on("closed", "16.10.2025", code="partly")),
        told(on("refused", "20.10.2025", code="secret")),
        told(on("refused", "21.10.2025", code="not_ours")),
        told(on("refused", "22.10.2025", code="secret")),
        told(),
    ]
    found = by_agency(accounts, FIRST, day("31.10.2025"))["health"]
    assert (found.answered, found.median, found.ninetieth) == (6, 9, 14)
    assert found.on_time == Ratio(3, 7) and found.on_time.percent == Decimal("42.8")
    assert found.confirmed == Ratio(1, 3) and found.confirmed.percent == Decimal("33.3")
    assert found.refused == Ratio(3, 6)
    assert found.by_ground == {"not_ours": Ratio(1, 6), "secret": Ratio(2, 6)}


def test_only_what_is_dated_in_the_time_counts():
    accounts = [told(on("fulfilled", "03.10.2025")), told(on("fulfilled", "13.10.2025"))]
    found = by_agency(accounts, day("03.10.2025"), day("13.10.2025"))["health"]
    assert (found.answered, found.on_time, found.refused) == (1, Ratio(1, 1), Ratio(0, 1))
    assert by_agency(accounts, day("13.10.2025"), LATER) == {}


def test_a_share_is_cut_and_nothing_is_no_share():
    assert Ratio(9996, 10000).percent == Decimal("99.9")
    assert Ratio(1, 1).percent == Decimal("100.0")
    assert Ratio(0, 0).percent is None


def test_no_values_have_no_percentile():
    assert percentile([], 50) is None


@given(st.lists(st.integers(0, 60), min_size=1, max_size=60), st.integers(1, 100))
def test_the_percentile_is_that_of_a_slow_recount(values, percent):
    enough = [one for one in values if sum(other <= one for other in values) * 100 >= percent * len(values)]
    assert percentile(sorted(values), percent) == min(enough)


# -- against a slow recount ------------------------------------------------------------------------------


@st.composite
def simple(draw: st.DrawFn) -> Request:
    """Filed, perhaps asked about, extended or passed on, and answered in time or late, or never."""
    filed = draw(days)
    life = [Happening("filed", filed, draw(st.sampled_from("ab")))]
    now = filed + draw(st.integers(0, 12)) * DAY
    if draw(st.booleans()):
        life.append(Happening("asked", now))
        now += draw(st.integers(0, 9)) * DAY
        life.append(Happening("clarified", now))
    if draw(st.booleans()):
        life.append(Happening("extended", now, by=Term(15, "calendar_day")))
    if draw(st.booleans()):
        now += draw(st.integers(0, 40)) * DAY
        life.append(Happening("transferred", now, draw(st.sampled_from("cd"))))
    answer = draw(st.sampled_from(("fulfilled", "refused", "")))
    if answer:
        now += draw(st.integers(0, 45)) * DAY
        life.append(Happening(answer, now, code="secret" if answer == "refused" else ""))
    if answer == "fulfilled" and draw(st.booleans()):
        code = draw(st.sampled_from(("solved", "partly", "unconfirmed", "disputed")))
        life.append(Happening("closed", now + 3 * DAY, code=code))
    return Request(tuple(life), draw(st.frozensets(st.sampled_from("abcd"), max_size=1)))


def slowly(requests: list[Request], body: str, upto: date) -> tuple[object, ...]:
    """The figures of one body, from the facts and the deadlines alone."""
    took, on_time, turns, confirmed, closed, refused, answers = [], 0, 0, 0, 0, 0, 0
    for request in requests:
        life = request.happenings
        still = {one for a, b in pairwise(life) if a.kind == "asked" for one in _between(a.on, b.on)}
        starts = [n for n, one in enumerate(life) if one.kind in ("filed", "transferred")]
        for n, end in zip(starts, [*starts[1:], None], strict=True):
            if life[n].body != body or body in request.own:
                continue
            last = deadline(life[: end], rules(), KZ, upto)
            ends = life[end] if end else next((one for one in life if one.kind in ("fulfilled", "refused")), None)
            late = last is not None and (ends.on if ends else upto) > last
            answered = ends is not None and ends.kind != "transferred"
            turns += answered or late
            on_time += answered and not late
            if ends is not None and answered:
                between = [one for one in _between(life[n].on + DAY, ends.on) if KZ.is_working(one)]
                took.append(sum(one not in still for one in between))
                answers += 1
                refused += ends.kind == "refused"
                closed += life[-1].kind == "closed"
                confirmed += life[-1].code == "solved"
    half, most = (sorted(took)[math.ceil(len(took) * p / 100) - 1] if took else None for p in (50, 90))
    return len(took), half, most, on_time, turns, confirmed, closed, refused, answers


def _between(first: date, last: date) -> list[date]:
    return [first + n * DAY for n in range((last - first).days + 1)]


@given(st.lists(simple(), max_size=25))
@settings(max_examples=60, deadline=None)
def test_the_figures_are_those_of_a_slow_recount(requests):
    upto = day("30.06.2028")
    found = by_agency([account(one, rules(), KZ, upto) for one in requests], date.min, upto)
    for body in "abcd":
        slow = slowly(requests, body, upto)
        if body not in found:
            assert slow == (0, None, None, 0, 0, 0, 0, 0, 0)
            continue
        one = found[body]
        assert slow == (
            one.answered, one.median, one.ninetieth, one.on_time.numerator, one.on_time.denominator,
            one.confirmed.numerator, one.confirmed.denominator, one.refused.numerator, one.refused.denominator,
        )
