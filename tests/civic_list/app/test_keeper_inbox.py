"""What others bring to the keepers' desk: proposals of agencies, and links to another body's duty."""
from __future__ import annotations

import pytest
from civic_list.app.reader import Reader, words
from civic_list.portal import AKMOLA, HEALTH, act, draft, make_law, row

from ckanext.civic_core import clock

pytestmark = pytest.mark.usefixtures("desk")


@pytest.fixture
def proposals() -> list[str]:
    """Two new rows that the akimat handed over."""
    for number in (1, 2):
        act("akmola_editor", "civic_item_proposal_create", agency=AKMOLA, kind="add", category="education",
            period="YEARLY", title={"kk": f"Балабақша {number}", "ru": f"Сады {number}", "en": f"Gardens {number}"})
    act("akmola_admin", "civic_agency_list_approve", agency=AKMOLA)
    return [one["id"] for one in act("keeper", "civic_item_proposal_list", state="proposed")["results"]]


def test_all_that_are_ticked_go_into_the_draft(keeper, proposals):
    draft("2025")
    page = keeper.sends("/desk/list/proposals", {"id": proposals, "decision": "accept", "edition": "2025"})
    assert "2 proposals are decided" in words(page, ".flash-messages")
    assert act("keeper", "civic_edition_show", id="2025")["rows"] == 2


def test_declining_without_a_reason_keeps_the_ticks(keeper, proposals):
    page = keeper.sends("/desk/list/proposals", {"id": proposals[:1], "decision": "decline", "reason": ""})
    assert page.select_one('[role=alert] a[href="#field-reason"]')
    assert [box["value"] for box in page.select("input[type=checkbox][checked]")] == proposals[:1]


def test_deciding_on_nothing_says_so(keeper, proposals):
    page = keeper.sends("/desk/list/proposals", {"decision": "accept"})
    assert "Tick the proposals" in words(page, "[role=alert]")


def test_a_keeper_disputes_a_link_and_confirms_it_again(office, app):
    keeper = Reader(app, "keeper")
    draft("2025")
    row("2025", code="MZ-001")
    make_law("2025", clock.today().isoformat())
    dataset = act("health_editor", "package_create", name="schools", owner_org=HEALTH, category="health",
                  title_translated={"kk": "Мектептер", "ru": "Школы", "en": "Schools"}, update_period="MONTHLY")
    link = act("health_editor", "civic_duty_link", duty=f"MZ-001@{HEALTH}", dataset=dataset["id"])["id"]
    keeper.sends(f"/desk/list/links/{link}", {"decision": "dispute", "reason": "Не те данные", "state": "confirmed"})
    page = keeper.opens("/desk/list/links?state=disputed")
    assert "Не те данные" in words(page)
    keeper.sends(f"/desk/list/links/{link}", {"decision": "confirm", "state": "disputed"})
    assert act("citizen", "civic_duty_show", id=f"MZ-001@{HEALTH}")["has_data"] is True
