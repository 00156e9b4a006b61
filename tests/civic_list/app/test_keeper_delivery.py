"""The keepers' view of delivery: who is late, what was missed, what is asked for, what rests."""
from __future__ import annotations

from collections.abc import Iterator

import pytest
from civic_list.app.reader import Reader, words
from civic_list.delivering import pass_time
from civic_list.listing import begin_list, on
from civic_list.portal import AKMOLA, HEALTH, act

PATH = "/desk/list/delivery"


@pytest.fixture
def late(office: None) -> Iterator[list[str]]:
    """A monthly duty of the ministry and a quarterly one of each akimat, all without data; it is 1 July 2025."""
    with on("2025-01-20"):
        codes = begin_list(rows=2)
    with on("2025-07-01"):
        pass_time()
        yield codes


def _obligation(key: str, state: str = "missed") -> int:
    shown = act("citizen", "civic_duty_show", id=key)["obligations"]
    return next(one["id"] for one in shown if one["state"] == state)


@pytest.fixture
def excuse(late: list[str]) -> str:
    """The ministry's admin asks to be excused of a period that was missed."""
    return act(
        "health_admin", "civic_obligation_excuse", id=_obligation(f"{late[0]}@{HEALTH}"), ground="technical_failure",
        reason="Сервер не работал",
    )["id"]


@pytest.mark.parametrize(("who", "status"), [
    (None, 302), ("citizen", 403), ("health_admin", 403), ("keeper", 200), ("operator", 200),
])
def test_only_keepers_see_it(app, late, who, status):
    Reader(app, who).opens(PATH, status=status)


def test_who_is_late_comes_first_and_leads_to_the_rows(app, late, keeper):
    page = keeper.opens(PATH)
    figures = {words(one, "span"): words(one, "b") for one in page.select(".cv-figure a")}
    assert figures["agencies are late"] == "21"
    assert figures["without data"] == "21"
    assert len(page.select("#bodies tbody tr")) == 20
    assert len(keeper.opens(f"{PATH}?page=2").select("#bodies tbody tr")) == 1
    link = page.select_one("#bodies tbody td a")["href"]
    assert "state=missing" in link
    assert len(keeper.opens(link).select("tbody tr")) == 1


def test_the_kind_of_body_narrows_it(app, late, keeper):
    page = keeper.opens(f"{PATH}?group=CGO&late=true")
    assert [one["href"] for one in page.select("#bodies tbody th a")] == [f"/list/agency/{HEALTH}"]
    assert "Nothing was found" in words(keeper.opens(f"{PATH}?group=QUASI"), "#bodies")


def test_what_was_missed_lately_is_listed(app, late, keeper):
    rows = keeper.opens(PATH).select("#missed tbody tr")
    assert rows
    assert any("May 2025" in one.get_text(" ", strip=True) for one in rows)


def test_all_that_was_missed_has_pages_and_is_narrowed_to_an_agency(app, late, keeper):
    with on("2025-05-10"):
        link = keeper.opens(PATH).select_one("#missed a.btn")["href"]
        assert link == f"{PATH}/missed"
        assert len(keeper.opens(link).select("tbody tr")) == 20
        page = keeper.opens(f"{link}?agency={HEALTH}")
        owing = {one["href"] for one in page.select("tbody td a") if "/agency/" in one["href"]}
        assert owing == {f"/list/agency/{HEALTH}"}
    Reader(app, "health_admin").opens(link, status=403)


def test_a_second_person_confirms_an_excuse(app, excuse, keeper):
    page = keeper.opens(PATH)
    assert "Сервер не работал" in words(page, "#asked")
    page = keeper.sends(f"{PATH}/relief/{excuse}", {"decision": "confirm", "reason": ""})
    assert "Your decision is recorded" in words(page, ".flash-messages")
    assert "Nothing waits for a decision" in words(page, "#asked")
    assert act("citizen", "civic_relief_list", state="confirmed")["count"] == 1


def test_declining_needs_a_reason(app, excuse, keeper):
    page = keeper.sends(f"{PATH}/relief/{excuse}", {"decision": "decline", "reason": ""})
    assert page.select("#asked [role=alert]")
    page = keeper.sends(f"{PATH}/relief/{excuse}", {"decision": "decline", "reason": "Сбой длился час"})
    assert act("keeper", "civic_relief_list", state="declined")["count"] == 1


def test_who_asked_sees_that_somebody_else_decides(app, late, keeper):
    asked = act(
        "keeper", "civic_obligation_excuse", id=_obligation(f"{late[1]}@{AKMOLA}"), ground="portal_failure",
        reason="Портал не работал",
    )["id"]
    page = keeper.opens(PATH)
    assert "somebody else must confirm it" in words(page, "#asked")
    assert not page.select('#asked button[value="confirm"]')
    refused = keeper.sends(f"{PATH}/relief/{asked}", {"decision": "confirm"})
    assert "Somebody else must confirm" in words(refused, "#asked [role=alert]")
    other = Reader(app, "second_keeper")
    assert other.opens(PATH).select('#asked button[value="confirm"]')


def test_a_suspension_in_force_is_ended_early(app, late, keeper):
    asked = act(
        "akmola_admin", "civic_duty_suspend", duty=f"{late[1]}@{AKMOLA}", since="2025-07-01", until="2025-10-01",
        ground="system_replacement", reason="Новая система",
    )["id"]
    keeper.sends(f"{PATH}/relief/{asked}", {"decision": "confirm"})
    page = keeper.opens(PATH)
    assert "01.07.2025 – 01.10.2025" in words(page, "#resting")
    page = keeper.sends(f"{PATH}/relief/{asked}/end", {})
    assert "The suspension is over" in words(page, ".flash-messages")
    assert "No duty rests now" in words(page, "#resting")
    page = keeper.sends(f"{PATH}/relief/{asked}/end", {})
    assert page.select(".flash-messages .alert-danger, .flash-messages .alert-error")


def test_nothing_is_decided_by_get_or_by_an_agency(app, excuse):
    Reader(app, "keeper").opens(f"{PATH}/relief/{excuse}", status=404)
    Reader(app, "health_admin").sends(f"{PATH}/relief/{excuse}", {"decision": "confirm"}, status=403)
    assert act("keeper", "civic_relief_list", state="proposed")["count"] == 1


def test_as_many_statements_for_three_as_for_one(app, late, keeper, statements):
    keeper.opens(PATH)
    counts = []
    for number in range(2):
        statements.clear()
        keeper.opens(PATH)
        counts.append(len(statements))
        if not number:
            for who, duty in (("health_admin", f"{late[0]}@{HEALTH}"), ("akmola_admin", f"{late[1]}@{AKMOLA}")):
                act(who, "civic_obligation_excuse", id=_obligation(duty), ground="force_majeure", reason="Пожар")
    assert counts[0] == counts[1]
