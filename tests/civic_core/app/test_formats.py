"""Days, numbers and shares as the country writes them."""
from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ckanext.civic_core import formats

pytestmark = pytest.mark.usefixtures("portal")


@pytest.mark.parametrize(("value", "shown"), [
    (date(2025, 10, 3), "03.10.2025"), ("2025-10-03", "03.10.2025"), (None, ""), ("", ""),
    (datetime(2025, 10, 3, 18, 59, tzinfo=UTC), "03.10.2025"),
    (datetime(2025, 10, 3, 19, 0, tzinfo=UTC), "04.10.2025"),
    ("2025-10-03T19:00:00+00:00", "04.10.2025"),
])
def test_a_day_is_that_of_the_portals_zone(value, shown):
    assert formats.day(value) == shown


@pytest.mark.parametrize(("value", "shown"), [
    ("2025-10-13T04:00:00+00:00", "13.10.2025 09:00"), ("2025-10-13T19:05:00Z", "14.10.2025 00:05"),
    ("2025-10-13", "13.10.2025"), (None, ""),
])
def test_an_instant_is_shown_in_the_portals_zone(value, shown):
    assert formats.day_and_time(value) == shown


@pytest.mark.parametrize(("value", "shown"), [
    (0, "0"), (999, "999"), (2525, "2\u00a0525"), (8035748, "8\u00a0035\u00a0748"), (-1200, "-1\u00a0200"),
])
def test_thousands_are_kept_together(value, shown):
    assert formats.number(value) == shown


@pytest.mark.parametrize(("part", "whole", "shown"), [
    (1808, 2232, "81,0\u00a0%"), (2231, 2232, "99,9\u00a0%"), (2232, 2232, "100,0\u00a0%"), (0, 7, "0,0\u00a0%"),
    (1, 3, "33,3\u00a0%"), (2, 3, "66,6\u00a0%"), (0, 0, "—"),
])
def test_a_share_is_cut_not_rounded(part, whole, shown):
    assert formats.percent(part, whole) == shown
