"""Owner groups and successions at the keepers' desk."""
from __future__ import annotations

import pytest
from civic_list.app.reader import value, words
from civic_list.portal import AKMOLA, BODY, HEALTH, act, draft, make_law, row

from ckanext.civic_core import clock

pytestmark = pytest.mark.usefixtures("desk")


def test_a_member_joins_an_owner_group_from_a_day(keeper):
    form = {
        "name": "cities", "title_translated-ru": "Города", "title_translated-kk": "Қалалар", "spellings": "все города",
        "member": ["akimat-shymkent-city", ""], "since": ["01.02.2026", ""], "until": ["", ""],
    }
    page = keeper.sends("/desk/list/owner-groups/new", form)
    assert (value(page, "member"), value(page, "since")) == ("akimat-shymkent-city", "01.02.2026")
    group = act("keeper", "civic_owner_group_show", name="cities")
    (member,) = group["members"]
    assert (member["agency"]["name"], member["since"]) == ("akimat-shymkent-city", "2026-02-01")


def test_a_wrong_day_of_a_member_is_said_and_kept(keeper):
    member = {"member": [AKMOLA], "since": ["30.02.2026"], "until": [""]}
    page = keeper.sends("/desk/list/owner-groups/new", {"name": "towns", "title_translated-ru": "Города", **member})
    assert value(page, "since") == "30.02.2026"
    assert page.select_one('[role=alert] a[href="#field-members"]')


def test_a_succession_is_shown_before_it_is_recorded(keeper):
    bodies = [option["value"] for option in keeper.opens("/desk/list/successions").select("#field-from option")]
    former, successor = [name for name in bodies if name not in {"", BODY, HEALTH, AKMOLA}][:2]
    draft("2025")
    row("2025", owner=former)
    make_law("2025", clock.today().isoformat())
    today = f"{clock.today():%d.%m.%Y}"
    form = {"from": former, "to": successor, "day": today, "act": "Указ № 1", "kind": "merged", "items": ""}
    page = keeper.sends("/desk/list/successions", form)
    assert words(page, ".cv-figure:first-child b") == "1"
    assert act("keeper", "civic_agency_succession_list")["count"] == 0
    confirmed = {field["name"]: field["value"] for field in page.select("form:has(button[name=confirm]) input")}
    page = keeper.sends("/desk/list/successions", {**confirmed, "confirm": "1"})
    assert "Указ № 1" in words(page, "#recorded")
    assert act("citizen", "civic_duty_search", agency=successor, facets=False)["count"] == 1


def test_a_succession_without_successor_keeps_what_was_typed(keeper):
    form = {"from": HEALTH, "to": "", "day": "01.02.2026", "act": "Указ № 1", "kind": "renamed"}
    page = keeper.sends("/desk/list/successions", form)
    assert page.select_one('[role=alert] a[href="#field-to"]')
    assert (value(page, "from"), value(page, "act")) == (HEALTH, "Указ № 1")
