"""When a message that could not be handed over is tried again, and when a channel rests.

Full jitter as in "Exponential Backoff And Jitter" (Brooker, AWS Architecture Blog, 2015), with a floor, so that a
provider that comes back is not met by everything at once.
"""
from __future__ import annotations

from datetime import datetime, timedelta

FIRST, LONGEST = timedelta(seconds=30), timedelta(hours=1)
#: failures of the provider in a row after which nothing more is handed over for a while
TRIPS_AFTER = 3
REST, LONGEST_REST = timedelta(seconds=30), timedelta(minutes=15)


def wait(attempts: int, jitter: float, asked: float | None = None) -> timedelta:
    """How long to wait after the so-manieth attempt failed.

    :param attempts: made so far, at least 1.
    :param jitter: a random number of [0, 1).
    :param asked: seconds that the provider asked to wait; never less.
    """
    most = min(FIRST * 2 ** min(attempts - 1, 20), LONGEST)
    chosen = most / 2 + most / 2 * jitter
    return max(chosen, timedelta(seconds=asked or 0))


def gives_up(first_try: datetime, next_try: datetime, hours: int) -> bool:
    """Whether the next try would come too late."""
    return next_try > first_try + timedelta(hours=hours)


def rest(failures: int, asked: float | None = None) -> timedelta | None:
    """How long a channel rests after so many failures in a row; None while it goes on."""
    if failures < TRIPS_AFTER and not asked:
        return None
    chosen = min(REST * 2 ** min(max(failures - TRIPS_AFTER, 0), 20), LONGEST_REST)
    return max(chosen, timedelta(seconds=asked or 0))
