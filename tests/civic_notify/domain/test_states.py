"""Every step from every state: what leads on, and what must change nothing."""
from __future__ import annotations

import pytest

from ckanext.civic_notify.domain import states

STEPS = ("claim", "put_back", "accept", "fail", "refuse", "expire", "suppress", "confirm", "resend")
#: what each state allows; the rest of the matrix must be refused
ALLOWED = {
    "queued": {"claim": "claimed", "suppress": "suppressed", "expire": "expired"},
    "claimed": {
        "claim": "claimed", "put_back": "queued", "accept": "sent", "fail": "failed_temporary",
        "refuse": "failed_permanent", "expire": "expired", "suppress": "suppressed",
    },
    "sent": {"confirm": "delivered", "refuse": "failed_permanent"},
    "delivered": {},
    "failed_temporary": {"claim": "claimed", "expire": "expired", "suppress": "suppressed"},
    "failed_permanent": {"resend": "queued"},
    "expired": {"resend": "queued"},
    "suppressed": {},
}


@pytest.mark.parametrize("state", states.STATES)
@pytest.mark.parametrize("step", STEPS)
def test_each_step_from_each_state(state, step):
    assert states.after(state, step) == ALLOWED[state].get(step)


def test_the_matrix_is_whole():
    assert {step for _, step in states.MOVES} == set(STEPS)
    assert set(ALLOWED) == set(states.STATES)


@pytest.mark.parametrize("state", states.FINAL)
def test_nothing_but_an_operator_leaves_an_end(state):
    assert set(ALLOWED[state]) <= {"resend"}


@pytest.mark.parametrize("step", STEPS)
def test_where_a_step_leads_on_from(step):
    assert set(states.before(step)) == {state for state, steps in ALLOWED.items() if step in steps}
