"""The states of a delivery, and every step between them.

``queued -> claimed -> sent -> delivered``; a provider that cannot now leads to ``failed_temporary`` and back to a
claim; what can never succeed to ``failed_permanent``; what is no longer to be told to ``suppressed`` (with a reason)
or ``expired``. A final state is never left, but for an operator who sends a dead letter again.
"""
from __future__ import annotations

from collections.abc import Mapping

QUEUED, CLAIMED, SENT, DELIVERED = "queued", "claimed", "sent", "delivered"
FAILED_TEMPORARY, FAILED_PERMANENT = "failed_temporary", "failed_permanent"
EXPIRED, SUPPRESSED = "expired", "suppressed"

STATES = (QUEUED, CLAIMED, SENT, DELIVERED, FAILED_TEMPORARY, FAILED_PERMANENT, EXPIRED, SUPPRESSED)
#: a worker may take these when their time has come
WAITING = (QUEUED, FAILED_TEMPORARY)
#: nothing more will happen by itself
FINAL = (DELIVERED, FAILED_PERMANENT, EXPIRED, SUPPRESSED)

#: why a delivery was not sent on purpose; each has a sentence for people
SUPPRESSED_BECAUSE = (
    "unsubscribed", "paused", "no_address", "account_gone", "may_not_read", "channel_off", "cap_reached",
    "no_longer_true", "too_old", "refused_for_good", "nothing_left",
)

#: (state, step) -> the state after it; what is not here must not happen
MOVES: Mapping[tuple[str, str], str] = {
    (QUEUED, "claim"): CLAIMED,
    (FAILED_TEMPORARY, "claim"): CLAIMED,
    (CLAIMED, "claim"): CLAIMED,  # the lease of a worker that died ran out
    (CLAIMED, "put_back"): QUEUED,
    (CLAIMED, "accept"): SENT,
    (CLAIMED, "fail"): FAILED_TEMPORARY,
    (CLAIMED, "refuse"): FAILED_PERMANENT,
    (CLAIMED, "expire"): EXPIRED,
    (CLAIMED, "suppress"): SUPPRESSED,
    (QUEUED, "suppress"): SUPPRESSED,
    (QUEUED, "expire"): EXPIRED,
    (FAILED_TEMPORARY, "expire"): EXPIRED,
    (FAILED_TEMPORARY, "suppress"): SUPPRESSED,
    (SENT, "confirm"): DELIVERED,
    (SENT, "refuse"): FAILED_PERMANENT,  # a receipt or a bounce says that it did not arrive
    (FAILED_PERMANENT, "resend"): QUEUED,
    (EXPIRED, "resend"): QUEUED,
}


def after(state: str, step: str) -> str | None:
    """The state after a step; None where the step is not allowed, such as a receipt that comes twice or late."""
    return MOVES.get((state, step))


def before(step: str) -> tuple[str, ...]:
    """The states from which a step leads on."""
    return tuple(state for state, one in MOVES if one == step)
