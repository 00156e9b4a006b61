"""«Still current»: when it stands, when it does not, and what is written."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from civic_list.delivering import FIRST, SECOND, duty_id, obligations, pass_time, publish, put
from civic_list.listing import on
from civic_list.portal import HEALTH, act, draft, events, make_law, race, refusal, row

from ckanext.civic_list.delivery import acting, reviewing
from ckanext.civic_list.model import Review, Use

pytestmark = pytest.mark.usefixtures("office")


def in_force(period: str, **more: Any) -> str:
    """One duty of the ministry with this period, in force since 1 January 2025."""
    with on("2024-12-20"):
        draft("2025")
        code = row("2025", 1, period=period, **more)["code"]
        make_law("2025", "2025-01-01")
    return f"{code}@{HEALTH}"


def published(key: str, day: str = "2025-01-09") -> str:
    with on(day):
        publish(key)
        put("schools", FIRST)
        pass_time()
    return duty_id(key)


@pytest.fixture
def monthly() -> Iterator[str]:
    key = in_force("MONTHLY")
    published(key)
    yield key


def confirm(key: str, day: str, user: str = "health_editor", **more: Any) -> Any:
    with on(day):
        pass_time()
        return act(user, "civic_duty_confirm_current", duty=key, **more)


def refused(key: str, day: str, user: str = "health_editor", **more: Any) -> dict[str, list[str]]:
    with on(day):
        pass_time()
        before = written()
        said = refusal(user, "civic_duty_confirm_current", duty=key, **more)
        assert written() == before
        return said


def written() -> tuple[Any, ...]:
    model.Session.rollback()
    counts = [model.Session.scalar(sa.select(sa.func.count()).select_from(table)) for table in (Review, Use)]
    return (*counts, len(events(stream="duty")))


class TestStands:
    def test_it_fulfils_the_open_period_and_names_who(self, monthly):
        answer = confirm(monthly, "2025-02-10", note="сверено с реестром")
        assert answer["obligation"]["key"] == "2025-02"
        assert answer["obligation"]["state"] == "fulfilled"
        assert answer["obligation"]["settled_on"] == "2025-02-10"
        review = model.Session.scalars(sa.select(Review)).one()
        assert (review.by, review.by_admin, review.note) == (
            model.User.get("health_editor").id, False, "сверено с реестром",
        )
        assert obligations(duty_id(monthly))["2025-02"] == "fulfilled"

    def test_events_tell_of_it_without_the_note(self, monthly):
        confirm(monthly, "2025-02-10", note="тайна")
        found = [event for event in events(stream="duty") if event["type"] == "duty.reviewed"]
        assert len(found) == 1
        assert "тайна" not in str(found)
        types = [event["type"] for event in events(stream="duty")]
        assert types.index("duty.reviewed") < len(types) - 1 - types[::-1].index("obligation.fulfilled")

    def test_the_note_is_in_no_public_answer(self, monthly):
        confirm(monthly, "2025-02-10", note="тайна")
        assert "тайна" not in str(act("", "civic_duty_show", id=monthly))

    def test_for_the_period_it_names(self):
        key = in_force("MONTHLY", schedule={"kind": "after", "days": 15})
        published(key)
        answer = confirm(key, "2025-03-03", for_period="2025-02")
        assert answer["obligation"]["key"] == "2025-02"

    def test_of_yearly_data_the_third_in_a_row_is_the_admins(self):
        key = in_force("YEARLY")
        published(key)
        for year in ("2026", "2027"):
            confirm(key, f"{year}-06-01")
        said = refused(key, "2028-06-01")
        assert said == {"duty": [
            "From the third time in a row on, an administrator of the agency confirms that the data are current."
        ]}
        assert confirm(key, "2028-06-01", "health_admin")["obligation"]["key"] == "2028"

    def test_data_owed_as_needed_are_confirmed_anew_each_year(self):
        key = in_force("AS_NEEDED")
        published(key)
        answer = confirm(key, "2025-12-01")
        assert answer["obligation"]["kind"] == "renewal"
        assert answer["obligation"]["state"] == "fulfilled"


class TestDoesNotStand:
    @pytest.mark.parametrize("period", ["DAILY", "WEEKLY"])
    def test_for_what_is_owed_daily_or_weekly(self, period):
        key = in_force(period)
        published(key)
        assert refused(key, "2025-02-12") == {"duty": [
            "Data owed daily or weekly cannot be confirmed as current: they need a new release."
        ]}

    def test_a_third_time_in_a_row_monthly_even_by_the_admin(self, monthly):
        confirm(monthly, "2025-02-10")
        confirm(monthly, "2025-03-10")
        said = "The data were confirmed as often in a row as is allowed (2): now they need a new release."
        assert refused(monthly, "2025-04-10", "health_admin") == {"duty": [said]}
        with on("2025-04-11"):
            put("schools", SECOND)
        assert confirm(monthly, "2025-05-12")["obligation"]["key"] == "2025-05"

    def test_soon_after_a_release(self, monthly):
        assert refused(monthly, "2025-01-12") == {"duty": [
            "The last release or confirmation is too recent: there is nothing to confirm yet."
        ]}

    def test_where_nothing_was_published(self):
        key = in_force("MONTHLY")
        assert refused(key, "2025-02-12") == {"duty": [
            "Nothing is published for this duty yet: there are no data that could be confirmed as current."
        ]}

    def test_twice_for_one_period(self, monthly):
        confirm(monthly, "2025-02-05")
        said = refused(monthly, "2025-02-20")
        assert said == {"duty": ["No period is open now that a confirmation could stand for."]}

    def test_for_a_period_that_is_not_open(self, monthly):
        said = refused(monthly, "2025-02-12", for_period="2024-03")
        assert said == {"for_period": [
            "A confirmation cannot stand for the period March 2024: it is not open, or another one comes first."
        ]}

    def test_of_a_duty_that_is_not_owed_now(self, monthly):
        with on("2025-03-01"):
            draft("2026")
            row("2026", 9, title={"kk": "Басқа", "ru": "Другое", "en": "Other"})
            make_law("2026", "2025-04-01")
        assert list(refused(monthly, "2025-04-10")) == ["duty"]


class TestMayReview:
    def why(self, user: str, key: str, day: str) -> Any:
        from ckanext.civic_core.roles import roles_of
        from ckanext.civic_list import duties

        with on(day):
            pass_time()
            duty = duties.need(model.Session, {"id": key})
            roles = roles_of({"user": user, "model": model, "session": model.Session})
            return reviewing.may_review(model.Session, duty, roles, tk_day(day))

    def test_it_says_what_the_action_would_say(self, monthly):
        assert self.why("health_editor", monthly, "2025-02-10") == {"allowed": True, "why": None}
        assert self.why("health_editor", monthly, "2025-01-12") == {
            "allowed": False, "why": "The last release or confirmation is too recent: there is nothing to confirm yet.",
        }

    def test_a_stranger_is_told_without_a_look_at_the_data(self, monthly, statements):
        answer = self.why("citizen", monthly, "2025-02-10")
        assert answer == {
            "allowed": False, "why": "Only editors of the agency may confirm that its data are current.",
        }
        assert not [one for one in statements[-3:] if "civic_list_release" in one]


def tk_day(day: str) -> Any:
    from datetime import date

    return date.fromisoformat(day)


def test_of_two_at_once_one_stands(monthly, monkeypatch):
    monkeypatch.setattr(acting, "PATIENCE", 100)
    with on("2025-02-10"):
        pass_time()
        got = race(
            monkeypatch, (reviewing, "record"),
            lambda: act("health_editor", "civic_duty_confirm_current", duty=monthly),
            lambda: act("health_admin", "civic_duty_confirm_current", duty=monthly),
        )
    assert got[0]["obligation"]["key"] == "2025-02"
    assert isinstance(got[1], tk.ValidationError)
    assert "conflict" in got[1].error_dict
    assert model.Session.scalar(sa.select(sa.func.count()).select_from(Review)) == 1
