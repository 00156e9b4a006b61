"""Hours of digests and of quiet, in both zones and around midnight."""
from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.civic_notify.domain import times

ALMATY = ZoneInfo("Asia/Almaty")


def at(text: str, zone: ZoneInfo = ALMATY) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(("after", "tempo", "hour", "due"), [
    ("2026-03-04T08:59", "daily", 9, "2026-03-04T09:00"),
    ("2026-03-04T09:00", "daily", 9, "2026-03-05T09:00"),
    ("2026-03-04T23:59", "daily", 0, "2026-03-05T00:00"),
    ("2026-12-31T12:00", "daily", 9, "2027-01-01T09:00"),
    ("2026-03-04T12:00", "weekly", 9, "2026-03-09T09:00"),
    ("2026-03-09T08:00", "weekly", 9, "2026-03-09T09:00"),
    ("2026-03-09T09:00", "weekly", 9, "2026-03-16T09:00"),
])
def test_a_digest_comes_at_its_readers_hour(after, tempo, hour, due):
    assert times.digest_due(at(after), tempo, hour, ALMATY) == at(due)


def test_the_hour_is_that_of_the_portals_zone():
    before_midnight_in_utc = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)  # 04:30 of the 4th in Almaty
    assert times.digest_due(before_midnight_in_utc, "daily", 9, ALMATY) == at("2026-03-04T09:00")
    assert times.digest_due(before_midnight_in_utc, "daily", 9, ZoneInfo("UTC")) == datetime(2026, 3, 4, 9, tzinfo=UTC)


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1)), st.integers(0, 23), st.sampled_from(["daily", "weekly"]),
)
def test_a_digest_lies_ahead_and_not_farther_than_its_tempo(moment, hour, tempo):
    now = moment.replace(tzinfo=UTC)
    due = times.digest_due(now, tempo, hour, ALMATY)
    assert 0 < (due - now).total_seconds() <= (7 if tempo == "weekly" else 1) * 86400
    assert due.astimezone(ALMATY).hour == hour


@pytest.mark.parametrize(("now", "quiet", "until"), [
    ("2026-03-04T22:00", ("22:00", "08:00"), "2026-03-05T08:00"),
    ("2026-03-05T00:00", ("22:00", "08:00"), "2026-03-05T08:00"),
    ("2026-03-05T07:59", ("22:00", "08:00"), "2026-03-05T08:00"),
    ("2026-03-05T08:00", ("22:00", "08:00"), None),
    ("2026-03-04T21:59", ("22:00", "08:00"), None),
    ("2026-03-04T13:00", ("12:00", "14:00"), "2026-03-04T14:00"),
    ("2026-03-04T14:00", ("12:00", "14:00"), None),
    ("2026-03-04T14:00", ("14:00", "14:00"), None),
    ("2026-12-31T23:30", ("23:00", "07:30"), "2027-01-01T07:30"),
])
def test_quiet_hours_hold_back_until_their_end(now, quiet, until):
    hours = (time.fromisoformat(quiet[0]), time.fromisoformat(quiet[1]))
    assert times.quiet_until(at(now), hours, ALMATY) == (at(until) if until else None)


def test_who_named_no_quiet_hours_has_none():
    assert times.quiet_until(at("2026-03-04T03:00"), None, ALMATY) is None


def test_each_day_has_a_digest_of_its_own():
    assert times.stamp(datetime(2026, 3, 3, 20, tzinfo=UTC), "daily", ALMATY) == "daily 2026-03-04"
    assert times.stamp(datetime(2026, 3, 3, 20, tzinfo=UTC), "daily", ZoneInfo("UTC")) == "daily 2026-03-03"
