from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ckanext.civic_list.domain.releases import Evidence, read

START = datetime(2025, 10, 1, 5, 0, tzinfo=UTC)


def seen(content: str = "a", minutes: int = 0, **facts) -> Evidence:
    at = START + timedelta(minutes=minutes)
    said = {"dataset": "d", "at": at, "day": at.date(), "how": "upload", "content": content, "by": "x"}
    return Evidence(**{**said, **facts})


def told(*evidence: Evidence) -> list[int | str]:
    """For each piece of evidence the number of its release, or why it does not count."""
    return [verdict.release or verdict.reason for verdict in read(evidence).verdicts]


DAY = 24 * 60


def test_new_content_is_a_numbered_release():
    reading = read([seen("a"), seen("b", DAY)])
    assert [verdict.release for verdict in reading.verdicts] == [1, 2]
    assert [(one.number, one.day, one.contents) for one in reading.releases] == [
        (1, START.date(), ("a",)),
        (2, START.date() + timedelta(days=1), ("b",)),
    ]


@pytest.mark.parametrize(
    ("later", "reason"),
    [
        (seen("", DAY), "metadata_only"),
        (seen("a", DAY, bytes="1"), "same_bytes"),
        (seen("a", DAY, bytes="2"), "same_content"),
        (seen("b", DAY, how="http_header"), "header_only"),
        (seen("b", DAY, public=False), "not_public"),
        (seen("a", DAY, dataset="made anew"), "same_content"),
        (seen("a", DAY, dataset="made anew", how="harvest", by="y"), "same_content"),
    ],
)
def test_what_does_not_count_says_why(later, reason):
    assert told(seen("a", bytes="1"), later) == [1, reason]


def test_the_content_of_any_earlier_release_does_not_count_ever():
    reading = read([seen("a"), seen("b", DAY), seen("a", 400 * DAY), seen("c", 401 * DAY)])
    assert [verdict.release for verdict in reading.verdicts] == [1, 2, None, 3]
    assert reading.verdicts[2].params == {"day": START.date(), "dataset": "d", "number": 1}


def test_content_that_nobody_could_see_counts_once_it_is_public():
    assert told(seen("a", public=False), seen("a", DAY, how="published"), seen("a", 2 * DAY)) == [
        "not_public", 1, "same_content",
    ]


def test_one_content_is_one_release_however_it_is_seen():
    reading = read([seen("a"), seen("a", 5, how="datastore", by="job"), seen("a", 3 * DAY, how="checksum", by="")])
    assert [verdict.release for verdict in reading.verdicts] == [1, 1, 1]
    assert reading.releases[0].ways == ("upload", "datastore", "checksum")
    assert reading.releases[0].day == START.date()
    assert told(seen("a"), seen("a", DAY, how="checksum"), seen("a", 9 * DAY, how="checksum"))[2] == "same_content"
    assert told(seen("a"), seen("a", DAY, how="harvest")) == [1, "same_content"]
    assert told(seen("a"), seen("a", 5)) == [1, "same_content"]


def test_what_one_person_writes_within_an_hour_is_one_release():
    reading = read([seen("a"), seen("b", 30), seen("c", 60), seen("d", 61)])
    assert [verdict.release for verdict in reading.verdicts] == [1, 1, 1, 2]
    assert reading.releases[0].contents == ("a", "b", "c")
    assert reading.releases[0].at == START
    assert told(seen("a"), seen("b", 30, by="y")) == [1, 2]
    assert told(seen("a"), seen("b", 30, dataset="e")) == [1, 1]


def test_a_content_that_was_only_a_draft_within_the_hour_does_not_count_later():
    assert told(seen("a"), seen("b", 30), seen("a", DAY)) == [1, 1, "same_content"]


def test_what_the_maker_says_is_kept():
    reading = read([seen("a", for_period="2025-Q3"), seen("b", 10, correction=True)])
    assert (reading.releases[0].for_period, reading.releases[0].correction) == ("2025-Q3", True)


def test_evidence_is_judged_in_the_order_of_time():
    assert read([seen("a", DAY), seen("a")]) == read([seen("a"), seen("a", DAY)])
