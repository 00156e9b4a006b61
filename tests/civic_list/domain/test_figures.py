from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from owed import WITHIN, day, duty, noon, release, settled

from ckanext.civic_core.domain.ratios import Ratio
from ckanext.civic_list.domain.figures import Counters, DutyRow, Punctual, count, figures, punctual
from ckanext.civic_list.domain.fulfilment import Review

STATES = ("fresh", "due", "overdue", "delinquent", "missing", "not_started", "suspended", "not_applicable")


@pytest.mark.parametrize(
    ("numerator", "denominator", "percent"),
    [
        (1808, 2232, "81.0"), (901, 912, "98.7"), (9996, 10000, "99.9"), (99999, 100000, "99.9"), (7, 7, "100.0"),
        (0, 7, "0.0"), (2, 3, "66.6"),
    ],
)
def test_percentages_are_cut_and_not_rounded(numerator, denominator, percent):
    assert Ratio(numerator, denominator).percent == Decimal(percent)


def test_without_denominator_there_is_no_percentage():
    assert Ratio(0, 0).percent is None


def test_the_published_table_of_march_2025():
    groups = {
        "CGO": Counters(listed=912, published=901, actual=801),
        "MIO": Counters(listed=1080, published=1067, actual=871),
        "QUASI": Counters(listed=533, published=264, actual=136),
    }
    total = sum(groups.values(), Counters(all=3823, all_actual=2559))
    assert (total.listed, total.published, total.actual) == (2525, 2232, 1808)
    found = figures(total)
    assert found.actuality.percent == Decimal("81.0")
    assert found.completeness.percent == Decimal("88.3")
    assert found.delivered.percent == Decimal("71.6")
    assert [str(figures(group).actuality.percent) for group in groups.values()] == ["88.9", "81.6", "51.5"]


def test_suspended_and_not_applicable_stand_beside():
    rows = [DutyRow(state, published=True, covered=True) for state in STATES]
    assert count(rows) == Counters(
        listed=6, published=6, actual=2, covered=6, suspended=1, not_applicable=1
    )


def test_actual_needs_data_that_could_be_opened():
    assert count([DutyRow("fresh", published=False, covered=True)]) == Counters(listed=1)


def test_all_datasets_are_counted_by_their_own_states():
    assert count([], ["fresh", "due", "overdue", "not_started"]) == Counters(all=4, all_actual=2)


rows = st.lists(st.builds(DutyRow, st.sampled_from(STATES), st.booleans(), st.booleans()))


@given(rows, rows)
def test_counters_of_groups_add_up(one, other):
    assert count(one) + count(other) == count([*one, *other])
    total = count([*one, *other])
    assert total.actual <= total.published <= total.listed
    assert total.listed + total.suspended + total.not_applicable == len(one) + len(other)


def test_punctuality_looks_at_the_grace_that_ended_in_twelve_months(kz, periods):
    owing = duty(periods["MONTHLY"], WITHIN, "01.01.2024")
    acts = [release("10.01.2024"), Review(noon(day("10.02.2024")), day("10.02.2024")), release("02.04.2024")]
    obligations = settled(owing, acts, "16.01.2025", kz).obligations
    assert punctual(obligations, day("16.01.2025")) == Punctual(on_time=1, late=1, missed=8, reviewed=1)
    assert punctual(obligations, day("14.02.2024")) == Punctual(on_time=1)
    assert figures(Counters(), Punctual(on_time=3, late=1, missed=2, reviewed=9)).punctuality == Ratio(3, 6)
