"""When a duty may rest and an obligation be excused, and who may agree."""
from __future__ import annotations

from datetime import date

import pytest

from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_list.domain import reliefs
from ckanext.civic_list.domain.obligations import Suspension

TODAY = date(2025, 8, 31)


def d(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(("since", "until", "code"), [
    ("2025-08-31", "2025-09-01", None), ("2025-08-31", "2026-02-28", None), ("2025-09-30", "2026-03-30", None),
    ("2025-08-30", "2025-09-30", "day_passed"), ("2025-09-02", "2025-09-02", "until_before_since"),
    ("2025-09-02", "2025-09-01", "until_before_since"), ("2025-08-31", "2026-03-01", "suspension_too_long"),
    ("2025-09-30", "2026-03-31", "suspension_too_long"),
])
def test_days_of_a_suspension(since, until, code):
    if code is None:
        reliefs.check_days(d(since), d(until), TODAY, 6)
        return
    with pytest.raises(Refused) as caught:
        reliefs.check_days(d(since), d(until), TODAY, 6)
    assert caught.value.code == code


@pytest.mark.parametrize(("since", "until", "free"), [
    ("2025-09-01", "2025-10-01", True), ("2025-11-01", "2025-12-01", True), ("2025-09-01", "2025-10-02", False),
    ("2025-10-31", "2025-12-01", False), ("2025-10-10", "2025-10-20", False), ("2025-09-01", "2025-12-01", False),
])
def test_no_day_is_suspended_twice(since, until, free):
    others = [Suspension(d("2025-10-01"), d("2025-11-01"), "x")]
    if free:
        reliefs.check_free(d(since), d(until), others)
        return
    with pytest.raises(Refused, match="suspension_overlaps"):
        reliefs.check_free(d(since), d(until), others)


def test_a_suspension_agreed_to_late_begins_then():
    assert reliefs.begin(d("2025-08-01"), d("2025-09-15"), TODAY) == TODAY
    assert reliefs.begin(d("2025-09-10"), d("2025-09-15"), TODAY) == d("2025-09-10")
    with pytest.raises(Refused, match="suspension_over"):
        reliefs.begin(d("2025-08-01"), TODAY, TODAY)


def test_it_ends_today_and_never_before_it_began():
    assert reliefs.resume_on(d("2025-08-01"), d("2025-09-15"), TODAY) == TODAY
    assert reliefs.resume_on(d("2025-09-10"), d("2025-09-15"), TODAY) == d("2025-09-10")
    with pytest.raises(Refused, match="suspension_over"):
        reliefs.resume_on(d("2025-08-01"), d("2025-08-31"), TODAY)


@pytest.mark.parametrize(("state", "opens", "code"), [
    ("open", "2025-08-31", None), ("missed", "2025-01-01", None), ("open", "2025-09-01", "obligation_ahead"),
    ("fulfilled", "2025-01-01", "obligation_settled"), ("excused", "2025-01-01", "obligation_settled"),
    ("replaced", "2025-01-01", "obligation_settled"), ("fulfilled_late", "2025-01-01", "obligation_settled"),
])
def test_what_may_be_excused(state, opens, code):
    if code is None:
        reliefs.check_excusable(state, d(opens), TODAY)
        return
    with pytest.raises(Refused) as caught:
        reliefs.check_excusable(state, d(opens), TODAY)
    assert caught.value.code == code


@pytest.mark.parametrize(("rule", "own", "same", "allowed"), [
    (True, False, True, False), (True, True, True, False), (False, True, True, False), (False, False, True, True),
    (True, False, False, True), (False, True, False, True),
])
def test_who_may_agree(rule, own, same, allowed):
    if allowed:
        reliefs.check_second_person("a", "a" if same else "b", rule=rule, own=own)
        return
    with pytest.raises(Refused, match="second_person_relief"):
        reliefs.check_second_person("a", "a", rule=rule, own=own)
