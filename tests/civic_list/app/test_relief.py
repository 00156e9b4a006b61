"""Excuses and suspensions: proposed by one, agreed to by another, told to everybody with their ground and days."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from civic_list.delivering import FIRST, duty_id, obligations, pass_time, publish, put, states
from civic_list.listing import on
from civic_list.portal import BODY, HEALTH, act, draft, each, events, make_law, race, refusal, row

from ckanext.civic_list.delivery import acting, relieving
from ckanext.civic_list.model import Obligation, Relief

pytestmark = pytest.mark.usefixtures("office")

SECRET = "внутренняя записка"
GIVEN = {"ground": "system_replacement", "reason": SECRET}
SECOND_PERSON = {"id": ["Somebody else must confirm: you proposed this yourself."]}


def in_force(owner: str = HEALTH) -> str:
    with on("2024-12-20"):
        draft("2025")
        code = row("2025", 1, owner=owner)["code"]
        make_law("2025", "2025-01-01")
    return f"{code}@{owner}"


@pytest.fixture
def duty() -> Iterator[str]:
    """A monthly duty of the ministry with data of January."""
    key = in_force()
    with on("2025-01-09"):
        publish(key)
        put("schools", FIRST)
        pass_time()
    yield key


def at(day: str, user: str, action: str, **data: Any) -> Any:
    with on(day):
        pass_time()
        return act(user, action, **data)


def refused(day: str, user: str, action: str, **data: Any) -> dict[str, list[str]]:
    with on(day):
        pass_time()
        return refusal(user, action, **data)


def suspended(key: str, since: str = "2025-02-10", until: str = "2025-04-15") -> dict[str, Any]:
    made = at("2025-02-03", "health_admin", "civic_duty_suspend", duty=key, since=since, until=until, **GIVEN)
    return at("2025-02-04", "keeper", "civic_relief_decide", id=made["id"], decision="confirm")


def types(stream: str = "duty") -> list[str]:
    return [event["type"] for event in events(stream=stream)]


class TestSuspension:
    def test_a_proposal_changes_nothing_until_a_keeper_agrees(self, duty):
        made = at("2025-02-03", "health_admin", "civic_duty_suspend", duty=duty, since="2025-02-10",
                  until="2025-04-15", **GIVEN)
        assert (made["state"], made["kind"], made["ground"]) == ("proposed", "suspension", "system_replacement")
        with on("2025-02-20"):
            pass_time()
        assert "suspended" not in [code for _, code in states(duty_id(duty))]
        assert types()[-1] == "relief.proposed" or "relief.proposed" in types()

    def test_confirmed_it_rests_on_its_days_and_what_falls_due_is_excused(self, duty):
        assert suspended(duty)["state"] == "confirmed"
        with on("2025-02-20"):
            pass_time()
        assert [one for one in states(duty_id(duty)) if one[1] == "suspended"] == [("2025-02-10", "suspended")]
        with on("2025-05-05"):
            pass_time()
        found = obligations(duty_id(duty))
        assert (found["2025-02"], found["2025-03"], found["2025-04"]) == ("excused", "excused", "open")
        assert "duty.suspended" in types()
        assert dict(states(duty_id(duty))).get("2025-04-15") not in (None, "suspended")

    def test_agreed_to_late_it_begins_then(self, duty):
        made = at("2025-02-03", "keeper", "civic_duty_suspend", duty=duty, since="2025-02-05", until="2025-03-01",
                  **GIVEN)
        shown = at("2025-02-14", "second_keeper", "civic_relief_decide", id=made["id"], decision="confirm")
        assert (shown["since"], shown["until"]) == ("2025-02-14", "2025-03-01")

    def test_agreed_to_when_its_days_are_over_it_is_refused(self, duty):
        made = at("2025-02-03", "keeper", "civic_duty_suspend", duty=duty, since="2025-02-05", until="2025-03-01",
                  **GIVEN)
        assert refused("2025-03-01", "second_keeper", "civic_relief_decide", id=made["id"], decision="confirm") == {
            "id": ["The days of this suspension are over."],
        }

    @pytest.mark.parametrize(("since", "until", "field"), [
        ("2025-02-01", "2025-03-01", "since"), ("2025-02-10", "2025-02-10", "until"),
        ("2025-02-10", "2025-08-11", "until"), ("", "2025-03-01", "since"), ("2025-02-10", "", "until"),
    ])
    def test_days_that_do_not_stand(self, duty, since, until, field):
        assert list(refused("2025-02-03", "keeper", "civic_duty_suspend", duty=duty, since=since, until=until,
                            **GIVEN)) == [field]
        assert model.Session.scalar(sa.select(sa.func.count()).select_from(Relief)) == 0

    def test_the_longest_time_is_the_operators(self, duty, monkeypatch):
        monkeypatch.setitem(tk.config, "ckanext.civic_list.suspension.max_months", 1)
        said = refused("2025-02-03", "keeper", "civic_duty_suspend", duty=duty, since="2025-02-10",
                       until="2025-03-11", **GIVEN)
        assert said == {"until": ["The suspension is too long. The longest time allowed, in months: 1."]}

    def test_one_that_overlaps_is_refused_a_declined_one_gives_its_days_back(self, duty):
        days = {"since": "2025-02-10", "until": "2025-03-10"}
        made = at("2025-02-03", "health_admin", "civic_duty_suspend", duty=duty, **days, **GIVEN)
        again = {"since": "2025-03-09", "until": "2025-04-10"}
        assert refused("2025-02-03", "keeper", "civic_duty_suspend", duty=duty, **again, **GIVEN) == {"since": [
            "The duty is suspended already, or that is proposed, from 10.02.2025 to before 10.03.2025."
        ]}
        at("2025-02-04", "keeper", "civic_relief_decide", id=made["id"], decision="decline", reason="нет причины")
        assert at("2025-02-04", "keeper", "civic_duty_suspend", duty=duty, **again, **GIVEN)["state"] == "proposed"
        assert "relief.declined" in types()

    @pytest.mark.parametrize("missing", ["ground", "reason"])
    def test_it_needs_a_ground_and_a_reason(self, duty, missing):
        given = {name: value for name, value in GIVEN.items() if name != missing}
        days = {"since": "2025-02-10", "until": "2025-03-10"}
        assert list(refused("2025-02-03", "keeper", "civic_duty_suspend", duty=duty, **days, **given)) == [missing]

    def test_the_ground_is_one_of_the_vocabulary(self, duty):
        said = refused("2025-02-03", "keeper", "civic_duty_suspend", duty=duty, since="2025-02-10",
                       until="2025-03-10", ground="laziness", reason="x")
        assert list(said) == ["ground"]


class TestItsEnd:
    def test_what_is_due_later_is_owed_again(self, duty):
        made = suspended(duty)
        with on("2025-03-03"):
            pass_time()
        assert obligations(duty_id(duty))["2025-03"] == "excused"
        shown = at("2025-03-10", "keeper", "civic_relief_end", id=made["id"])
        assert (shown["state"], shown["until"]) == ("ended", "2025-03-10")
        found = obligations(duty_id(duty))
        assert (found["2025-02"], found["2025-03"]) == ("excused", "open")
        assert "duty.resumed" in types()
        assert dict(states(duty_id(duty)))["2025-03-10"] != "suspended"
        march = model.Session.scalars(sa.select(Obligation).where(Obligation.key == "2025-03")).one()
        assert march.remind_on is not None
        with on("2025-05-05"):
            pass_time()
        assert obligations(duty_id(duty))["2025-03"] == "missed"

    def test_one_that_has_not_begun_never_holds(self, duty):
        made = suspended(duty, "2025-03-01", "2025-04-15")
        shown = at("2025-02-10", "keeper", "civic_relief_end", id=made["id"])
        assert (shown["since"], shown["until"]) == ("2025-03-01", "2025-03-01")
        with on("2025-03-20"):
            pass_time()
        assert "suspended" not in [code for _, code in states(duty_id(duty))]
        assert act("", "civic_relief_list")["count"] == 0

    @pytest.mark.parametrize("state", ["proposed", "ended"])
    def test_only_a_confirmed_one_can_end(self, duty, state):
        made = at("2025-02-03", "keeper", "civic_duty_suspend", duty=duty, since="2025-02-10", until="2025-03-10",
                  **GIVEN)
        if state == "ended":
            at("2025-02-04", "second_keeper", "civic_relief_decide", id=made["id"], decision="confirm")
            at("2025-02-11", "keeper", "civic_relief_end", id=made["id"])
        assert refused("2025-02-12", "keeper", "civic_relief_end", id=made["id"]) == {
            "id": ["Only a confirmed suspension can be ended."],
        }

    def test_when_its_days_are_over_there_is_nothing_to_end(self, duty):
        made = suspended(duty)
        assert refused("2025-04-15", "keeper", "civic_relief_end", id=made["id"]) == {
            "id": ["The days of this suspension are over."],
        }


class TestExcuse:
    def propose(self, duty: str, day: str = "2025-02-20", key: str = "2025-02", user: str = "health_admin") -> Any:
        return at(day, user, "civic_obligation_excuse", duty=duty, key=key, **GIVEN)

    def test_of_an_open_obligation(self, duty):
        made = self.propose(duty)
        assert (made["state"], made["obligation"]["key"], made["obligation"]["state"]) == (
            "proposed", "2025-02", "open",
        )
        shown = at("2025-02-21", "keeper", "civic_relief_decide", id=made["id"], decision="confirm")
        assert (shown["state"], shown["since"], shown["obligation"]["state"]) == ("confirmed", "2025-02-21", "excused")
        assert obligations(duty_id(duty))["2025-02"] == "excused"
        told = [event for event in events(stream="duty") if event["type"] == "obligation.excused"]
        assert [event["public"]["ground"] for event in told] == ["system_replacement"]

    def test_of_a_missed_one_the_state_is_worked_out_anew(self, duty):
        with on("2025-03-20"):
            pass_time()
        assert obligations(duty_id(duty))["2025-02"] == "missed"
        assert states(duty_id(duty))[-1][1] == "delinquent" or "delinquent" in dict(states(duty_id(duty))).values()
        made = self.propose(duty, "2025-03-20")
        at("2025-03-20", "keeper", "civic_relief_decide", id=made["id"], decision="confirm")
        assert obligations(duty_id(duty))["2025-02"] == "excused"
        assert dict(states(duty_id(duty)))["2025-03-20"] in ("fresh", "due")

    def test_by_the_id_of_the_obligation(self, duty):
        with on("2025-02-20"):
            pass_time()
        id_ = model.Session.scalar(sa.select(Obligation.id).where(Obligation.key == "2025-02"))
        assert at("2025-02-20", "keeper", "civic_obligation_excuse", id=id_, **GIVEN)["obligation"]["id"] == id_

    def test_of_one_that_is_ahead_or_settled_none(self, duty):
        assert list(refused("2025-02-20", "keeper", "civic_obligation_excuse", duty=duty, key="2025-03", **GIVEN)) == [
            "id"]
        assert refused("2025-02-20", "keeper", "civic_obligation_excuse", duty=duty, key="first", **GIVEN) == {
            "id": ["Only an obligation that is open or missed can be excused."],
        }

    def test_of_one_that_was_fulfilled_meanwhile_none(self, duty):
        made = self.propose(duty)
        with on("2025-02-21"):
            put("schools", b"period;region;count\n2025-02;Abai;9\n")
        assert refused("2025-02-22", "keeper", "civic_relief_decide", id=made["id"], decision="confirm") == {
            "id": ["Only an obligation that is open or missed can be excused."],
        }
        assert obligations(duty_id(duty))["2025-02"] == "fulfilled"

    def test_once(self, duty):
        self.propose(duty)
        assert refused("2025-02-20", "keeper", "civic_obligation_excuse", duty=duty, key="2025-02", **GIVEN) == {
            "id": ["This obligation is excused already, or that is proposed."],
        }

    @pytest.mark.parametrize(("given", "error"), [
        ({"duty": "?"}, tk.ValidationError), ({"id": 10**9}, tk.ObjectNotFound),
        ({"duty": "?", "key": "1999-01"}, tk.ObjectNotFound), ({}, tk.ValidationError),
    ])
    def test_one_that_is_not_there_or_not_named(self, duty, given, error):
        named = {name: duty if value == "?" else value for name, value in given.items()}
        with pytest.raises(error):
            at("2025-02-20", "keeper", "civic_obligation_excuse", **named, **GIVEN)


class TestSecondPerson:
    @pytest.mark.parametrize("user", ["keeper", "operator", "approver"])
    def test_who_proposed_does_not_confirm_sysadmins_neither(self, duty, user):
        made = at("2025-02-20", user, "civic_obligation_excuse", duty=duty, key="2025-02", **GIVEN)
        assert refused("2025-02-20", user, "civic_relief_decide", id=made["id"], decision="confirm") == SECOND_PERSON
        assert obligations(duty_id(duty))["2025-02"] == "open"
        assert (made["mine"], made["may_confirm"]) == (True, False)

    def test_he_may_take_it_back(self, duty):
        made = at("2025-02-20", "keeper", "civic_obligation_excuse", duty=duty, key="2025-02", **GIVEN)
        shown = at("2025-02-20", "keeper", "civic_relief_decide", id=made["id"], decision="decline", reason="ошибка")
        assert (shown["state"], shown["decision_reason"]) == ("declined", "ошибка")

    def test_to_decline_needs_a_reason(self, duty):
        made = at("2025-02-20", "keeper", "civic_obligation_excuse", duty=duty, key="2025-02", **GIVEN)
        said = refused("2025-02-20", "second_keeper", "civic_relief_decide", id=made["id"], decision="decline")
        assert said == {"reason": ["Give the reason."]}

    def test_where_the_operator_says_so_one_person_is_enough(self, duty, monkeypatch):
        monkeypatch.setitem(tk.config, "ckanext.civic_list.relief.two_person_rule", False)
        made = at("2025-02-20", "keeper", "civic_obligation_excuse", duty=duty, key="2025-02", **GIVEN)
        assert made["may_confirm"] is True
        shown = at("2025-02-20", "keeper", "civic_relief_decide", id=made["id"], decision="confirm")
        assert shown["state"] == "confirmed"

    @pytest.mark.parametrize("user", ["keeper", "operator"])
    def test_for_the_authorised_bodys_own_duties_never(self, user, monkeypatch):
        monkeypatch.setitem(tk.config, "ckanext.civic_list.relief.two_person_rule", False)
        key = in_force(BODY)
        made = at("2025-02-03", user, "civic_duty_suspend", duty=key, since="2025-02-10", until="2025-03-10", **GIVEN)
        assert made["may_confirm"] is False
        assert refused("2025-02-03", user, "civic_relief_decide", id=made["id"], decision="confirm") == SECOND_PERSON
        shown = at("2025-02-03", "second_keeper", "civic_relief_decide", id=made["id"], decision="confirm")
        assert shown["state"] == "confirmed"

    def test_a_decision_is_final(self, duty):
        made = at("2025-02-20", "keeper", "civic_obligation_excuse", duty=duty, key="2025-02", **GIVEN)
        for decision in ("confirm", "decline"):
            at("2025-02-20", "second_keeper", "civic_relief_decide", id=made["id"], decision="confirm") if (
                decision == "confirm") else None
            assert refused("2025-02-20", "approver", "civic_relief_decide", id=made["id"], decision=decision,
                           reason="x") == {"id": ["This is decided already."]}


class TestList:
    @pytest.fixture
    def several(self, duty: str) -> str:
        suspended(duty, "2025-02-25", "2025-03-10")
        made = at("2025-02-12", "health_admin", "civic_obligation_excuse", duty=duty, key="2025-02", **GIVEN)
        at("2025-02-13", "keeper", "civic_relief_decide", id=made["id"], decision="decline", reason=SECRET)
        at("2025-02-14", "health_admin", "civic_obligation_excuse", duty=duty, key="2025-02", **GIVEN)
        return duty

    @pytest.mark.parametrize(("user", "seen"), [
        ("", ["confirmed"]), ("citizen", ["confirmed"]), ("akmola_admin", ["confirmed"]),
        ("health_editor", ["proposed", "declined", "confirmed"]), ("keeper", ["proposed", "declined", "confirmed"]),
    ])
    def test_proposals_are_the_keepers_and_the_agencys(self, several, user, seen):
        assert list(each(act(user, "civic_relief_list"), "state")) == seen
        assert act(user, "civic_relief_list", state="proposed")["count"] == seen.count("proposed")

    @pytest.mark.parametrize("user", ["", "citizen", "akmola_admin"])
    def test_everybody_learns_ground_and_days_and_nothing_else(self, several, user):
        found = act(user, "civic_relief_list")["results"]
        assert set(found[0]) == {"id", "kind", "state", "ground", "since", "until", "duty", "obligation"}
        assert (found[0]["ground"], found[0]["since"], found[0]["until"]) == (
            "system_replacement", "2025-02-25", "2025-03-10",
        )
        names = {model.User.get(name).id for name in ("health_admin", "keeper")} | {"health_admin", "keeper", SECRET}
        assert not [name for name in names if name in str(found)]
        assert not [name for name in names if name in str([event["public"] for event in events(stream="duty")])]

    def test_what_was_only_asked_for_is_in_no_public_event(self, several):
        asked = [event for event in events(stream="duty") if event["type"] in ("relief.proposed", "relief.declined")]
        assert [set(event["public"]) for event in asked] == [{"code", "agency"}] * 4
        assert asked[0]["private"]["ground"] == "system_replacement"
        given = [event["public"] for event in events(stream="duty", type="duty.suspended")]
        assert [(one["ground"], one["since"], one["until"]) for one in given] == [
            ("system_replacement", "2025-02-25", "2025-03-10"),
        ]

    @pytest.mark.parametrize(("filters", "count"), [
        ({"kind": "excuse"}, 2), ({"kind": "suspension"}, 1), ({"state": "declined"}, 1), ({"agency": HEALTH}, 3),
        ({"agency": BODY}, 0), ({"ground": "force_majeure"}, 0), ({"duty": "?"}, 3), ({"duty": "X@y"}, 0),
        ({"from": "2025-03-09"}, 1), ({"from": "2025-03-10"}, 0), ({"until": "2025-02-24"}, 2), ({"limit": 1}, 3),
    ])
    def test_it_is_narrowed(self, several, filters, count):
        named = {name: several if value == "?" else value for name, value in filters.items()}
        assert act("keeper", "civic_relief_list", **named)["count"] == count

    def test_two_statements_however_many(self, several, statements):
        act("", "civic_relief_list")
        statements.clear()
        act("", "civic_relief_list")
        assert len(statements) == 2, statements


class TestRaces:
    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(acting, "PATIENCE", 100)

    def test_of_two_excuses_at_once_one_is_proposed(self, duty, monkeypatch):
        with on("2025-02-20"):
            pass_time()
            got = race(
                monkeypatch, (relieving, "record"),
                lambda: act("health_admin", "civic_obligation_excuse", duty=duty, key="2025-02", **GIVEN),
                lambda: act("keeper", "civic_obligation_excuse", duty=duty, key="2025-02", **GIVEN),
            )
        assert got[0]["state"] == "proposed"
        assert isinstance(got[1], tk.ValidationError)
        assert "conflict" in got[1].error_dict
        assert model.Session.scalar(sa.select(sa.func.count()).select_from(Relief)) == 1

    def test_of_two_confirmations_at_once_one_holds(self, duty, monkeypatch):
        made = at("2025-02-03", "health_admin", "civic_duty_suspend", duty=duty, since="2025-02-10",
                  until="2025-03-10", **GIVEN)
        with on("2025-02-04"):
            got = race(
                monkeypatch, (relieving, "record"),
                lambda: act("keeper", "civic_relief_decide", id=made["id"], decision="confirm"),
                lambda: act("second_keeper", "civic_relief_decide", id=made["id"], decision="decline", reason="x"),
            )
        assert got[0]["state"] == "confirmed"
        assert isinstance(got[1], tk.ValidationError)
        assert "conflict" in got[1].error_dict
        assert types().count("duty.suspended") == 1
        assert "relief.declined" not in types()

    def test_of_two_suspensions_at_once_one_is_proposed(self, duty, monkeypatch):
        days = {"since": "2025-02-10", "until": "2025-03-10"}
        with on("2025-02-03"):
            pass_time()
            got = race(
                monkeypatch, (relieving, "record"),
                lambda: act("health_admin", "civic_duty_suspend", duty=duty, **days, **GIVEN),
                lambda: act("keeper", "civic_duty_suspend", duty=duty, **days, **GIVEN),
            )
        assert got[0]["state"] == "proposed"
        assert isinstance(got[1], tk.ValidationError)
        assert model.Session.scalar(sa.select(sa.func.count()).select_from(Relief)) == 1
