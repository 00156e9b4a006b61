"""The steps of an edition and the days on which it may come into force."""
from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_list.domain.editions import (
    STATES,
    Facts,
    check_approval,
    check_effective,
    check_open,
    check_submission,
    step,
)

ALLOWED = {
    ("draft", "submit"): "submitted", ("submitted", "return"): "draft", ("submitted", "approve"): "approved",
    ("draft", "withdraw"): "withdrawn", ("submitted", "withdraw"): "withdrawn", ("approved", "supersede"): "superseded",
    ("approved", "revoke"): "revoked", ("superseded", "revoke"): "revoked", ("superseded", "reinstate"): "approved",
}
NAMES = ("submit", "return", "approve", "withdraw", "supersede", "revoke", "reinstate", "publish")
SUBMITTED = Facts("submitted", "№ 1", date(2025, 1, 20), submitted_by="keeper", rows=148)


@pytest.mark.parametrize(("state", "name"), list(product(STATES, NAMES)))
def test_an_edition_takes_only_the_steps_of_its_state(state, name):
    if (state, name) in ALLOWED:
        assert step(state, name) == ALLOWED[state, name]
    else:
        with pytest.raises(Refused) as refused:
            step(state, name)
        assert (refused.value.code, refused.value.params) == ("edition_step", {"state": state, "step": name})


@pytest.mark.parametrize("state", STATES)
def test_only_the_rows_of_a_draft_change(state):
    if state == "draft":
        check_open(state)
        return
    with pytest.raises(Refused, match="edition_closed"):
        check_open(state)


def test_an_empty_list_is_not_submitted():
    check_submission(Facts("draft", rows=1))
    with pytest.raises(Refused, match="edition_empty"):
        check_submission(Facts("draft"))


@pytest.mark.parametrize(
    ("edition", "approver", "code", "field"),
    [
        (Facts("submitted", " ", date(2025, 1, 20)), "approver", "act_missing", "act_number"),
        (Facts("submitted", "№ 1"), "approver", "act_missing", "act_date"),
        (SUBMITTED, "keeper", "second_person", "id"),
    ],
)
def test_what_is_missing_for_approval(edition, approver, code, field):
    with pytest.raises(Refused) as refused:
        check_approval(edition, approver, two_persons=True)
    assert (refused.value.code, refused.value.field) == (code, field)


@pytest.mark.parametrize(("approver", "two_persons"), [("approver", True), ("keeper", False)])
def test_who_may_approve(approver, two_persons):
    check_approval(SUBMITTED, approver, two_persons=two_persons)


APPROVED_ON = date(2025, 1, 20)


@pytest.mark.parametrize("day", [APPROVED_ON, date(2026, 1, 1)])
def test_a_day_from_the_approval_on(day):
    check_effective(day, APPROVED_ON, [date(2024, 2, 1)])


@pytest.mark.parametrize(
    ("day", "others", "back_dating", "code"),
    [
        (date(2025, 1, 19), [], False, "effective_before_approval"),
        (date(2025, 2, 1), [date(2025, 2, 1)], False, "effective_too_early"),
        (date(2025, 2, 1), [date(2024, 2, 1), date(2025, 3, 1)], True, "effective_too_early"),
    ],
)
def test_a_day_that_is_too_early(day, others, back_dating, code):
    with pytest.raises(Refused, match=code):
        check_effective(day, APPROVED_ON, others, back_dating=back_dating)


def test_an_operator_may_allow_a_day_before_the_approval():
    check_effective(date(2025, 1, 1), APPROVED_ON, [date(2024, 2, 1)], back_dating=True)
