"""What an agency asks of itself: stricter terms hold at once, looser ones from the next period on."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ckan.model as model
import pytest
import sqlalchemy as sa
from civic_list.delivering import FIRST, duty_id, pass_time, publish, put
from civic_list.listing import on
from civic_list.portal import HEALTH, act, draft, make_law, row

from ckanext.civic_list.model import Obligation, OwnTerms

pytestmark = pytest.mark.usefixtures("office")


@pytest.fixture
def duty() -> Iterator[str]:
    """A monthly duty of the ministry with data of February, in force since 1 January 2025."""
    with on("2024-12-20"):
        draft("2025")
        code = row("2025", 1)["code"]
        make_law("2025", "2025-01-01")
    with on("2025-02-20"):
        publish(f"{code}@{HEALTH}")
        put("schools", FIRST)
        pass_time()
    yield f"{code}@{HEALTH}"


def owed(key: str, day: str) -> dict[str, tuple[str, str]]:
    """By key, period and state of what is owed by a day, after the tick of that day."""
    with on(day):
        pass_time()
    model.Session.expire_all()
    rows = model.Session.scalars(sa.select(Obligation).where(Obligation.duty_id == duty_id(key)))
    return {one.key: (one.period, one.state) for one in rows}


def update(day: str, key: str, user: str = "health_admin", **wanted: Any) -> dict[str, Any]:
    with on(day):
        pass_time()
        return act(user, "civic_duty_update", id=key, **wanted)


def loosened(day: str, key: str, **wanted: Any) -> None:
    """The agency asks for looser terms, and the keeper agrees."""
    made = update(day, key, reason="Данных чаще нет", **wanted)
    with on(day):
        act("keeper", "civic_item_proposal_decide", id=made["proposal"], decision="accept")


def period(key: str, day: str) -> str:
    with on(day):
        return act("", "civic_duty_show", id=key)["period"]


def waiting() -> list[tuple[str, str | None, bool]]:
    rows = model.Session.scalars(sa.select(OwnTerms).order_by(OwnTerms.since))
    return [(one.since.isoformat(), one.period, one.applied_at is not None) for one in rows]


class TestStricter:
    def test_it_holds_at_once_and_replaces_the_running_period(self, duty):
        assert owed(duty, "2025-03-12")["2025-03"] == ("MONTHLY", "open")
        assert update("2025-03-12", duty, period="WEEKLY")["period"] == "WEEKLY"
        assert waiting() == [("2025-03-12", "WEEKLY", True)]
        found = owed(duty, "2025-03-12")
        assert found["2025-02"] == ("MONTHLY", "fulfilled")
        assert found["2025-03"] == ("MONTHLY", "replaced")
        assert found["2025-W11"] == ("WEEKLY", "open")

    def test_what_is_missed_by_it_counts(self, duty):
        update("2025-03-12", duty, period="WEEKLY")
        found = owed(duty, "2025-04-07")
        assert (found["2025-W11"], found["2025-W12"]) == (("WEEKLY", "missed"), ("WEEKLY", "missed"))
        assert "2025-04" not in found

    def test_a_stricter_schedule_makes_the_due_day_earlier(self):
        with on("2024-12-20"):
            draft("2025")
            code = row("2025", 1, schedule={"kind": "after", "days": 20})["code"]
            make_law("2025", "2025-01-01")
        key = f"{code}@{HEALTH}"
        with on("2025-02-20"):
            publish(key)
            put("schools", FIRST)
        update("2025-03-12", key, schedule={"kind": "after", "days": 5})
        owed(key, "2025-04-02")
        assert days("2025-03") == [("2025-04-01", "2025-04-07")]


def days(key: str) -> list[tuple[str, str]]:
    """When an obligation that is owed opens and is due."""
    rows = model.Session.scalars(sa.select(Obligation).where(Obligation.key == key, Obligation.state != "replaced"))
    return [(one.opens.isoformat(), one.due.isoformat()) for one in rows]


class TestLooser:
    def test_it_waits_for_the_next_period(self, duty):
        loosened("2025-03-05", duty, period="YEARLY")
        assert waiting() == [("2025-04-01", "YEARLY", False)]
        assert owed(duty, "2025-03-05")["2025-03"] == ("MONTHLY", "open")
        found = owed(duty, "2025-03-31")
        assert found["2025-03"] == ("MONTHLY", "open")
        assert "2025" not in found
        assert period(duty, "2025-03-31") == "MONTHLY"

    def test_the_tick_of_its_day_lets_it_hold(self, duty):
        loosened("2025-03-05", duty, period="YEARLY")
        owed(duty, "2025-03-31")
        found = owed(duty, "2025-04-01")
        assert waiting() == [("2025-04-01", "YEARLY", True)]
        assert period(duty, "2025-04-01") == "YEARLY"
        assert found["2025"] == ("YEARLY", "open")
        assert "2025-04" not in found
        with on("2025-04-01"):
            assert act("", "package_show", id="schools")["update_period"] == "YEARLY"

    def test_a_second_tick_changes_nothing(self, duty):
        loosened("2025-03-05", duty, period="YEARLY")
        assert owed(duty, "2025-04-01") == owed(duty, "2025-04-01")

    def test_a_tick_that_comes_late_finds_the_same(self, duty):
        loosened("2025-03-05", duty, period="YEARLY")
        found = owed(duty, "2025-04-25")
        assert found["2025"] == ("YEARLY", "open")
        assert "2025-04" not in found
        assert waiting() == [("2025-04-01", "YEARLY", True)]

    def test_the_running_period_ends_by_the_old_terms(self, duty):
        loosened("2025-03-05", duty, period="YEARLY")
        owed(duty, "2025-04-01")
        assert owed(duty, "2025-04-25")["2025-03"] == ("MONTHLY", "missed")

    def test_it_can_still_be_delivered_by_the_old_terms(self, duty):
        loosened("2025-03-05", duty, period="YEARLY")
        with on("2025-03-20"):
            put("schools", b"period;region;count\n2025-03;Abai;9\n")
        found = owed(duty, "2025-04-01")
        assert found["2025-03"] == ("MONTHLY", "fulfilled")
        assert found["2025"] == ("YEARLY", "open")

    def test_the_keeper_who_loosens_does_it_from_the_next_period_too(self, duty):
        update("2025-03-05", duty, "keeper", period="QUARTERLY")
        assert waiting() == [("2025-04-01", "QUARTERLY", False)]

    def test_a_looser_schedule_waits_as_well(self, duty):
        loosened("2025-03-05", duty, schedule={"kind": "after", "days": 20})
        assert [one[0] for one in waiting()] == ["2025-04-01"]
        owed(duty, "2025-03-06")
        assert days("2025-03") == [("2025-03-01", "2025-03-31")]
        owed(duty, "2025-05-02")
        assert days("2025-04") == [("2025-05-01", "2025-05-20")]


class TestOneAfterTheOther:
    def test_what_is_said_last_holds(self, duty):
        loosened("2025-03-05", duty, period="YEARLY")
        update("2025-03-12", duty, period="WEEKLY")
        found = owed(duty, "2025-04-03")
        assert period(duty, "2025-04-03") == "WEEKLY"
        assert "2025" not in found

    def test_another_field_does_not_undo_what_waits(self, duty):
        loosened("2025-03-05", duty, period="QUARTERLY")
        loosened("2025-03-12", duty, schedule={"kind": "after", "days": 20})
        assert waiting() == [("2025-04-01", "QUARTERLY", False)]
        owed(duty, "2025-04-03")
        with on("2025-04-03"):
            shown = act("", "civic_duty_show", id=duty)
        assert shown["period"] == "QUARTERLY"
        assert shown["own_terms"]["schedule"] == {"kind": "after", "days": 20, "unit": "calendar_day"}

    def test_what_waits_can_be_taken_back(self, duty):
        loosened("2025-03-05", duty, period="YEARLY")
        update("2025-03-12", duty, period="MONTHLY")
        found = owed(duty, "2025-04-03")
        assert period(duty, "2025-04-03") == "MONTHLY"
        assert found["2025-04"] == ("MONTHLY", "open")
