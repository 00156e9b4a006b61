"""What bodies gain and lose: every duty that changes hands is counted once at each end."""
from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ckanext.civic_list.domain.impact import Balance, balances, total


def test_duties_that_stay_are_nobody_s_gain():
    assert balances({("A-1", "mz")}, {("A-1", "mz")}) == {}


def test_new_lost_and_moved_duties():
    before = {("A-1", "mz"), ("A-2", "mz"), ("A-3", "mz")}
    after = {("A-1", "mz"), ("A-2", "mt"), ("A-4", "mt"), ("A-4", "mp")}
    assert balances(before, after) == {
        "mz": Balance(lost=1, moved_out=1), "mt": Balance(new=1, moved_in=1), "mp": Balance(new=1),
    }


def test_a_member_that_joins_a_group_gains_a_new_duty():
    common = {("A-1", body) for body in ("almaty", "astana")}
    assert balances(common, {*common, ("A-1", "shymkent")}) == {"shymkent": Balance(new=1)}


_duties = st.sets(st.tuples(st.sampled_from(["A-1", "A-2", "A-3"]), st.sampled_from(["mz", "mt", "mp"])))


@given(_duties, _duties)
def test_the_sums_are_the_difference(before, after):
    sums = total(balances(before, after).values())
    assert sums.new + sums.moved_in == len(after - before)
    assert sums.lost + sums.moved_out == len(before - after)
