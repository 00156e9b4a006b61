from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from requested import KZ, day

from ckanext.civic_core.domain.working_days import Term
from ckanext.civic_requests.domain.terms import PRESETS, Rules, preset, registered_on

ALMATY = ZoneInfo("Asia/Almaty")
CLOSES = time(18, 30)


def at(written: str, zone=ALMATY) -> datetime:
    return datetime.strptime(written, "%d.%m.%Y %H:%M").replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("sent", "at_once", "working_hours"),
    [
        # 31 December by the clock of Almaty: registered on it, or on the first working day of the year
        (at("31.12.2024 23:50"), "31.12.2024", "05.01.2025"),
        (at("31.12.2026 23:50"), "31.12.2026", "05.01.2027"),
        # by the clock of Greenwich it is the new year in Almaty
        (at("31.12.2024 23:50", UTC), "01.01.2025", "05.01.2025"),
        (at("31.12.2026 23:50", UTC), "01.01.2027", "05.01.2027"),
        (at("31.12.2026 18:50", UTC), "31.12.2026", "05.01.2027"),
        (at("31.12.2026 19:00", UTC), "01.01.2027", "05.01.2027"),
        # a working day before its end, at it, before it begins
        (at("13.10.2025 18:29"), "13.10.2025", "13.10.2025"),
        (at("13.10.2025 18:30"), "13.10.2025", "14.10.2025"),
        (at("14.10.2025 00:00"), "14.10.2025", "14.10.2025"),
        # a Friday evening, a Saturday, a Sunday that is worked
        (at("17.10.2025 19:00"), "17.10.2025", "20.10.2025"),
        (at("18.10.2025 10:00"), "18.10.2025", "20.10.2025"),
        (at("05.01.2025 10:00"), "05.01.2025", "05.01.2025"),
    ],
)
def test_the_day_of_registration(sent, at_once, working_hours):
    assert registered_on(sent, ALMATY, KZ) == day(at_once)
    assert registered_on(sent, ALMATY, KZ, CLOSES) == day(working_hours)


def test_the_presets_have_the_terms_of_the_law():
    assert {code: (one.term, one.extension) for code, one in PRESETS.items()} == {
        "access_to_information": (Term(15, "calendar_day"), Term(15, "calendar_day")),
        "administrative_code": (Term(15, "working_day"), Term(2, "month")),
        "complaint": (Term(20, "working_day"), None),
    }
    assert Rules().preset is PRESETS["access_to_information"]


@pytest.mark.parametrize(
    ("written", "term", "extension"),
    [
        ("complaint", Term(20), None),
        ("10 working_day", Term(10), None),
        (" 10 calendar_day + 1 month ", Term(10, "calendar_day"), Term(1, "month")),
    ],
)
def test_a_preset_is_named_or_written_out(written, term, extension):
    found = preset(written)
    assert (found.term, found.extension) == (term, extension)


@pytest.mark.parametrize("written", ["", "soon", "10", "10 days", "0 month", "-1 month", "1 month + 1 month + 1 month"])
def test_a_preset_that_makes_no_sense_is_refused(written):
    with pytest.raises(ValueError, match=r"deadline|term"):
        preset(written)
