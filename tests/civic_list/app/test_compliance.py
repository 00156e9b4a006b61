"""Counters and figures with the rows behind them, now, on any past day, and over time."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from civic_list.delivering import SECOND, one_file_came, pass_time, put
from civic_list.listing import begin_list, on
from civic_list.portal import AKMOLA, HEALTH, act, refusal

from ckanext.civic_core import clock
from ckanext.civic_list.delivery import counting, figures_kept
from ckanext.civic_list.model import Agency, AgencyName, Figure


@pytest.fixture
def spring(office: None) -> Iterator[list[str]]:
    """Two monthly rows of the ministry, a quarterly one of twenty akimats; one file came in February, none since."""
    codes = one_file_came()
    with on("2025-06-02"):
        pass_time()
        yield codes


def show(**given: Any) -> dict[str, Any]:
    return act("", "civic_compliance_show", **given)


def counted(answer: dict[str, Any]) -> tuple[int, ...]:
    return tuple(answer["counters"][name] for name in ("listed", "published", "actual", "all", "all_actual"))


class TestNow:
    def test_the_portal_the_groups_and_the_agencies(self, spring):
        answer = show()
        assert counted(answer) == (22, 1, 0, 1, 0)
        assert {one["group"]: counted(one) for one in answer["groups"]} == {
            "CGO": (2, 1, 0, 1, 0), "MIO": (20, 0, 0, 0, 0),
        }
        assert answer["agencies_count"] == 21
        assert len(answer["agencies"]) == 20
        assert answer["figures"]["completeness"] == {
            "numerator": 1, "denominator": 22, "percent": "4.5",
            "formula": "Rows of the list with open data, divided by all rows of the list.",
        }

    def test_without_anything_there_is_no_percent(self, office):
        answer = show()
        assert (counted(answer), answer["agencies"], answer["groups"]) == ((0, 0, 0, 0, 0), [], [])
        assert {one["percent"] for one in answer["figures"].values()} == {None}

    @pytest.mark.parametrize(("scope", "expected"), [
        ({"agency": HEALTH}, (2, 1, 0, 1, 0)), ({"agency": AKMOLA}, (1, 0, 0, 0, 0)),
        ({"group": "MIO"}, (20, 0, 0, 0, 0)), ({"group": "QUASI"}, (0, 0, 0, 0, 0)),
        ({"category": "health"}, (2, 1, 0, 1, 0)), ({"category": "education", "group": "CGO"}, (0, 0, 0, 0, 0)),
        ({"agency": HEALTH, "group": "MIO"}, (0, 0, 0, 0, 0)),
    ])
    def test_is_narrowed(self, spring, scope, expected):
        assert counted(show(**scope)) == expected

    def test_a_new_file_moves_the_figures_at_once(self, spring):
        put("schools", SECOND)
        answer = show(agency=HEALTH)
        assert (counted(answer), answer["figures"]["delivered"]["percent"]) == ((2, 1, 1, 1, 1), "50.0")

    def test_punctuality_counts_what_came_to_the_end_of_its_grace(self, spring):
        answer = show(agency=HEALTH)
        assert answer["punctual"] == {"on_time": 1, "late": 0, "missed": 5, "reviewed": 0}
        assert answer["figures"]["punctuality"]["percent"] == "16.6"


class TestRows:
    @pytest.mark.parametrize("counter", [
        "listed", "published", "actual", "covered", "suspended", "not_applicable", "all", "all_actual", "on_time",
        "late", "missed", "reviewed",
    ])
    def test_behind_each_number_there_are_as_many(self, spring, counter):
        for scope in ({}, {"agency": HEALTH}, {"group": "MIO"}, {"category": "health"}):
            answer = show(rows=counter, limit=100, **scope)
            number = {**answer["punctual"], **answer["counters"]}[counter]
            assert (answer["rows"]["count"], len(answer["rows"]["results"])) == (number, number)

    def test_duties_come_with_state_and_reason(self, spring):
        row, = show(rows="published")["rows"]["results"]
        assert (row["code"], row["state"], row["reason"]["code"]) == (spring[0], "delinquent", "missed")

    def test_datasets_with_their_agency(self, spring):
        row, = show(rows="all")["rows"]["results"]
        assert (row["name"], row["agency"]["name"], row["state"]) == ("schools", HEALTH, "delinquent")

    def test_obligations_with_their_duty(self, spring):
        rows = show(rows="missed", agency=HEALTH)["rows"]["results"]
        assert {one["duty"]["code"] for one in rows} == set(spring[:2])
        assert {one["state"] for one in rows} == {"missed"}

    def test_pages_hold_each_once(self, spring):
        pages = [show(rows="listed", limit=5, offset=start)["rows"]["results"] for start in range(0, 25, 5)]
        assert len({one["id"] for several in pages for one in several}) == 22

    def test_on_a_past_day_too(self, spring):
        answer = show(rows="actual", as_of="2025-02-20")
        assert (answer["rows"]["count"], [one["state"] for one in answer["rows"]["results"]]) == (1, ["fresh"])


class TestPast:
    def test_the_answer_for_a_day_stays_what_it_was(self, spring):
        with on("2025-03-10"):
            then = show(over="month")
        for day in ("2025-07-01", "2026-02-02"):
            with on(day):
                pass_time()
                later = show(as_of="2025-03-10")
                for part in ("counters", "figures", "groups", "agencies"):
                    assert later[part] == then[part]

    def test_kept_and_counted_are_the_same_answer(self, spring):
        day = date(2025, 5, 20)
        kept = counting.of_day(model.Session, day)
        figures_kept.keep(model.Session, day)
        model.Session.execute(sa.delete(Figure).where(Figure.day == day))
        live = counting.of_day(model.Session, day)
        model.Session.execute(sa.text(figures_kept._KEEP), figures_kept.values_of(day))
        again = counting.of_day(model.Session, day)
        assert sorted(map(str, live)) == sorted(map(str, again)) == sorted(map(str, kept))
        assert model.Session.scalar(sa.select(sa.func.count()).where(Figure.day == day)) == len(again) > 1

    def test_a_body_is_in_the_group_that_it_was_in_on_the_day(self, spring):
        agency = model.Session.scalars(sa.select(Agency).where(Agency.name == HEALTH)).one()
        for since, group in ((date(2025, 1, 1), "CGO"), (date(2025, 5, 1), "QUASI")):
            model.Session.add(AgencyName(
                id=f"name-{group}", agency_id=agency.id, since=since, title={}, short_title={}, body_group=group,
                recorded_at=clock.now(),
            ))
        model.Session.commit()
        assert counted(show(group="CGO", as_of="2025-04-30"))[0] == 2
        assert counted(show(group="QUASI", as_of="2025-04-30"))[0] == 0
        assert counted(show(group="QUASI"))[0] == 2
        assert {one["group"]: counted(one)[0] for one in show()["groups"]} == {"QUASI": 2, "MIO": 20}

    def test_over_time_the_ends_of_months_and_today(self, spring):
        series = show(agency=HEALTH, over="month")["series"]
        assert series[-1]["day"] == "2025-06-02"
        assert [one["day"] for one in series[:-1]] == sorted(one["day"] for one in series[:-1])
        assert [(one["day"], counted(one)[:3]) for one in series][-3:] == [
            ("2025-04-30", (2, 1, 0)), ("2025-05-31", (2, 1, 0)), ("2025-06-02", (2, 1, 0)),
        ]

    def test_an_excuse_granted_later_changes_the_day_only_as_it_is_known_now(self, spring):
        owed = act("", "civic_obligation_list", duty=f"{spring[0]}@{HEALTH}", state="missed")["results"]
        for one in owed:
            model.Session.execute(_EXCUSE, {
                "id": f"relief-{one['id']}", "duty": one["duty"]["id"], "key": one["key"], "today": clock.today(),
                "now": clock.now(),
            })
        model.Session.commit()
        told, known = (show(agency=HEALTH, as_of="2025-05-10", known_now=now) for now in (False, True))
        assert (counted(told)[:3], counted(known)[:3]) == ((2, 1, 0), (2, 1, 1))
        assert known["punctual"]["missed"] < told["punctual"]["missed"]

    def test_known_now_is_of_one_agency_and_of_a_day_that_is_over(self, spring):
        assert list(refusal("", "civic_compliance_show", known_now=True, as_of="2025-05-01")) == ["known_now"]
        assert list(refusal("", "civic_compliance_show", known_now=True, agency=HEALTH)) == ["known_now"]

    def test_nothing_recorded_later_leaves_a_day_as_it_was(self, spring):
        for scope in (HEALTH, AKMOLA):
            told, known = (show(agency=scope, as_of="2025-05-10", known_now=now) for now in (False, True))
            assert (known["counters"], known["punctual"]) == (told["counters"], told["punctual"])


_EXCUSE = sa.text("""
    insert into civic_list_relief (id, kind, duty_id, obligation_key, obligation_since, since, ground, reason, state,
                                   made_by, made_at, decided_by, decided_at, decision_reason)
    select :id, 'excuse', duty_id, key, terms_since, :today, 'technical', 'x', 'confirmed', 'a', :now, 'b', :now, ''
    from civic_list_obligation where duty_id = :duty and key = :key
""")


def test_what_is_wrong_is_said(spring):
    for given, field in (({"group": "ALIENS"}, "group"), ({"rows": "green"}, "rows"), ({"over": "hour"}, "over"),
                         ({"as_of": "2025-02-30"}, "as_of"), ({"limit": 101}, "limit")):
        assert list(refusal("", "civic_compliance_show", **given)) == [field]
    with pytest.raises(tk.ObjectNotFound):
        show(agency="nobody")


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_the_statements_are_the_same_however_many(office, statements, rows):
    with on("2025-01-20"):
        begin_list(rows=rows + 1)
    with on("2025-02-03"):
        pass_time()
        sent = []
        for given in ({}, {"over": "month"}, {"rows": "listed", "limit": 100}, {"agency": HEALTH}):
            statements.clear()
            show(**given)
            sent.append(len(statements))
    assert sent == [3, 4, 6, 3]
