"""When a message is tried again, when it is given up, and when a channel rests."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.civic_notify.domain import retry

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(("attempts", "jitter", "seconds"), [
    (1, 0.0, 15), (1, 0.5, 22.5), (2, 0.0, 30), (3, 0.0, 60), (7, 0.0, 960), (8, 0.0, 1800), (50, 0.0, 1800),
    (50, 0.999, 3598.2),
])
def test_the_wait_grows_to_an_hour(attempts, jitter, seconds):
    assert retry.wait(attempts, jitter).total_seconds() == pytest.approx(seconds)


def test_a_provider_that_asks_for_time_gets_it():
    assert retry.wait(1, 0.0, asked=120) == timedelta(seconds=120)
    assert retry.wait(9, 0.0, asked=5) == timedelta(seconds=1800)


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True), st.none() | st.floats(0, 7200))
def test_the_wait_is_never_nothing_and_never_endless(attempts, jitter, asked):
    assert timedelta(seconds=15) <= retry.wait(attempts, jitter, asked) <= timedelta(hours=2)


def test_it_is_given_up_after_a_day():
    assert not retry.gives_up(NOW, NOW + timedelta(hours=24), 24)
    assert retry.gives_up(NOW, NOW + timedelta(hours=24, seconds=1), 24)


@given(st.floats(0, 1, exclude_max=True))
def test_a_day_holds_many_tries(jitter):
    at, attempts = NOW, 1
    while not retry.gives_up(NOW, at := at + retry.wait(attempts, jitter), 24):
        attempts += 1
    assert 24 <= attempts <= 60


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, None), (2, None), (3, 30), (4, 60), (5, 120), (9, 900), (99, 900)],
)
def test_a_channel_rests_longer_each_time(failures, seconds):
    assert retry.rest(failures) == (timedelta(seconds=seconds) if seconds else None)


def test_a_channel_rests_at_once_where_the_provider_says_so():
    assert retry.rest(1, asked=40) == timedelta(seconds=40)
