from __future__ import annotations

import pytest
from requested import KZ, day

from ckanext.civic_core.domain.working_days import Calendar, Override, Term
from ckanext.civic_requests.domain import lapses
from ckanext.civic_requests.domain.facts import Limits


@pytest.mark.parametrize(
    ("name", "start", "last"),
    [
        ("clarify_until", "02.10.2025", "16.10.2025"),
        ("confirm_until", "31.12.2024", "17.01.2025"),
        ("reopen_until", "02.10.2025", "03.11.2025"),
        ("review_until", "02.10.2025", "23.10.2025"),
        ("decide_until", "17.10.2025", "03.11.2025"),
        ("route_until", "03.10.2025", "07.10.2025"),
        ("transfer_until", "20.03.2025", "28.03.2025"),
    ],
)
def test_the_last_day(name, start, last):
    found = getattr(lapses, name)(day(start), KZ)
    assert found == day(last)
    assert not lapses.is_over(found, found) and lapses.is_over(found, found + (day("02.01.2025") - day("01.01.2025")))


def test_a_portal_may_wait_longer():
    assert lapses.route_until(day("03.10.2025"), KZ, Limits(routing=Term(5))) == day("10.10.2025")


def test_a_day_made_a_working_day_later_shortens_nothing():
    moved = Calendar(overrides=(Override(day("04.10.2025"), "working", day("03.10.2025")),))
    assert lapses.route_until(day("03.10.2025"), moved) == day("07.10.2025")
